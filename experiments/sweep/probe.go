package sweep

import (
	"cmp"
	"context"
	"fmt"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/results"
	"zoo/experiments/train"
)

// Probe sends one batch through the network of each arm of a design as the first seed
// initialises it, without training: of the config's probe, or of its training if it
// has none. each is told what was found, arm by arm. Data that arms share are opened
// once.
func Probe(ctx context.Context, d *config.Design, progress datasets.Progress, each func(config.Arm, results.Probe)) error {
	opener := train.NewOpener(ctx, progress)
	for _, a := range d.Arms {
		a.Config.Seed = d.Seeds[0]
		p, err := probeInitial(ctx, a.Config, opener)
		if err != nil {
			return a.Named(err)
		}
		each(a, p)
	}
	return nil
}

func probeInitial(ctx context.Context, c config.Config, opener train.Opener) (results.Probe, error) {
	c.Probe.Batch = cmp.Or(c.Probe.Batch, c.Train.Batch)
	data, err := opener.Open(c.Data)
	if err != nil {
		return results.Probe{}, err
	}
	t, err := train.NewTrialOn(ctx, c, data)
	if err != nil {
		return results.Probe{}, err
	}
	if err := t.Initialise(ctx, func(c config.Config) (string, error) {
		return "", fmt.Errorf("weights.from: a probe trains nothing: train %s first, and name its run directory", c.Name)
	}); err != nil {
		return results.Probe{}, err
	}
	return t.Probe(ctx)
}
