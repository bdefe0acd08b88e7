package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/weights"
	"zoo/internal/f32"
	"zoo/internal/machine"
	"zoo/internal/safetensors"
)

// RunOptions say how a trial is carried out; none has an influence on the result.
type RunOptions struct {
	Root    string        // the folder of run directories
	Name    string        // what a new folder's name begins with; empty: the config's name
	Fresh   bool          // discard what an earlier run of the same config left
	Every   time.Duration // between checkpoints within an epoch; 0: one after each step
	Code    string        // the version of the program
	Monitor Monitor       // nil: nobody watches
}

// An Outcome is what a trial left.
type Outcome struct {
	Dir     string
	State   string // run.Complete, run.Diverged or run.Interrupted
	Before  bool   // it was complete before, and nothing was trained
	Summary run.Summary
}

// Execute trains the config's network, or continues where an earlier process
// stopped, and evaluates it on the test part. If this program has completed the
// same config on the same data already, it returns that outcome. When ctx ends it saves a
// checkpoint and returns the error of ctx with an Outcome in state interrupted.
// A divergence is an outcome, not an error.
func Execute(ctx context.Context, c config.Config, o RunOptions) (Outcome, error) {
	if o.Monitor == nil {
		o.Monitor = noMonitor{}
	}
	opener := NewOpener(ctx, o.Monitor.Data)
	data, err := opener.Open(c.Data)
	if err != nil {
		return Outcome{}, err
	}
	t, err := NewTrialOn(ctx, c, data)
	if err != nil {
		return Outcome{}, err
	}
	if err := CheckWeights(c, t.Params, t.Data.Spec()); err != nil {
		return Outcome{}, err
	}
	parent, err := ParentID(c, o.Code, opener.Checksum)
	if err != nil {
		return Outcome{}, err
	}
	name := fmt.Sprintf("%s-s%d", cmp.Or(o.Name, c.Name), c.Seed)
	r, err := run.Open(o.Root, name, c.ID(t.Data.Checksum(), o.Code, parent), run.Options{
		Config: c.Single().YAML(nil), Key: c.Key(), Data: t.Data.Checksum(), Code: o.Code, Fresh: o.Fresh,
	})
	if err != nil {
		return Outcome{}, err
	}
	defer r.Close()
	if run.Done(r.Status().State) {
		out, err := outcome(r, o)
		var damaged *run.DamagedError // the first of them: all are written anew
		if !errors.As(err, &damaged) {
			return out, err
		}
		o.Monitor.Notice(damaged.What() + "; going on from the checkpoints")
	}
	return t.train(ctx, r, o)
}

// outcome is what a finished run left, if all of it is still there.
func outcome(r *run.Run, o RunOptions) (Outcome, error) {
	notice, err := r.Verify()
	if notice != "" {
		o.Monitor.Notice(notice)
	}
	if err != nil {
		return Outcome{}, err
	}
	record, err := run.Read(r.Dir())
	return Outcome{Dir: r.Dir(), State: record.Status.State, Before: true, Summary: record.Summary}, err
}

func (t *Trial) train(ctx context.Context, r *run.Run, o RunOptions) (Outcome, error) {
	out := Outcome{Dir: r.Dir()}
	from, notice, err := r.Resume()
	if err != nil {
		return out, err
	}
	if notice != "" {
		o.Monitor.Notice(notice)
	}
	if from != nil {
		err = t.restore(from)
	} else {
		err = t.start(ctx, r, func(c config.Config) (string, error) { return o.train(ctx, c) })
	}
	if err == nil {
		o.Monitor.Begin(t, r.Dir(), t.at.Step)
		err = t.fit(ctx, r, o.Monitor, o.Every)
	}
	if err == nil {
		out.Summary, err = t.summarise(ctx, r)
	}
	at := run.Status{Step: t.at.Step, Epoch: t.at.Epoch}
	var d *divergence
	switch {
	case err == nil:
		at.State = run.Complete
	case errors.As(err, &d):
		at.State, at.Error = run.Diverged, d.Error()
		out.Summary, err = t.diverged(r, d)
	case errors.Is(err, ctx.Err()):
		at.State = run.Interrupted
	default:
		at.State, at.Error = run.Failed, err.Error()
	}
	out.State = at.State
	return out, errors.Join(err, r.SetStatus(at))
}

