package train

import (
	"context"
	"errors"
	"fmt"
	"os"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/run"
	"zoo/experiments/weights"
	"zoo/internal/strict"
	"zoo/nn"
)

// ParentID is the id of the run that the config starts from; empty if it starts
// from no experiment. checksum opens data and returns its checksum. It is an error
// if the weights cannot be opened.
func ParentID(c config.Config, code string, checksum func(config.Config) (string, error)) (string, error) {
	p, err := c.Parent()
	if err != nil {
		return "", err
	}
	if p == nil {
		if c.Weights.From == "" {
			return "", nil
		}
		w, err := openStart(c, c.Weights.From)
		if err != nil {
			return "", err
		}
		return "", w.Close()
	}
	data, err := checksum(*p)
	if err != nil {
		return "", err
	}
	grand, err := ParentID(*p, code, checksum)
	if err != nil {
		return "", err
	}
	return p.ID(data, code, grand), nil
}

// openStart opens the weights that a config starts from: a file, or a run.
func openStart(c config.Config, from string) (*weights.File, error) {
	w, err := weights.Open(from, c.Weights.Only...)
	if errors.Is(err, os.ErrNotExist) {
		hint := ""
		if n := strict.Nearest(from, config.Names()); n != "" {
			hint = "; did you mean the experiment " + n + "?"
		}
		err = fmt.Errorf("weights.from: no experiment, run directory or file %s%s", from, hint)
	} else if err != nil {
		err = fmt.Errorf("weights.from: %w", err)
	}
	return w, err
}

// CheckWeights says whether the weights that the config starts from fit a network.
// Those of an experiment, which may not be trained yet, are not looked at.
func CheckWeights(c config.Config, p *nn.Params, spec datasets.Spec) error {
	if c.Weights.From == "" || c.Weights.IsExperiment() {
		return nil
	}
	w, err := openStart(c, c.Weights.From)
	if err != nil {
		return err
	}
	partial := len(c.Weights.Only) > 0
	return errors.Join(w.Fits(p, c.Model, spec, partial), w.Close())
}

// load puts the weights that the config starts from in place. train returns the
// directory of a complete run of an experiment.
func (t *Trial) load(train func(config.Config) (dir string, err error)) error {
	c := t.Config
	from := c.Weights.From
	if from == "" {
		return nil
	}
	p, err := c.Parent()
	if err == nil && p != nil {
		from, err = train(*p)
	}
	if err != nil {
		return err
	}
	w, err := openStart(c, from)
	if err != nil {
		return err
	}
	defer w.Close()
	partial := len(c.Weights.Only) > 0
	return w.Load(t.Params, c.Model, t.Data.Spec(), partial)
}

// train completes the run of an experiment that another one starts from.
func (o RunOptions) train(ctx context.Context, c config.Config) (dir string, err error) {
	o.Name, o.Fresh = "", false
	for {
		out, err := Execute(ctx, c, o)
		switch {
		case errors.As(err, new(*run.HeldError)):
			err = Pause(ctx)
		case err == nil && out.State != run.Complete:
			return "", fmt.Errorf("weights.from: the run %s of %s is %s", out.Dir, c.Name, out.State)
		case err == nil:
			return out.Dir, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// start is what happens before the first step and never again: what depends on
// the initial weights. What the probe finds is kept in the run's folder.
func (t *Trial) start(ctx context.Context, r *run.Run, train func(config.Config) (string, error)) error {
	if err := t.Initialise(ctx, train); err != nil {
		return err
	}
	t.startAverage()
	return t.keepProbe(ctx, r)
}

// Initialise does the parts of initialisation that need data, or trained weights:
// train returns the directory of a complete run.
func (t *Trial) Initialise(ctx context.Context, train func(config.Config) (string, error)) error {
	if err := t.load(train); err != nil {
		return err
	}
	if !t.Config.Model.LSUV() {
		return nil
	}
	for b, err := range t.Data.Batches(ctx, t.plan(0, 0)) {
		if err != nil {
			return err
		}
		return t.trains[b.Bucket].LSUV(ctx, b.X, b.Y)
	}
	return nil
}
