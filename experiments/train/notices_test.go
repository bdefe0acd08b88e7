package train_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"zoo/experiments/train"
	"zoo/experiments/use"
)

const short = `
name: short
model: {name: mlp, depth: 3, width: 64}
data: {name: digits}
train:
  steps: 120
  batch: 50
  optimizer: {name: adam, lr: 0.003}
`

// TestEMAOfAShortTraining: the average forgets where it began, however long it is
// (chance is 10 %).
func TestEMAOfAShortTraining(t *testing.T) {
	last, _ := execute(t, load(t, short), t.TempDir()).Summary.Float("test.accuracy")
	for _, decay := range []string{"0.99", "0.9999", "0.999999"} {
		have, _ := execute(t, load(t, short, "train.ema="+decay), t.TempDir()).Summary.Float("test.accuracy")
		if have < last-0.03 {
			t.Errorf("ema %s: have an accuracy of %v, want about that of the last weights, %v", decay, have, last)
		}
	}
}

// TestNotices: what is asked for and not got is said.
func TestNotices(t *testing.T) {
	for _, c := range []struct {
		overrides []string
		want      string // before the training
		moved     string // in it
	}{
		{overrides: nil},
		{overrides: []string{"train.ema=0.99"}},
		{overrides: []string{"train.ema=0.9999"}, want: "train.ema: 0.9999 averages over about 10000 steps, and the training has 120: its decay reaches 0.9302"},
		{overrides: []string{"train.schedule.warmup=2"}},
		{overrides: []string{"train.schedule.warmup=5"}, want: "train.schedule.warmup: 5 epochs are 150 steps, and the training has 120: the learning rate never reaches train.optimizer.lr"},
		{overrides: []string{"train.schedule.name=one-cycle", "train.schedule.warmup=5"}, want: "train.schedule.warmup: 5 epochs are 150 steps, and the training has 120: the learning rate never reaches train.optimizer.lr"},
		{overrides: []string{"train.optimizer.lr=1e-10"}, want: "train.optimizer.lr: a step of adam moves a weight by about 1e-10, and to one of 0.18, as half of the layers have, float32 adds nothing below 7.5e-09: most weights cannot move", moved: "step 1, with the highest learning rate, 1e-10, moved "},
		{overrides: []string{"train.optimizer.lr=1e-12", "train.optimizer.name=sgd", "train.schedule.name=one-cycle"}, moved: "step 36, with the highest learning rate, "},
		{overrides: []string{"train.optimizer.lr=0.01", "train.optimizer.name=sgd", "train.schedule.name=cosine", "train.schedule.warmup=1", "train.schedule.warmup_factor=0"}},
	} {
		cfg := load(t, short, c.overrides...)
		trial, err := train.NewTrial(context.Background(), cfg, nil)
		if err != nil {
			t.Fatal(err)
		}
		if have := strings.Join(trial.Notices(), "\n"); have != c.want {
			t.Errorf("%v: have %q, want %q", c.overrides, have, c.want)
		}
		w := &watcher{}
		if _, err := train.Execute(context.Background(), cfg, train.RunOptions{Root: t.TempDir(), Every: time.Hour, Monitor: w}); err != nil {
			t.Fatal(err)
		}
		if have := strings.Join(w.notices, "\n"); !strings.HasPrefix(have, c.moved) || c.moved == "" && have != "" || len(w.notices) > 1 {
			t.Errorf("%v: the training says %q, want %q", c.overrides, have, c.moved)
		}
	}
}

// TestIdleKnobsOfARun: so does a run, and zoo config show; and fixup is refused
// where there are no branches.
func TestIdleKnobsOfARun(t *testing.T) {
	const want = "model.residual_init: zero has no effect: no layer of this network asks for it"
	c := load(t, short, "model.residual_init=zero")
	trial, err := train.NewTrial(context.Background(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	for what, have := range map[string][]string{"run": trial.Notices(), "config": use.IdleKeys(t.Context(), c)} {
		if strings.Join(have, "\n") != want {
			t.Errorf("%s: have %q, want %q", what, have, want)
		}
	}
	_, err = train.NewTrial(context.Background(), load(t, short, "model.residual_init=fixup"), nil)
	if err == nil || !strings.Contains(err.Error(), "model mlp: residual_init: have fixup, which is for residual branches, and this network has none") {
		t.Errorf("have error %v", err)
	}
}

// TestTrainLossIsOverLogSteps: the training loss at the end is the mean over the
// last log_steps steps, also where these do not divide the training.
func TestTrainLossIsOverLogSteps(t *testing.T) {
	for _, steps := range []int{4, 10, 13} {
		var losses []float64
		c := load(t, short, fmt.Sprint("train.steps=", steps), "train.log_steps=5")
		w := &watcher{step: func(s train.Step) { losses = append(losses, s.Loss) }}
		out, err := train.Execute(context.Background(), c, train.RunOptions{Root: t.TempDir(), Every: time.Hour, Monitor: w})
		if err != nil {
			t.Fatal(err)
		}
		last := losses[max(0, steps-5):]
		want := 0.0
		for _, l := range last {
			want += l / float64(len(last))
		}
		if have, _ := out.Summary.Float("train.loss"); math.Abs(have-want) > 1e-9 {
			t.Errorf("%d steps: have train.loss %v, want %v", steps, have, want)
		}
		lines := strings.Split(metrics(t, out.Dir), "\n")
		if n := (steps + 4) / 5; len(lines) != n+1 { // and the test
			t.Errorf("%d steps: have %d records, want %d", steps, len(lines)-1, n)
		}
	}
}

// TestSpacesAroundChoices: spaces around a choice do not change the training.
func TestSpacesAroundChoices(t *testing.T) {
	spaced := strings.Replace(short, "width: 64", `width: 16, init: " lsuv", activation: " tanh", norm: " none "`, 1)
	plain := strings.Replace(short, "width: 64", `width: 16, init: lsuv, activation: tanh, norm: none`, 1)
	weights := func(config string) map[string][]float32 {
		return tensorsOf(t, execute(t, load(t, config, "train.steps=3"), t.TempDir()).Dir)
	}
	have, want := weights(spaced), weights(plain)
	for name, w := range want {
		if !slices.Equal(have[name], w) {
			t.Errorf("%s differs", name)
		}
	}
}
