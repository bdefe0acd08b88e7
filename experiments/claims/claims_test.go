package claims

import (
	"math"
	"strings"
	"testing"

	"zoo/experiments/results"
	"zoo/experiments/run"
)

// study has arms plain and residual at depths 8 and 56, with three seeds: the loss
// of plain 56 is 2, 2.2, 2.4, and a seed of residual 56 diverged.
func study() *results.Study {
	s := &results.Study{
		Axes:  []results.Axis{{Param: "model.shortcut", Labels: []string{"plain", "residual"}}, {Param: "model.depth", Labels: []string{"8", "56"}}},
		Seeds: []uint64{1, 2, 3},
	}
	for _, a := range []struct {
		labels []string
		loss   [3]float64
	}{
		{[]string{"plain", "8"}, [3]float64{0.2, 0.3, 0.1}},
		{[]string{"plain", "56"}, [3]float64{2, 2.2, 2.4}},
		{[]string{"residual", "8"}, [3]float64{0.2, 0.2, 0.2}},
		{[]string{"residual", "56"}, [3]float64{0.3, 0.1, math.Inf(1)}},
	} {
		arm := results.Arm{Labels: a.labels}
		for i, loss := range a.loss {
			t := results.Trial{Seed: uint64(i + 1), State: run.Complete}
			t.Summary = run.Summary{"train.loss": loss, "test.accuracy": 1 - loss/4, "classes": 10, "params": 100}
			if math.IsInf(loss, 0) {
				t.State = run.Diverged
				t.Summary = run.Summary{"chance.accuracy": 0.1, "metrics": "loss accuracy", "params": 100}
			}
			for step := 10; step <= 30; step += 10 {
				t.Metrics = append(t.Metrics, run.Metric{Step: step, Split: "train", Values: run.Values{"loss": 3 - float64(step)/10 + loss}})
			}
			arm.Trials = append(arm.Trials, t)
		}
		s.Arms = append(s.Arms, arm)
	}
	return s
}

func TestEvaluate(t *testing.T) {
	for _, c := range []struct {
		text, state string
		left, right float64
		unsure      bool
	}{
		{"train.loss[plain, 56] >= 3 * train.loss[plain, 8]", Met, 2.2, 0.6, false},
		{"train.loss[plain, 56] <= train.loss[plain, 8]", NotMet, 2.2, 0.2, false},
		{"train.loss[plain, 8] <= train.loss[residual, 8]", Met, 0.2, 0.2, true},
		{"test.error[plain, 56] > 0.5", Met, 0.55, 0.5, true},
		{"test.error[plain, 56] > 50%", Met, 0.55, 0.5, true},
		{"diverged[residual, 56] < 0.5", Met, 1.0 / 3, 0.5, true},
		{"diverged[residual, 8] == 0", Met, 0, 0, false},
		{"diverged[residual, 8] < 0.5", Met, 0, 0.5, true}, // Wilson: 0 of 3 is up to 56 %
		{"params[plain, 8] == params[plain, 56]", Met, 100, 100, false},
		{"test.error[residual, 56] < 0.4", Met, (0.3/4 + 0.1/4 + 0.9) / 3, 0.4, true},
		{"train.loss[residual, 56] > 1", Met, math.Inf(1), 1, true}, // one seed of three
		{"at(train.loss[plain, 8], 20) < 2", Met, 1.2, 2, false},
		{"steps_to(train.loss[plain, 8], 1.35) < 30", Met, 20, 30, false}, // in each seed
		{"steps_to(train.loss[plain, 8], 0.01) < 30", NotMet, math.Inf(1), 30, false},
		{"min(train.loss[_, 56]) > 2.1", NotMet, (0.3 + 0.1 + 2.4) / 3, 2.1, true},
		{"max(train.loss[_, 8]) > 0.2", Met, (0.2 + 0.3 + 0.2) / 3, 0.2, true},
		{"max(params[_, _]) <= 1.03 * min(params[_, _])", Met, 100, 103, false},
		{"share(train.loss[plain, 56] > 2.1) >= 2/3", Met, 2.0 / 3, 2.0 / 3, true},
		{"median(train.loss[residual, 56]) < 1", Met, 0.3, 1, true},
		{"log(train.loss[residual, 56] * 0) < 0", NotMet, math.NaN(), 0, true},
		{"log(0 * train.loss[plain, 8]) < 0", Met, math.Inf(-1), 0, false},
	} {
		v := Evaluate(c.text, study())
		if v.State != c.state || len(v.Parts) != 1 {
			t.Errorf("%s: have %+v, want %s", c.text, v, c.state)
			continue
		}
		p := v.Parts[0]
		if !near(p.Left, c.left) || !near(p.Right, c.right) || p.Unsure() != c.unsure {
			t.Errorf("%s: have %v and %v, unsure %v, want %v and %v, %v", c.text, p.Left, p.Right, p.Unsure(), c.left, c.right, c.unsure)
		}
		if m := p.Margin; m.N > 0 && !near(p.Left-p.Right, m.Mean) || m.Lo > m.Mean || m.Hi < m.Mean {
			t.Errorf("%s: the sides differ by %v, the margin is %+v", c.text, p.Left-p.Right, m)
		}
	}
}

