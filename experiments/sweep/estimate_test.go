package sweep_test

import (
	"context"
	"testing"

	"zoo/experiments/sweep"
)

// TestEstimate: a trial costs what it does before its first step, too: one that only
// probes costs something, and a probe costs more than none. Trials that are the same
// cost nothing.
func TestEstimate(t *testing.T) {
	estimate := func(text string) []float64 {
		t.Helper()
		d, err := design(t, text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := sweep.NewPlan(context.Background(), d, t.TempDir(), "code", nil)
		if err != nil {
			t.Fatal(err)
		}
		seconds, err := p.Estimate(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return seconds
	}
	const start = "name: start\nmodel: {name: mlp, depth: 12, width: 100}\ndata: {name: digits}\n"
	trained := estimate(start + "train: {steps: 1, optimizer: {lr: 0.1}}\nseeds: [1, 2]\nsweep: {mode: one-at-a-time, axes: [{param: train.optimizer.lr, values: [0.1]}]}\n")
	if len(trained) != 4 || trained[0] <= 0 || trained[1] <= 0 || trained[2] != 0 || trained[3] != 0 {
		t.Errorf("have %v, want a cost of the baseline's two trials, and none of the same again", trained)
	}
	probe := estimate(start + "train: {epochs: 0, optimizer: {lr: 0.1}}\nprobe: {batch: 50}\n")
	jacobian := estimate(start + "train: {epochs: 0, optimizer: {lr: 0.1}}\nprobe: {batch: 50, jacobian: true}\n")
	if probe[0] <= 0 || jacobian[0] <= probe[0] {
		t.Errorf("have %v for a probe and %v with a Jacobian of 100×100, want more than 0, and more", probe[0], jacobian[0])
	}
}
