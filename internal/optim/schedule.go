package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"zoo/internal/problem"
)

// ScheduleOptions are the section train.schedule of a config. Lengths are in
// epochs and may be fractions. A key that the named schedule does not use has
// no effect, so that an ablation can vary only the name.
type ScheduleOptions struct {
	Name         string    `doc:"constant, step, multistep, cosine, polynomial or one-cycle" enum:"constant,step,multistep,cosine,polynomial,one-cycle"`
	Warmup       float64   `doc:"epochs of linear warm-up; one-cycle: epochs of its rise, 0 for 30 % of the run"`
	WarmupFactor float64   `doc:"where the warm-up begins, as a fraction of lr"`
	StepEpochs   float64   `doc:"step: epochs from one drop to the next"`
	Milestones   []float64 `doc:"multistep: epochs of the drops, from the start of the run (warm-up included)"`
	Gamma        float64   `doc:"step, multistep: factor of a drop"`
	MinLR        float64   `doc:"cosine, polynomial: learning rate at the end of the run"`
	Power        float64   `doc:"polynomial: 1 is a straight line"`
}

// ScheduleDefaults is a constant learning rate.
func ScheduleDefaults() ScheduleOptions {
	return ScheduleOptions{Name: "constant", WarmupFactor: 0.01, Gamma: 0.1, Power: 1}
}

var scheduleNames = []string{"constant", "step", "multistep", "cosine", "polynomial", "one-cycle"}

// Validate finds every value that is out of range.
func (o ScheduleOptions) Validate() []problem.Problem {
	var ps []problem.Problem
	bad := func(wrong bool, key, format string, args ...any) {
		if wrong {
			ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
		}
	}
	rising := sort.Float64sAreSorted(o.Milestones)
	for _, m := range o.Milestones {
		rising = rising && m > 0 && finite(m)
	}
	bad(!slices.Contains(scheduleNames, o.Name), "name", "have %q, want %s", o.Name, oneOf(scheduleNames))
	bad(!finite(o.Warmup), "warmup", "have %v, want a number of epochs", o.Warmup)
	bad(!(o.WarmupFactor >= 0 && o.WarmupFactor <= 1), "warmup_factor", "have %v, want a value in [0, 1]", o.WarmupFactor)
	bad(!finite(o.StepEpochs), "step_epochs", "have %v, want a number of epochs", o.StepEpochs)
	bad(o.Name == "step" && o.StepEpochs == 0, "step_epochs", "the schedule step requires the epochs from drop to drop")
	bad(!rising, "milestones", "have %v, want rising epochs above 0", o.Milestones)
	bad(o.Name == "multistep" && len(o.Milestones) == 0, "milestones", "the schedule multistep requires the epochs of the drops, as in [80, 120]")
	bad(!(o.Gamma > 0) || !finite(o.Gamma), "gamma", "have %v, want a factor above 0", o.Gamma)
	bad(!finite(o.MinLR), "min_lr", "have %v, want a value of at least 0", o.MinLR)
	bad(!(o.Power > 0) || !finite(o.Power), "power", "have %v, want a power above 0", o.Power)
	return ps
}

// Idle are the keys with another value than the default's that the named schedule does
// not use, and the options without them.
func (o ScheduleOptions) Idle() (keys []string, without ScheduleOptions) {
	without, d := o, ScheduleDefaults()
	idle := func(key string, differs bool, usedBy ...string) bool {
		if differs && !slices.Contains(usedBy, o.Name) {
			keys = append(keys, key)
			return true
		}
		return false
	}
	if idle("step_epochs", o.StepEpochs != d.StepEpochs, "step") {
		without.StepEpochs = d.StepEpochs
	}
	if idle("milestones", len(o.Milestones) > 0, "multistep") {
		without.Milestones = d.Milestones
	}
	if idle("gamma", o.Gamma != d.Gamma, "step", "multistep") {
		without.Gamma = d.Gamma
	}
	if idle("min_lr", o.MinLR != d.MinLR, "cosine", "polynomial") {
		without.MinLR = d.MinLR
	}
	if idle("power", o.Power != d.Power, "polynomial") {
		without.Power = d.Power
	}
	return keys, without
}