func near(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-12
}

// TestMargin: the interval is that of the differences in each seed.
func TestMargin(t *testing.T) {
	v := Evaluate("gap(train.loss[plain, 56], train.loss[plain, 8]) > 0", study())
	m := v.Parts[0].Margin // of 1.8, 1.9, 2.3: deviation 0.264575, 4.30265 · 0.264575 / √3 = 0.657239
	if m.N != 3 || math.Abs(m.Mean-2) > 1e-9 || math.Abs(m.Lo-1.342761) > 1e-5 || math.Abs(m.Hi-2.657239) > 1e-5 {
		t.Errorf("have %+v", m)
	}
}

// TestSeeds: a margin of 2 with a deviation of 0.2646; SciPy's noncentral t gives
// a power of 0.60 for two seeds, and 1.00 for three.
func TestSeeds(t *testing.T) {
	for text, want := range map[string]string{
		"gap(train.loss[plain, 56], train.loss[plain, 8]) > 0": "3 (the margin is 7.6 deviations, in 3 seeds)",
		"train.loss[residual, 8] < 1":                          "any: it is the same in each of 3 seeds",
		"train.loss[residual, 56] > 1":                         "no estimate: a side is not finite",
		"share(train.loss[plain, 56] > 2.1) >= 2/3":            "no estimate: it is made of shares or medians of the seeds",
	} {
		if have := Evaluate(text, study()).Parts[0].Seeds(0.8); have != want {
			t.Errorf("%s: have %q, want %q", text, have, want)
		}
	}
}

func TestNotYetRun(t *testing.T) {
	s := study()
	s.Arms[0].Trials[1].State, s.Arms[0].Trials[2].State = "", run.Failed
	s.Arms[1].Trials[0].State, s.Arms[1].Trials[2].State = "", ""
	v := Evaluate("train.loss[plain, 8] < train.loss[plain, 56]", s)
	if v.State != NotYetRun || v.Lacks != "[plain, 8], seed 3 is failed; [plain, 56], seeds 1, 3; [plain, 8], seed 2" {
		t.Errorf("have %+v", v)
	}
	if v := Evaluate("val.loss[residual, 8] < 1", s); v.State != Unknown || !strings.Contains(v.Lacks, "has no val.loss") {
		t.Errorf("have %+v", v)
	}
}

// TestUnknown: a number that a complete run lacks is missing for good.
func TestUnknown(t *testing.T) {
	for text, want := range map[string]string{
		"at(train.loss[plain, 8], 7) < 1":    "[plain, 8], seed 1 has no train.loss at step 7: its records are at 10, 20, 30; [plain, 8], seed 2 has",
		"at(train.loss[plain, 8], 5000) < 1": "has no train.loss at step 5000",
		"test.top5[plain, 8] > 0":            "[plain, 8], seed 1 has no test.top5",
	} {
		if v := Evaluate(text, study()); v.State != Unknown || !strings.Contains(v.Lacks, want) {
			t.Errorf("%s: have %+v, want %q", text, v, want)
		}
	}
}

// TestBounded: the bound of a number that is too small to be resolved takes its place, and
// the claim is unsure.
func TestBounded(t *testing.T) {
	s := study()
	for i := range s.Arms[0].Trials {
		s.Arms[0].Trials[i].Summary["probe.singular_min_below"] = 1e-300
	}
	v := Evaluate("probe.singular_min[plain, 8] < 1e-10", s)
	if v.State != Met || !v.Unsure() || !strings.Contains(v.Lacks, "probe.singular_min of [plain, 8], seed 1 is below 1e-300") {
		t.Errorf("have %+v", v)
	}
}

