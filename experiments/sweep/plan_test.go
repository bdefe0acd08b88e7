package sweep_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"zoo/experiments/config"
	"zoo/experiments/sweep"
)

// base is what the configs of these tests sweep.
const base = `
name: tiny
model: {name: mlp, depth: 2, width: 16}
data: {name: digits, val: 200}
train: {steps: 4, batch: 50, optimizer: {name: adam, lr: 0.01}}
`

// design is the sweep of a config.
func design(t *testing.T, text string) (*config.Design, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "my.yaml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return config.LoadDesign(file)
}

// TestPlan: arms that are one, and trials of another sweep, have one id; another
// program, seed or value has another.
func TestPlan(t *testing.T) {
	plan := func(arms, code string) *sweep.Plan {
		t.Helper()
		d, err := design(t, base+arms)
		if err != nil {
			t.Fatal(err)
		}
		p, err := sweep.NewPlan(context.Background(), d, t.TempDir(), code, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := plan("seeds: [1, 2]\nsweep: {mode: one-at-a-time, axes: [{param: model.depth, values: [2, 3], label: [two, three]}]}\n", "a")
	if len(p.Trials) != 6 {
		t.Fatalf("have %d trials, want 6", len(p.Trials))
	}
	if p.Trials[0].ID != p.Trials[2].ID || p.Trials[1].ID != p.Trials[3].ID {
		t.Error("the baseline and its own value are not one")
	}
	ids := map[string]bool{}
	for _, trial := range p.Trials {
		ids[trial.ID] = true
		if trial.Params == 0 || trial.MACs == 0 || trial.Steps != 4 || trial.State != "" {
			t.Errorf("have %+v", trial)
		}
	}
	if len(ids) != 4 {
		t.Errorf("have %d ids, want 4", len(ids))
	}
	other := plan("sweep: {mode: grid, axes: [{param: model.depth, values: [3, 4]}]}\ncheck: [\"test.error[3] < 1\"]\n", "a")
	if other.Trials[0].ID != p.Trials[4].ID {
		t.Error("two sweeps do not share a trial")
	}
	if other.Folder == p.Folder {
		t.Error("two sweeps share a folder")
	}
	if same := plan("sweep: {mode: grid, axes: [{param: model.depth, values: [3, 4]}]}\n", "b"); same.Trials[0].ID == other.Trials[0].ID || same.Folder != other.Folder {
		t.Error("another program has the same trials, or the same sweep another folder")
	}
}
