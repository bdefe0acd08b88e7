package experiments_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zoo/experiments"
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
		{overrides: []string{"train.optimizer.lr=1e-10"}, moved: "step 1, with the highest learning rate, 1e-10, moved "},
		{overrides: []string{"train.optimizer.lr=1e-12", "train.optimizer.name=sgd", "train.schedule.name=one-cycle"}, moved: "step 36, with the highest learning rate, "},
		{overrides: []string{"train.optimizer.lr=0.01", "train.optimizer.name=sgd", "train.schedule.name=cosine", "train.schedule.warmup=1", "train.schedule.warmup_factor=0"}},
	} {
		config := load(t, short, c.overrides...)
		trial, err := experiments.NewTrial(context.Background(), config, nil)
		if err != nil {
			t.Fatal(err)
		}
		if have := strings.Join(trial.Notices(), "\n"); have != c.want {
			t.Errorf("%v: have %q, want %q", c.overrides, have, c.want)
		}
		w := &watcher{}
		if _, err := experiments.Execute(context.Background(), config, experiments.Options{Root: t.TempDir(), Every: time.Hour, Monitor: w}); err != nil {
			t.Fatal(err)
		}
		if have := strings.Join(w.notices, "\n"); !strings.HasPrefix(have, c.moved) || c.moved == "" && have != "" || len(w.notices) > 1 {
			t.Errorf("%v: the training says %q, want %q", c.overrides, have, c.moved)
		}
	}
}