// TestLags: the gradient by lag is a series, whose steps are lags.
func TestLags(t *testing.T) {
	s := study()
	for k := range s.Arms {
		for i := range s.Arms[k].Trials {
			s.Arms[k].Trials[i].Probe = &results.Probe{LagGradient: []run.Number{1, run.Number(0.1 * float64(i+1)), 1e-12}}
		}
	}
	for _, c := range []struct {
		text, state string
		left        float64
	}{
		{"at(probe.lag_gradient[plain, 8], 1) < 0.25", Met, 0.2},
		{"at(probe.lag_gradient[plain, 8], 2) > 1e-11", NotMet, 1e-12},
		{"steps_to(probe.lag_gradient[plain, 8], 0.15) < 2", Met, 5. / 3}, // 1, 2, 2
		{"at(probe.lag_gradient[residual, 56], 1) < 0.25", Met, 0.2},      // of a seed that diverged later, too
	} {
		if v := Evaluate(c.text, s); v.State != c.state || math.Abs(v.Parts[0].Left-c.left) > 1e-12 {
			t.Errorf("%s: have %+v, want %s and %v", c.text, v, c.state, c.left)
		}
	}
	if v := Evaluate("at(probe.lag_gradient[plain, 8], 3) < 1", s); v.State != Unknown || !strings.Contains(v.Lacks, "has no probe.lag_gradient at lag 3: its records are at 0, 1, 2") {
		t.Errorf("have %+v", v)
	}
}

// TestPlanned: a number that runs will not have is an error before anything is run.
func TestPlanned(t *testing.T) {
	s := study()
	for i := range s.Arms {
		s.Arms[i].Planned = results.Planned{Known: true, Trains: true, LogSteps: 50, Steps: 520, Task: "classification", Metrics: []string{"loss", "accuracy", "error"}}
	}
	s.Arms[1].Planned.Probe, s.Arms[1].Planned.Lags, s.Arms[1].Planned.Positions = true, true, 20
	s.Arms[2].Planned.Probe = true
	for text, want := range map[string]string{
		"at(train.loss[plain, 8], 100) < 1":        "",
		"at(train.loss[plain, 8], 520) < 1":        "",
		"at(train.loss[plain, 8], 7) < 1":          "[plain, 8] will have no train.loss at step 7: its records are 50 steps apart",
		"at(train.loss[plain, 8], 5000) < 1":       "it has 520 steps",
		"test.top5[plain, 8] > 0":                  "its task, classification, has no top5 of more than ten classes here: have loss, accuracy, error",
		"probe.loss[plain, 8] > 0":                 "set probe.batch",
		"val.loss[plain, 8] > 0":                   "set data.val",
		"test.error[plain, 8] < 20":                "20% is 0.2",
		"max(test.error[plain, _]) < 20":           "20% is 0.2",
		"2 * test.error[plain, 8] < 1.5":           "",
		"share(test.accuracy[plain, 8] > 80) >= 1": "80% is 0.8",

		"at(probe.lag_gradient[plain, 56], 19) < 1":  "",
		"probe.lag_gradient[plain, 56] < 1":          "",
		"at(probe.lag_gradient[plain, 56], 20) < 1":  "[plain, 56] will have no probe.lag_gradient at lag 20: its sequences have 20 positions",
		"at(probe.lag_gradient[plain, 56], 1.5) < 1": "at lag 1.5: want a whole number from 0",
		"at(probe.lag_gradient[residual, 8], 1) < 1": "its probe does not look at lags: set probe.lags",
	} {
		err := Check(text, s)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: have error %v, want %q", text, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for text, want := range map[string]string{
		"train.loss[plain, 56] > 1":           "",
		"increasing(train.loss[plain, _])":    "",
		"at(train.loss[plain, 8], 100) < 1":   "",
		"train.loss[plian, 56] > 1":           "column 1: train.loss: no arm [plian, 56]: shortcut has no label plian, want one of plain, residual",
		"train.loss[plain] > 1":               "want a label for each of [shortcut, depth]",
		"train.loss > 1":                      "want a label for each of [shortcut, depth]",
		"1 < trian.loss[plain, 56]":           "column 5: no metric trian.loss",
		"test.loss[plain, 56":                 "a bracket is not closed",
		"at(train.loss[plain, 8]) < 1":        "at: have 1 arguments, want 2",
		"probe.activation_ratio[plain, 8]> 1": "",
		"loss[plain, 8] > 1":                  "no metric loss",
	} {
		err := Check(text, &results.Study{Axes: study().Axes, Arms: study().Arms})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: have error %v, want %q", text, err, want)
		}
	}
}
