package optim

import (
	"fmt"

	"zoo/internal/f32"
)

// An EMA is an exponential moving average of weights (Polyak averaging):
//
//	average ← decay·average + (1−decay)·w
//
// It begins as a copy of the weights, which would be most of the average for
// 1/(1−decay) steps. So the decay of step t, from 0, is at most (1+t)/(10+t), as in
// TensorFlow's ExponentialMovingAverage with num_updates: the average is over about
// the last tenth of the steps until the given decay is reached. Running statistics of
// norms may be among the parameters; gradients are not looked at.
type EMA struct {
	decay    float64
	names    []string
	averages [][]float32
	swapped  bool

	chunks []chunk
	ps     []Param        // of the update
	d      float32        // its decay
	rest   float32        // 1 − d
	run    func(_, i int) // updates chunk i; kept so that no update allocates
}

// NewEMA begins an average of the parameters, with a decay in [0, 1).
func NewEMA(decay float64, ps []Param) *EMA {
	e := &EMA{decay: decay, chunks: chunks(ps)}
	for _, p := range ps {
		e.names = append(e.names, p.Name)
		e.averages = append(e.averages, append([]float32{}, p.W...))
	}
	e.run = func(_, i int) {
		c := e.chunks[i]
		f32.Axpby(e.averages[c.param][c.lo:c.hi], e.rest, e.ps[c.param].W[c.lo:c.hi], e.d)
	}
	return e
}

// EMADecay is the decay of a step, from 0, of an average with a decay.
func EMADecay(decay float64, step int) float64 {
	return min(decay, float64(1+step)/float64(10+step))
}

// Update takes a step of the average; the first step is 0. It panics while the weights are swapped
// out, and, as Swap does, if the parameters are not those of NewEMA.
func (e *EMA) Update(step int, ps []Param) {
	e.check(ps)
	e.mustNotBeSwapped()
	d := EMADecay(e.decay, step)
	e.ps, e.d, e.rest = ps, float32(d), float32(1-d)
	f32.Parallel(len(e.chunks), e.run)
	e.ps = nil
}

// Swap exchanges the weights with their averages, and a second call exchanges
// them back.
func (e *EMA) Swap(ps []Param) {
	e.check(ps)
	e.swapped = !e.swapped
	for i, p := range ps {
		average := e.averages[i][:len(p.W)]
		for j, w := range p.W {
			p.W[j], average[j] = average[j], w
		}
	}
}

// State is the averages, for a checkpoint. The slices are the EMA's own. It
// panics while the weights are swapped out.
func (e *EMA) State() []Slot {
	e.mustNotBeSwapped()
	var state []Slot
	for i, name := range e.names {
		state = append(state, Slot{Param: name, Kind: "average", F32: e.averages[i]})
	}
	return state
}

// Restore copies a State in, or says all that does not fit and changes nothing.
func (e *EMA) Restore(state []Slot) error {
	if err := restore(e.State(), state); err != nil {
		return fmt.Errorf("restoring the average of weights: %w", err)
	}
	return nil
}

func (e *EMA) mustNotBeSwapped() {
	if e.swapped {
		panic("optim: the averages are in the weights' place: swap them back first")
	}
}

func (e *EMA) check(ps []Param) {
	if len(ps) != len(e.names) {
		panic(fmt.Sprintf("optim: have %d parameters, want %d", len(ps), len(e.names)))
	}
	for i, p := range ps {
		if p.Name != e.names[i] || len(p.W) != len(e.averages[i]) {
			panic(fmt.Sprintf("optim: parameter %d: have %s of %d weights, want %s of %d",
				i, p.Name, len(p.W), e.names[i], len(e.averages[i])))
		}
	}
}
