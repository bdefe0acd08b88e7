// Package experiments carries sweeps out, and uses what was trained.
package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"zoo/datasets"
	"zoo/experiments/claims"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/train"
	"zoo/internal/atomicfile"
	"zoo/internal/strict"
	"zoo/nn"
)

// A Plan is the list of the trials of a sweep: each arm with each seed. It is all
// that a process on any machine needs to train one of them, but for the data.
type Plan struct {
	Name   string         `json:"name"`
	Code   string         `json:"code"` // version of the program that made the plan; no other may carry it out
	Folder string         `json:"folder"`
	Trials []PlannedTrial `json:"trials"`

	Notices []Notice `json:"notices"` // what whoever reads the numbers should know
}

// A PlannedTrial is one run of a plan.
type PlannedTrial struct {
	Index  int      `json:"index"`
	Labels []string `json:"arm"`
	Seed   uint64   `json:"seed"`
	ID     string   `json:"id"`     // hash of all that determines the result
	Key    string   `json:"key"`    // hash of the config alone
	State  string   `json:"state"`  // when the plan was made; empty before a run has begun
	Dir    string   `json:"dir"`    // empty before a run has begun
	Model  string   `json:"model"`  // name of the network
	Params int      `json:"params"` // trained parameters
	MACs   int      `json:"macs"`   // of one example
	Steps  int      `json:"steps"`
	Batch  int      `json:"batch"`
	Config string   `json:"config"`           // the resolved config, as YAML
	Damage string   `json:"damage,omitempty"` // which file is not as the run left it: the trial is to be gone on with
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

// NewPlan opens the data, builds the network of each arm, and finds out which
// trials are done under root. The error lists every arm that cannot be trained.
func NewPlan(ctx context.Context, d *config.Design, root, code string, progress datasets.Progress) (*Plan, error) {
	p := &Plan{Name: d.Config.Name, Code: code, Folder: d.Folder()}
	said := notices{arms: len(d.Arms)}
	opener := train.NewOpener(ctx, progress)
	built, unopened := map[string]error{}, map[string]bool{}
	var errs []error
	frame := d.Frame()
	for i, a := range d.Arms {
		name := config.DataKey(a.Config.Data)
		if unopened[name] {
			continue
		}
		data, err := opener.Open(a.Config.Data)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			unopened[name] = true
			errs = append(errs, err)
			continue
		}
		t := PlannedTrial{Labels: a.Labels, Model: a.Config.Model.Name, Batch: a.Config.Train.Batch, spec: data.Spec()}
		var network *nn.Program
		perEpoch, total, err := a.Config.Train.Length(data)
		if err == nil {
			frame.Arms[i].Planned.Steps, frame.Arms[i].Planned.Classes = total, data.Spec().Classes
			t.Steps = total
			if total > 0 {
				t.evals = data.Len(datasets.Test)*a.Config.Train.TestCrops + (total+perEpoch-1)/perEpoch*data.Len(datasets.Val)
			}
			network, err = t.build(ctx, a, built)
		}
		if err != nil {
			errs = append(errs, a.Named(err))
			continue
		}
		said.add(a.Labels, train.Notices(a.Config, perEpoch, total, network))
		for _, seed := range d.Seeds {
			t.config = a.Config.Single()
			t.config.Seed = seed
			t.Config, t.Seed, t.Index = string(t.config.YAML(nil)), seed, len(p.Trials)
			parent, err := train.ParentID(t.config, code, opener.Checksum)
			if err != nil {
				errs = append(errs, a.Named(err))
				break
			}
			t.Key, t.ID = t.config.Key(), t.config.ID(data.Checksum(), code, parent)
			if err := t.find(root); err != nil {
				errs = append(errs, err)
			}
			if t.Damage != "" {
				said.add(a.Labels, []string{t.Damage})
			}
			p.Trials = append(p.Trials, t)
		}
	}
	for i, text := range d.Config.Check { // now that steps and classes are known
		if err := claims.Check(text, frame); err != nil {
			key := fmt.Sprintf("check[%d]", i)
			errs = append(errs, fmt.Errorf("%v: %s: %q: %w", d.Origins.Near(key), key, text, err))
		}
	}
	p.Notices = append(append(said.list(), p.twins()...), p.unequal()...)
	return p, errors.Join(errs...)
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

// planFile is the plan in the folder of a sweep.
const planFile = "plan.json"

// Write writes the plan as JSON.
func (p *Plan) Write(file string) error {
	return atomicfile.WriteFile(file, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(p)
	})
}

// ReadPlan reads a plan and refuses one that this program did not make, for it
// would not give the same results.
func ReadPlan(file, code string) (*Plan, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p := &Plan{}
	if err := json.Unmarshal(b, p); err != nil {
		return nil, fmt.Errorf("%s: %w; make it again with zoo sweep --plan-out", file, err)
	}
	if p.Code != code {
		return nil, fmt.Errorf("%s is a plan of another build of zoo: have %s, this is %s; make it again with zoo sweep --plan-out", file, p.Code, code)
	}
	return p, nil
}

// Trial is the trial of an index with its config.
func (p *Plan) Trial(index int) (PlannedTrial, error) {
	if index < 0 || index >= len(p.Trials) {
		return PlannedTrial{}, fmt.Errorf("--index: have %d, want one from 0 to %d", index, len(p.Trials)-1)
	}
	t := p.Trials[index]
	t.config = config.Defaults()
	_, err := new(strict.Loader).LoadText(&t.config, fmt.Sprintf("trial %d of plan %s", index, p.Name), []byte(t.Config))
	return t, err
}

// Execute trains the trial, or continues it, as [Execute] does for a config. A
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
			if !errors.As(err, new(*run.HeldError)) { // somebody was faster
				return out, err
			}
		}
		if err := train.Pause(ctx); err != nil {
			return train.Outcome{}, err
		}
	}
}
