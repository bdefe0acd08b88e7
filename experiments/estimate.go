package experiments

import (
	"context"
	"time"

	"zoo/internal/f32"
	"zoo/internal/stopwatch"
	"zoo/nn"
)

// forwardShare is the part of a training step that evaluation of as many examples
// takes: the forward pass of three passes' worth of multiply-adds.
const forwardShare = 1.0 / 3

// Estimate times a few steps of each network of the plan and returns, for each
// trial that is not done, the core-seconds that it will take; 0 for the others.
// What a process needs to start and to read its data is not counted.
func (p *Plan) Estimate(ctx context.Context) ([]float64, error) {
	seconds := make([]float64, len(p.Trials))
	timed := map[string]float64{}
	seen := map[string]bool{}
	for i, t := range p.Trials {
		if t.Done() || seen[t.ID] || t.Steps == 0 {
			continue
		}
		seen[t.ID] = true
		net := t.graph(t.config.Model)
		step, ok := timed[net]
		if !ok {
			var err error
			if step, err = t.step(ctx); err != nil {
				return nil, err
			}
			timed[net] = step
		}
		seconds[i] = step * (float64(t.Steps) + forwardShare*float64(t.evals)/float64(t.Batch)) * float64(f32.Workers())
	}
	return seconds, nil
}

// step is the least time of a few training steps, in seconds.
func (t PlannedTrial) step(ctx context.Context) (float64, error) {
	_, program, err := Subject{Model: t.config.Model}.Build(nn.Train, t.spec, t.Batch)
	if err != nil {
		return 0, err
	}
	s, err := newStepper(program, t.spec.Inputs[0].Shape, t.spec.Classes)
	if err != nil {
		return 0, err
	}
	least := time.Hour
	for i, began := 0, stopwatch.Now(); i < leastSteps || i < 100 && stopwatch.Now()-began < 200*time.Millisecond; i++ {
		start := stopwatch.Now()
		if err := s.step(); err != nil {
			return 0, err
		}
		if least = min(least, stopwatch.Now()-start); ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
	return least.Seconds(), nil
}
