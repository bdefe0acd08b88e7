package sweep

import (
	"context"
	"fmt"
	"time"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/experiments/train"
	"zoo/internal/f32"
	"zoo/internal/stopwatch"
	"zoo/nn"
)

// A cost is what a trial spends its time on.
type cost struct {
	start      float64 // seconds, once: data, graphs, first weights and the probe
	step, eval float64 // seconds for a batch of training, and for an example of evaluation
}

// Estimate returns, for each trial that is not done, the core-seconds that it will
// take; 0 for the others, and for one that is the same as one before it. What a trial
// does before its first step, the probe included, is done once for each network, and
// a few batches are timed. What a process needs to start is not counted.
func (p *Plan) Estimate(ctx context.Context) ([]float64, error) {
	seconds := make([]float64, len(p.Trials))
	costs, opened := map[string]cost{}, map[string]openedData{}
	seen := map[string]bool{}
	for i, t := range p.Trials {
		if t.Done() || seen[t.ID] {
			continue
		}
		seen[t.ID] = true
		c := t.config
		kind := fmt.Sprint(t.graph(c.Model), config.DataKey(c.Data), c.Train.EvalBatch, c.Probe, t.Steps > 0)
		if _, ok := costs[kind]; !ok {
			data, ok := opened[config.DataKey(c.Data)]
			if !ok {
				var err error
				if data, err = reopen(ctx, c.Data); err != nil {
					return nil, err
				}
				opened[config.DataKey(c.Data)] = data
			}
			var err error
			if costs[kind], err = t.cost(ctx, data); err != nil {
				return nil, err
			}
		}
		k := costs[kind]
		seconds[i] = k.start + (k.step*float64(t.Steps*c.Train.Accumulate)+k.eval*float64(t.evals))*float64(f32.Workers())
	}
	return seconds, nil
}

// openedData are data with the seconds that it takes to open them.
type openedData struct {
	datasets.Dataset
	seconds float64
}

// reopen opens data that were opened before, as every process of a sweep does.
func reopen(ctx context.Context, s datasets.Section) (openedData, error) {
	start := stopwatch.Now()
	data, err := datasets.Open(ctx, s, nil)
	if err != nil {
		return openedData{}, err
	}
	data.Checksum() // a part of the run's identity
	return openedData{data, (stopwatch.Now() - start).Seconds()}, nil
}

// cost measures what a trial of this kind takes.
func (t PlannedTrial) cost(ctx context.Context, data openedData) (c cost, err error) {
	start := stopwatch.Now()
	cfg := t.config
	cfg.Weights = config.Pretrained{} // whose training is another trial
	trial, err := train.NewTrialOn(ctx, cfg, data)
	if err != nil {
		return c, err
	}
	if err := trial.Initialise(ctx, nil); err != nil {
		return c, err
	}
	if cfg.Probe.Batch > 0 {
		if _, err := trial.Probe(ctx); err != nil {
			return c, err
		}
	}
	c.start = data.seconds + (stopwatch.Now() - start).Seconds()
	if t.Steps == 0 {
		return c, nil
	}
	if c.step, err = t.batch(ctx, nn.Train, t.Batch); err == nil && t.evals > 0 {
		n := cfg.EvaluatedAtOnce(data, cfg.Task.Views())
		c.eval, err = t.batch(ctx, nn.Infer, n)
		c.eval /= float64(n)
	}
	return c, err
}

// batch is the least time of a few batches of random examples, in seconds.
func (t PlannedTrial) batch(ctx context.Context, mode nn.Mode, size int) (float64, error) {
	_, program, err := train.Build(ctx, config.Config{Model: t.config.Model}, mode, t.spec, size)
	if err != nil {
		return 0, err
	}
	s, err := train.NewStepper(program, t.spec)
	if err != nil {
		return 0, err
	}
	least := time.Hour
	for i, began := 0, stopwatch.Now(); i < train.LeastSteps || i < 100 && stopwatch.Now()-began < 200*time.Millisecond; i++ {
		start := stopwatch.Now()
		if err := s.Step(); err != nil {
			return 0, err
		}
		if least = min(least, stopwatch.Now()-start); ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
	return least.Seconds(), nil
}