// A Schedule gives the learning rate of a step; the first step is 0. Steps
// beyond the end have the learning rate of the end.
type Schedule func(step int) float64

// NewSchedule makes the schedule of a run of totalSteps. All of them move step
// by step, not epoch by epoch, and are PyTorch's of the same name: constant,
// StepLR, MultiStepLR, CosineAnnealingLR and PolynomialLR after a LinearLR
// warm-up, and OneCycleLR with its defaults (cosine, from lr/25 up to lr and
// down to lr/250000), which warms up by itself; its cycling of the momentum is
// left out. The drops of step and multistep are counted from the start of the
// run, as papers do; cosine and polynomial fall from the end of the warm-up to
// the end of the run.
func NewSchedule(o ScheduleOptions, lr float64, stepsPerEpoch, totalSteps int) (Schedule, error) {
	var errs []error
	for _, p := range o.Validate() {
		errs = append(errs, fmt.Errorf("schedule.%s: %s", p.Key, p.Message))
	}
	if (o.Name == "cosine" || o.Name == "polynomial") && o.MinLR > lr {
		errs = append(errs, fmt.Errorf("schedule.min_lr: have %v, want at most the learning rate, %v", o.MinLR, lr))
	}
	if stepsPerEpoch < 1 || totalSteps < 1 {
		errs = append(errs, fmt.Errorf("schedule: have %d steps an epoch and %d in all, want at least 1", stepsPerEpoch, totalSteps))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	steps := func(epochs float64) float64 { return math.Round(epochs * float64(stepsPerEpoch)) }
	total, warmup := float64(totalSteps), steps(o.Warmup)

	if o.Name == "one-cycle" {
		rise := warmup
		if rise == 0 {
			rise = 0.3 * total
		}
		return oneCycle(lr, rise, total), nil
	}
	// done is the fraction of the way from the end of the warm-up to that of the run.
	done := func(t float64) float64 { return min(max(t-warmup, 0)/max(total-warmup, 1), 1) }
	var main Schedule
	switch o.Name {
	case "constant":
		main = func(int) float64 { return lr }
	case "step":
		every := max(steps(o.StepEpochs), 1)
		main = func(step int) float64 { return lr * math.Pow(o.Gamma, math.Floor(float64(step)/every)) }
	case "multistep":
		main = func(step int) float64 {
			drops := 0
			for _, m := range o.Milestones {
				if float64(step) >= steps(m) {
					drops++
				}
			}
			return lr * math.Pow(o.Gamma, float64(drops))
		}
	case "cosine":
		main = func(step int) float64 { return cosine(lr, o.MinLR, done(float64(step))) }
	case "polynomial":
		main = func(step int) float64 {
			return o.MinLR + (lr-o.MinLR)*math.Pow(1-done(float64(step)), o.Power)
		}
	}
	return func(step int) float64 {
		if t := float64(step); t < warmup {
			return main(step) * (o.WarmupFactor + (1-o.WarmupFactor)*t/warmup)
		}
		return main(step)
	}, nil
}

// cosine goes from one value to another along half a period.
func cosine(from, to, fraction float64) float64 {
	return to + (from-to)/2*(1+math.Cos(math.Pi*fraction))
}

// oneCycle is PyTorch's OneCycleLR: up for rise steps, then down. Its peak is
// at step rise − 1, which need not be a whole number.
func oneCycle(lr, rise, total float64) Schedule {
	start := lr / 25
	end := start / 1e4
	peak, last := min(max(rise-1, 0), total-1), total-1
	return func(step int) float64 {
		t := min(float64(step), last)
		if t < peak {
			return cosine(start, lr, t/peak)
		}
		if peak == last {
			return lr
		}
		return cosine(lr, end, (t-peak)/(last-peak))
	}
}
