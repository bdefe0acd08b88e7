package sweep_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoo/experiments/config"
	"zoo/experiments/sweep"
	"zoo/experiments/train"
)

// TestLength: of epochs and steps the one that is given later says how long the
// training is; where one place gives both, what is reached first ends it. The
// training part makes 15 steps an epoch.
func TestLength(t *testing.T) {
	const perEpoch = 15
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const rest = "batch: 100, optimizer: {lr: 0.1}}\n"
	for _, c := range []struct {
		name      string
		parent    string // of train
		child     string
		overrides []string
		env       string
		sweep     string
		want      int
	}{
		{name: "neither: ten epochs", want: 10 * perEpoch},
		{name: "epochs", child: "epochs: 2", want: 2 * perEpoch},
		{name: "steps are not cut by the default of epochs", child: "steps: 200", want: 200},
		{name: "both: epochs end it", child: "epochs: 2, steps: 200", want: 2 * perEpoch},
		{name: "both: steps end it", child: "epochs: 2, steps: 5", want: 5},
		{name: "no epochs, steps", child: "epochs: 0, steps: 200", want: 200},
		{name: "override of steps", child: "epochs: 2", overrides: []string{"train.steps=200"}, want: 200},
		{name: "override of epochs", child: "steps: 5", overrides: []string{"train.epochs=2"}, want: 2 * perEpoch},
		{name: "override of epochs, of both", child: "epochs: 1, steps: 5", overrides: []string{"train.epochs=2"}, want: 2 * perEpoch},
		{name: "override of both", child: "epochs: 1, steps: 5", overrides: []string{"train.steps=200", "train.epochs=2"}, want: 2 * perEpoch},
		{name: "steps taken back", child: "epochs: 1, steps: 5", overrides: []string{"train.steps=0"}, want: perEpoch},
		{name: "no epochs, no training", child: "epochs: 1, steps: 5", overrides: []string{"train.epochs=0", "probe.batch=9"}, want: 0},
		{name: "environment", child: "epochs: 2", env: "200", want: 200},
		{name: "override after environment", child: "epochs: 2", env: "200", overrides: []string{"train.epochs=3"}, want: 3 * perEpoch},
		{name: "child's steps, parent's epochs", parent: "epochs: 2", child: "steps: 200", want: 200},
		{name: "child's epochs, parent's steps", parent: "steps: 5", child: "epochs: 2", want: 2 * perEpoch},
		{name: "parent's both", parent: "epochs: 2, steps: 200", want: 2 * perEpoch},
		{name: "sweep's steps", child: "epochs: 2", sweep: "train.steps", want: 150},
		{name: "sweep's epochs", child: "steps: 5", sweep: "train.epochs", want: 150 * perEpoch},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.env != "" {
				t.Setenv("ZOO_TRAIN__STEPS", c.env)
			}
			section := func(keys string) string {
				if keys != "" {
					keys += ", "
				}
				return "train: {" + keys + rest
			}
			text := "name: length\nmodel: {name: mlp, depth: 2, width: 4}\ndata: {name: digits}\n" + section(c.child)
			if c.parent != "" {
				write("parent.yaml", section(c.parent))
				text = "extends: parent\n" + text
			}
			if c.sweep != "" {
				text += "sweep: {mode: grid, axes: [{param: " + c.sweep + ", values: [150]}]}\n"
			}
			d, err := config.LoadDesign(write("config.yaml", text), c.overrides...)
			if err != nil {
				t.Fatal(err)
			}
			p, err := sweep.NewPlan(context.Background(), d, dir, "code", nil)
			if err != nil {
				t.Fatal(err)
			}
			if have := p.Trials[0].Steps; have != c.want {
				t.Errorf("have %d steps, want %d", have, c.want)
			}
		})
	}
}

// TestLengthNotice: a limit that is not reached is named, in the plan and in a run.
func TestLengthNotice(t *testing.T) {
	for length, want := range map[string]string{
		"epochs: 2, steps: 200, ": "train.epochs: 2 ends the training after 30 steps, before train.steps: 200",
		"epochs: 2, steps: 5, ":   "train.steps: 5 ends the training before train.epochs: 2, which would take 30 steps",
		"steps: 5, ":              "",
		"epochs: 2, ":             "",
	} {
		file := filepath.Join(t.TempDir(), "config.yaml")
		text := "model: {name: mlp, depth: 2, width: 4}\ndata: {name: digits}\ntrain: {" + length + "batch: 100, optimizer: {lr: 0.1}}\n"
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		d, err := config.LoadDesign(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := sweep.NewPlan(context.Background(), d, t.TempDir(), "code", nil)
		if err != nil {
			t.Fatal(err)
		}
		trial, err := train.NewTrial(context.Background(), d.Config, nil)
		if err != nil {
			t.Fatal(err)
		}
		var planned []string
		for _, n := range p.Notices {
			planned = append(planned, n.String())
		}
		if have := strings.Join(planned, "\n"); have != want {
			t.Errorf("%s: the plan says %q, want %q", length, have, want)
		}
		if have := strings.Join(trial.Notices(), "\n"); have != want {
			t.Errorf("%s: the run says %q, want %q", length, have, want)
		}
	}
}
