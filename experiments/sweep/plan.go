// Package sweep carries out what the design of a sweep says: the plan of its trials and
// what they will take, the pool of processes that train them, and the study of what
// they found. Stored runs are listed, selected and removed here too, since sweeps share
// them.
package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"zoo/datasets"
	"zoo/experiments/claims"
	"zoo/experiments/config"
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

// NewPlan opens the data, builds the network of each arm, and finds out which
// trials are done under root. The error lists every arm that cannot be trained.
func NewPlan(ctx context.Context, d *config.Design, root, code string, progress datasets.Progress) (*Plan, error) {
	p := &Plan{Name: d.Config.Name, Code: code, Folder: d.Folder()}
	gathered := notices{arms: len(d.Arms)}
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
			err = a.Config.Task.Fits(data.Spec())
		}
		if err == nil {
			frame.Arms[i].Planned.Steps, frame.Arms[i].Planned.Metrics = total, a.Config.Task.MetricNames(data.Spec())
			t.Steps = total
			if total > 0 {
				t.evals = data.Len(datasets.Test)*a.Config.Task.Views() + a.Config.Train.Evaluations(perEpoch, total)*data.Len(datasets.Val)
			}
			network, err = t.build(ctx, a, built)
		}
		if err != nil {
			errs = append(errs, a.Named(err))
			continue
		}
		gathered.add(a.Labels, train.Notices(a.Config, perEpoch, total, network))
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
				gathered.add(a.Labels, []string{t.Damage})
			}
			p.Trials = append(p.Trials, t)
		}
	}
	for i, text := range d.Config.Check { // now that steps and metrics are known
		if err := claims.Check(text, frame); err != nil {
			key := fmt.Sprintf("check[%d]", i)
			errs = append(errs, fmt.Errorf("%v: %s: %q: %w", d.Origins.Near(key), key, text, err))
		}
	}
	p.Notices = append(append(gathered.list(), p.equalTrainings()...), p.unequalLosses()...)
	return p, errors.Join(errs...)
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
