package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/train"
	"zoo/internal/strict"
	"zoo/nn"
)

// A PlannedTrial is one run of a plan.
type PlannedTrial struct {
	Index  int      `json:"index"`
	Labels []string `json:"arm"`
	Seed   uint64   `json:"seed"`
	ID     string   `json:"id"`     // hash of all that determines the result
	Key    string   `json:"key"`    // hash of the config only
	State  string   `json:"state"`  // when the plan was made; empty before a run has begun
	Dir    string   `json:"dir"`    // empty before a run has begun
	Model  string   `json:"model"`  // name of the network
	Params int      `json:"params"` // trained parameters
	MACs   int      `json:"macs"`   // of one example
	Steps  int      `json:"steps"`
	Batch  int      `json:"batch"`
	Config string   `json:"config"`           // the resolved config, as YAML
	Damage string   `json:"damage,omitempty"` // which file is not as the run left it: the trial is to be continued
	config config.Config
	spec   datasets.Spec
	evals  int // examples that are evaluated in the whole run

	unasked []string // keys that have no effect on the network: see nn.Program
}

// Done tells whether the trial had an outcome when the plan was made.
func (t PlannedTrial) Done() bool { return run.Done(t.State) }

// name is what a new folder of the trial begins with.
func (t PlannedTrial) name(sweep string) string {
	words := append([]string{sweep}, t.Labels...)
	plain := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}
	return strings.Map(plain, strings.Join(words, "-"))
}

// build builds the network of an arm, once for each network, to see that it can
// be built and to count.
func (t *PlannedTrial) build(ctx context.Context, a config.Arm, built map[string]error) (*nn.Program, error) {
	params, program, err := train.Outline(ctx, a.Config.Model, nn.Infer, t.spec, 1)
	if err != nil {
		return nil, err
	}
	t.Params, t.MACs, t.unasked = params.Count(), program.MACs(), program.Unasked
	if err := train.CheckWeights(a.Config, params, t.spec); err != nil {
		return nil, err
	}
	if t.Steps == 0 {
		return program, nil
	}
	net := t.graph(a.Config.Model)
	if _, ok := built[net]; !ok {
		built[net] = train.CheckStep(ctx, a.Config, t.spec)
	}
	return program, built[net]
}

// graph names what the trial's training graph depends on.
func (t PlannedTrial) graph(m config.Model) string {
	return fmt.Sprint(string(strict.Render(&m, nil)), t.Batch, t.spec)
}

// find looks for the trial's run under root.
func (t *PlannedTrial) find(root string) (err error) {
	t.State, t.Damage = "", ""
	if t.Dir, err = run.Find(root, t.ID); err != nil || t.Dir == "" {
		return err
	}
	status, err := run.ReadStatus(t.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil // made and not begun
	}
	t.State = status.State
	if err == nil && t.Done() {
		_, err = run.Read(t.Dir) // half deleted?
	}
	var damaged *run.DamagedError
	if errors.As(err, &damaged) {
		t.State, t.Damage, err = run.Interrupted, damaged.What()+"; the sweep goes on from its checkpoints", nil
	}
	return err
}

// Execute trains the trial, or continues it, as [train.Execute] does for a config. A
// trial that another process trains at this moment is waited for.
func (t PlannedTrial) Execute(ctx context.Context, sweep string, o train.RunOptions) (train.Outcome, error) {
	o.Name = t.name(sweep)
	for {
		dir, err := run.Find(o.Root, t.ID)
		if err != nil {
			return train.Outcome{}, err
		}
		if dir == "" || !run.Held(dir) {
			out, err := train.Execute(ctx, t.config, o)
			if !errors.As(err, new(*run.HeldError)) { // another process was faster
				return out, err
			}
		}
		if err := train.Pause(ctx); err != nil {
			return train.Outcome{}, err
		}
	}
}
