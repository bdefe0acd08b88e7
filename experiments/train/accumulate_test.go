package train_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zoo/experiments/config"
	"zoo/internal/safetensors"
)

// Five batches of 10 examples make the step of one batch of 50, to rounding, with clipping too.
func TestAccumulate(t *testing.T) {
	const text = `
name: accumulate
model: {name: mlp, depth: 3, width: 24}
data: {name: digits}
train: {steps: 40, optimizer: {name: sgd, lr: 0.1, momentum: 0.9}, clip_norm: 0.5, log_steps: 10}
`
	one := execute(t, load(t, text, "train.batch=50"), t.TempDir())
	five := execute(t, load(t, text, "train.batch=10", "train.accumulate=5"), t.TempDir())
	a, b := trainedWeights(t, one.Dir), trainedWeights(t, five.Dir)
	if len(a) == 0 || len(a) != len(b) {
		t.Fatalf("have %d weights, want %d", len(b), len(a))
	}
	largest := 0.0
	for i := range a {
		largest = max(largest, math.Abs(float64(a[i]-b[i])))
	}
	if largest > 1e-4 || largest == 0 {
		t.Errorf("weights differ by %v, want rounding only", largest)
	}
	for _, name := range []string{"train.loss", "test.loss"} {
		x, _ := one.Summary.Float(name)
		y, _ := five.Summary.Float(name)
		if math.Abs(x-y) > 1e-4 || x == 0 {
			t.Errorf("%s: have %v, want %v", name, y, x)
		}
	}
}

// trainedWeights are all weights of a run.
func trainedWeights(t *testing.T, dir string) (all []float32) {
	t.Helper()
	name := filepath.Join(dir, config.WeightsFile)
	if _, err := os.Stat(name); err != nil {
		t.Fatal(err)
	}
	r, err := safetensors.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, x := range r.Tensors {
		n := 1
		for _, d := range x.Shape {
			n *= d
		}
		v := make([]float32, n)
		if err := r.ReadFloats(x, v, 0); err != nil {
			t.Fatal(err)
		}
		all = append(all, v...)
	}
	return all
}

// Evaluations within the epochs select and stop as those at their ends do.
func TestEvaluationsWithinEpochs(t *testing.T) {
	const text = `
name: within
model: {name: mlp, depth: 3, width: 24}
data: {name: digits, val: 200}
train: {epochs: 3, batch: 50, eval_steps: 10, optimizer: {lr: 0.05}, select: best, log_steps: 5}
`
	w := &watcher{}
	out := watch(t, load(t, text), w)
	var steps []int
	for _, e := range w.epochs { // 26 steps an epoch
		if steps = append(steps, e.Step); e.Within != (e.Step%26 != 0) || e.Val == nil {
			t.Errorf("step %d: have %+v", e.Step, e)
		}
	}
	if want := []int{10, 20, 26, 30, 40, 50, 52, 60, 70, 78}; !slices.Equal(steps, want) {
		t.Errorf("have evaluations at steps %v, want %v", steps, want)
	}
	best, _ := out.Summary.Float("best_step")
	selected, _ := out.Summary.Float("selected_step")
	if best != selected || best == 0 {
		t.Errorf("have step %v selected, want the best, %v", selected, best)
	}
	w = &watcher{}
	out = watch(t, load(t, text, "train.early_stop.patience=2", "train.early_stop.min_delta=1"), w)
	if steps, _ := out.Summary.Float("steps"); steps != 26 { // the first is the best, and two are no better by 1
		t.Errorf("stopped at step %v, want 26", steps)
	}
	out = watch(t, load(t, text, "train.early_stop.patience=1", "train.early_stop.min_delta=1"), &watcher{})
	if steps, _ := out.Summary.Float("steps"); steps != 20 {
		t.Errorf("stopped at step %v, want 20", steps)
	}
}