// summarise reads the test part, for the first and only time, and writes the
// numbers of the run.
func (t *Trial) summarise(ctx context.Context, r *run.Run) (run.Summary, error) {
	s := t.facts()
	if err := t.addProbe(s, r.Dir()); err != nil {
		return nil, err
	}
	if t.total == 0 {
		return s, r.WriteSummary(s) // nothing was trained, so there is nothing to test
	}
	addValues(s, "train", t.recent())
	if t.at.Val != nil {
		addValues(s, "val", t.at.Val)
		s["best_epoch"], s["best_step"] = t.at.Best.Epoch, t.at.Best.Step
	}
	selected, err := t.placeSelected(r, s)
	if err != nil {
		return nil, err
	}
	s["selected_epoch"], s["selected_step"], s["selected_within_epoch"] = selected.Epoch, selected.Step, selected.Within
	if t.Data.Len(datasets.Test) > 0 {
		test, err := t.evaluateInPlace(ctx, datasets.Test, t.Config.Task.Views())
		if err != nil {
			return nil, err
		}
		addValues(s, "test", test)
		if err := r.Log(run.Metric{Step: t.at.Step, Epoch: selected.Epoch, Split: "test", Seconds: t.at.Seconds, Values: test}); err != nil {
			return nil, err
		}
	}
	s["weights_sha256"] = t.Params.SHA256()
	if err := r.WriteFile(config.WeightsFile, func(w io.Writer) error {
		return safetensors.Write(w, map[string]string{"model": t.Config.Model.Name}, weights.Tensors(t.Params)...)
	}); err != nil {
		return nil, err
	}
	return s, r.WriteSummary(s)
}

// placeSelected puts the weights that are to be tested in place, and returns which they
// are. Training cannot go on after that.
func (t *Trial) placeSelected(r *run.Run, s run.Summary) (selected best, err error) {
	if t.Config.Train.Select == "last" {
		if t.ema != nil {
			t.ema.Swap(t.averaged)
		}
		return best{Step: t.at.Step, Epoch: t.at.Epoch + min(t.at.Batch, 1), Within: t.at.Batch > 0}, nil
	}
	kept, _, err := r.Checkpoint(run.Best)
	if err != nil {
		return best{}, err
	}
	if kept == nil {
		return best{}, fmt.Errorf("%s has lost its best checkpoint; start over with --rerun", r.Dir())
	}
	if kept.Step != t.at.Best.Step {
		return best{}, fmt.Errorf("the best checkpoint in %s is of step %d, want that of %d; start over with --rerun", r.Dir(), kept.Step, t.at.Best.Step)
	}
	addValues(s, "val", t.at.Best.Values)
	return t.at.Best, weights.Import(t.Params, kept.Tensors)
}

func (t *Trial) diverged(r *run.Run, d *divergence) (run.Summary, error) {
	s := t.facts()
	s["diverged"], s["diverged_at_step"], s["diverged_because"] = true, d.step, d.Error()
	return s, errors.Join(t.addProbe(s, r.Dir()), r.WriteSummary(s))
}

// facts are the parts of a summary that every outcome has.
func (t *Trial) facts() run.Summary {
	s := run.Summary{
		"model": t.Config.Model.Name, "dataset": t.Config.Data.Name, "data_sha256": t.Data.Checksum(), "seed": t.Config.Seed,
		"steps": t.at.Step, "epochs": t.at.Epoch, "seconds": t.at.Seconds,
		"params": t.Params.Count(), "macs": t.Eval().MACs(), "diverged": false,
		"task": t.Config.Task.Name, "selects": t.Config.Task.Selects().Name,
		"machine": machine.Name(), "threads": f32.Workers(),
	}
	spec := t.Data.Spec()
	if n := spec.Classes(); n > 0 {
		s["classes"] = n
	}
	var names []string
	for _, m := range t.Config.Task.Metrics(spec) {
		names = append(names, m.Name)
	}
	s["metrics"] = strings.Join(names, " ")
	for name, v := range t.Config.Task.Chance(spec) {
		s["chance."+name] = v
	}
	if d, ok := t.Data.(datasets.Incomplete); ok && d.Skipped() > 0 {
		s["data_skipped"] = d.Skipped()
	}
	if bound := t.Config.Train.DivergedAbove; bound > 0 {
		s["diverged_above"] = bound
	}
	return s
}

// Pause waits for a second, for another process to end, or for the end of ctx.
func Pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Second):
		return nil
	}
}
