package train

import (
	"fmt"
	"math"
	"slices"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/internal/optim"
	"zoo/nn"
)

// Notices say what the trial's config asks for and does not get, or gets in another way
// than it seems: nothing that is wrong, but what would mislead readers of the numbers.
func (t *Trial) Notices() []string {
	all := Notices(t.Config, t.perEpoch, t.total, t.evals[0])
	if s, ok := t.Data.(datasets.Streamed); ok && s.Stream() && t.evals[0].Carried() == nil {
		all = append(all, "data.stream: true changes only the order of the batches: this network carries nothing from batch to batch")
	}
	return all
}

// Notices are the notices of a config whose training has total steps, with perEpoch steps
// an epoch, of a network that was built.
func Notices(c config.Config, perEpoch, total int, network *nn.Program) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, key := range c.Model.Idle(network.Unasked) {
		value, _ := c.Value(key)
		say("%s: %s has no effect: no layer of this network asks for it", key, value)
	}
	idle := func(section, name string, keys []string) {
		for _, key := range keys {
			value, _ := c.Value(section + "." + key)
			say("%s.%s: %s has no effect: %s does not use it", section, key, value, name)
		}
	}
	if total > 0 {
		keys, _ := c.Train.Optimizer.Idle()
		idle("train.optimizer", c.Train.Optimizer.Name, keys)
		keys, _ = c.Train.Schedule.Idle()
		idle("train.schedule", c.Train.Schedule.Name, keys)
	}
	if e, s := c.Train.Epochs, c.Train.Steps; e > 0 && s > 0 && total == s {
		say("train.steps: %d ends the training before train.epochs: %d, which would take %d steps", s, e, e*perEpoch)
	} else if e > 0 && s > 0 {
		say("train.epochs: %d ends the training after %d steps, before train.steps: %d", e, total, s)
	}
	if total == 0 {
		return all
	}
	if std, half := halfUnit(network.Layers); c.Train.Optimizer.Name != "sgd" && c.Train.Optimizer.LR < half { // the others divide by the size of the gradient
		say("train.optimizer.lr: a step of %s moves a weight by about %v, and to one of %.2g, as half of the layers have, float32 adds nothing below %.2g: most weights cannot move", c.Train.Optimizer.Name, c.Train.Optimizer.LR, std, half)
	}
	if steps := 1 / (1 - c.Train.EMA); c.Train.EMA > 0 && steps > float64(total) {
		say("train.ema: %v averages over about %.0f steps, and the training has %d: its decay reaches %.4g", c.Train.EMA, steps, total, optim.EMADecay(c.Train.EMA, total-1))
	}
	if steps := c.Train.Schedule.Warmup * float64(perEpoch); steps >= float64(total) {
		say("train.schedule.warmup: %v epochs are %.0f steps, and the training has %d: the learning rate never reaches train.optimizer.lr", c.Train.Schedule.Warmup, steps, total)
	}
	return all
}

// halfUnit returns the median over the layers of the standard deviation of initial
// weights, and half the unit in its last place as float32: adding less changes nothing.
func halfUnit(layers []nn.Layer) (std, half float64) {
	var all []float64
	for _, l := range layers {
		if l.Initial != nil && l.Initial.Std > 0 {
			all = append(all, l.Initial.Std)
		}
	}
	if all == nil {
		return 0, 0
	}
	slices.Sort(all)
	std = all[(len(all)-1)/2]
	_, exponent := math.Frexp(std) // std is from ½ to 1 times its power of 2, of 24 digits
	return std, math.Ldexp(1, exponent-25)
}

// A beforePeak holds the weights before the step with the highest learning rate.
type beforePeak struct{ weights [][]float32 }

// beforePeak returns the weights if the next step is the first with the highest learning
// rate of the training, otherwise nil.
func (t *Trial) beforePeak(trained []optim.Param) *beforePeak {
	if t.at.Step != t.peak {
		return nil
	}
	b := &beforePeak{}
	for _, p := range trained {
		b.weights = append(b.weights, slices.Clone(p.W))
	}
	return b
}

// notice says how few weights the step moved; empty if it moved at least half of those
// that have a gradient.
func (b *beforePeak) notice(trained []optim.Param, s Step) string {
	if b == nil {
		return ""
	}
	moved, all := 0, 0
	for i, p := range trained {
		for k, g := range p.G {
			if g != 0 {
				all++
				if p.W[k] != b.weights[i][k] {
					moved++
				}
			}
		}
	}
	if 2*moved >= all {
		return ""
	}
	return fmt.Sprintf("step %d, with the highest learning rate, %v, moved %d of the %d weights that have a gradient: the other updates are less than float32 can add to the weights", s.Step, s.LR, moved, all)
}
