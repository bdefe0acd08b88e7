package results

import (
	"slices"
	"testing"

	"zoo/experiments/run"
)

func TestBaselineOf(t *testing.T) {
	s := &Study{Baseline: "plain", Arms: []Arm{
		{Labels: []string{"plain", "8"}}, {Labels: []string{"plain", "56"}},
		{Labels: []string{"residual", "8"}}, {Labels: []string{"residual", "56"}}, {Labels: []string{"residual", "110"}},
	}}
	for i, want := range []int{-1, -1, 0, 1, -1} {
		have := -1
		if b := s.BaselineOf(&s.Arms[i]); b != nil {
			have = slices.IndexFunc(s.Arms, func(a Arm) bool { return slices.Equal(a.Labels, b.Labels) })
		}
		if have != want {
			t.Errorf("%v: have arm %d, want %d", s.Arms[i].Labels, have, want)
		}
	}
	only := s.Only([]Arm{s.Arms[3], s.Arms[0]})
	if b := only.BaselineOf(&only.Arms[1]); b == nil || b.String() != "residual, 56" {
		t.Errorf("the baseline of two arms is %v, want the first", b)
	}
	if len(s.Axes) != 0 || s.Baseline != "plain" {
		t.Error("Only changed the study")
	}
}

func TestValue(t *testing.T) {
	complete := Trial{State: run.Complete}
	complete.Summary = run.Summary{"test.accuracy": 0.75, "train.loss": 0.5, "probe.loss": 2.5, "classes": 4.0}
	diverged := Trial{State: run.Diverged}
	diverged.Summary = run.Summary{"chance.accuracy": 0.25, "metrics": "loss accuracy", "probe.loss": 2.5}
	divergedOf20 := Trial{State: run.Diverged}
	divergedOf20.Summary = run.Summary{"chance.accuracy": 0.05, "chance.top5": 0.25, "metrics": "loss accuracy top5"}
	for _, c := range []struct {
		t      Trial
		metric string
		want   float64
		ok     bool
	}{
		{complete, "test.accuracy", 0.75, true},
		{complete, "test.error", 0.25, true},
		{complete, "diverged", 0, true},
		{complete, "val.error", 0, false},
		{diverged, "test.error", 0.75, true},
		{divergedOf20, "test.top5", 0.25, true},
		{diverged, "test.top5", 0, false},
		{diverged, "diverged", 1, true},
		{diverged, "probe.loss", 2.5, true},
		{Trial{State: run.Running, Record: complete.Record}, "test.accuracy", 0, false},
	} {
		if have, ok := c.t.Value(c.metric); ok != c.ok || ok && have != c.want {
			t.Errorf("%s of a run that is %s: have %v, %v, want %v, %v", c.metric, c.t.State, have, ok, c.want, c.ok)
		}
	}
}

func TestPairs(t *testing.T) {
	arm := func(values ...float64) (a Arm) {
		for _, v := range values {
			t := Trial{State: run.Complete}
			if v < 0 {
				t.State = run.Failed
			}
			t.Summary = run.Summary{"train.loss": v}
			a.Trials = append(a.Trials, t)
		}
		return a
	}
	x, y := Pairs(arm(1, -1, 3), arm(4, 5, 6), "train.loss")
	if !slices.Equal(x, []float64{1, 3}) || !slices.Equal(y, []float64{4, 6}) {
		t.Errorf("have %v and %v: want the seeds that both have", x, y)
	}
}

func TestSeries(t *testing.T) {
	var trial Trial
	trial.Metrics = []run.Metric{
		{Step: 5, Split: "train", Values: run.Values{"accuracy": 0.5, "loss": 1}},
		{Step: 5, Split: "val", Values: run.Values{"accuracy": 0.25}},
		{Step: 9, Split: "train", Values: run.Values{"accuracy": 0.75}},
	}
	steps, values := trial.Series("train.error")
	if !slices.Equal(steps, []float64{5, 9}) || !slices.Equal(values, []float64{0.5, 0.25}) {
		t.Errorf("have %v at %v", values, steps)
	}
	if steps, values := trial.Series(LagGradient); steps != nil || values != nil {
		t.Errorf("without a probe: have %v at lags %v", values, steps)
	}
	trial.Probe = &Probe{LagGradient: []run.Number{1, 0.5, 0.25}}
	if steps, values := trial.Series(LagGradient); !slices.Equal(steps, []float64{0, 1, 2}) || !slices.Equal(values, []float64{1, 0.5, 0.25}) {
		t.Errorf("have %v at lags %v", values, steps)
	}
}

func TestShownLags(t *testing.T) {
	for n, want := range map[int][]int{1: {0}, 2: {1}, 3: {1, 2}, 6: {1, 2, 5}, 7: {1, 2, 5, 6}, 101: {1, 2, 5, 10, 20, 50, 100}, 784: {1, 2, 5, 10, 20, 50, 100, 200, 500, 783}} {
		if have := ShownLags(n); !slices.Equal(have, want) {
			t.Errorf("of %d: have %v, want %v", n, have, want)
		}
	}
}

func TestDivergedAt(t *testing.T) {
	for _, c := range []struct {
		state   string
		summary run.Summary
		want    int
		ok      bool
	}{
		{run.Diverged, run.Summary{"diverged_at_step": 7.0}, 7, true},
		{run.Diverged, nil, 0, false},
		{run.Complete, run.Summary{"diverged_at_step": 7.0}, 7, false},
	} {
		trial := Trial{State: c.state}
		trial.Summary = c.summary
		if have, ok := trial.DivergedAt(); ok != c.ok || ok && have != c.want {
			t.Errorf("%s with %v: have %d, %v, want %d, %v", c.state, c.summary, have, ok, c.want, c.ok)
		}
	}
}

func TestSetting(t *testing.T) {
	a := Arm{Changes: []Change{{Key: "train.batch", Value: "32"}}}
	if have := a.Setting("train.batch"); have != "32" {
		t.Errorf("have %q, want 32", have)
	}
	if have := a.Setting("train.epochs"); have != "" {
		t.Errorf("have %q for a key that does not differ", have)
	}
}
