package nn

import (
	"fmt"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// Recurrent is the hidden layer of Elman 1990 for sequences x (N, T, C):
// h[t] = tanh(x[t]·weight_ih + bias_ih + h[t−1]·weight_hh + bias_hh), (N, T, units). What
// comes before the first position is zeros or, with Settings.Stateful, as in a program of
// steps, what the run before ended with.
//
// The parameters have the names and the layout of PyTorch's RNN, whose layers are numbered
// from 0 in one module: weight_ih_l0.
func Recurrent(s *Scope, x *G.Node, units, layer int) *G.Node {
	return elman.of(s, x, units, layer, 0)
}

// LSTM is the long short-term memory of Hochreiter & Schmidhuber 1997 with forget gates
// (Gers, Schmidhuber & Cummins 2000), as [Recurrent] is: (N, T, units). The bias of the
// forget gates begins forget above the scope's choice: 1 lets a network remember from the
// start (Jozefowicz, Zaremba & Sutskever 2015).
func LSTM(s *Scope, x *G.Node, units, layer int, forget float64) *G.Node {
	return longShortTerm.of(s, x, units, layer, forget)
}

// GRU is the gated recurrent unit of Cho et al. 2014 in PyTorch's form, as [Recurrent] is:
// (N, T, units).
func GRU(s *Scope, x *G.Node, units, layer int) *G.Node { return gatedUnit.of(s, x, units, layer, 0) }

// A cell is a kind of recurrent layer.
type cell struct {
	name  string
	gates int // how many values the inputs bring for each unit
	parts int // of the state, of which the first is the output
	op    func(x, w, b, state *G.Node) (*G.Node, error)
}

var (
	elman         = cell{"recurrent, tanh", 1, 1, ops.Recurrence}
	longShortTerm = cell{"lstm", 4, 2, ops.LSTM}
	gatedUnit     = cell{"gru", 3, 1, ops.GRU}
)

// forgetGate is the place of the forget gate among those of an LSTM.
const forgetGate = 1

func (c cell) of(s *Scope, x *G.Node, units, layer int, forget float64) *G.Node {
	_, t, in := s.tokens(x)
	if units < 1 {
		s.Fail(fmt.Errorf("recurrent layer: have %d units, want at least 1", units))
	}
	name := func(what string) string { return fmt.Sprintf("%s_l%d", what, layer) }
	all := c.gates * units
	w := s.weight(name("weight_ih"), Layout{kind: matrix}, in, units, in, all)
	u := s.weight(name("weight_hh"), Layout{kind: matrix}, units, units, units, all)
	s.ask("bias_init")
	init := s.biasInit.drawing(s.activation).fill
	b := s.Param(name("bias_ih"), NoDecay, raised(eachBias(init, func(int) int { return in }), forgetGate*units, units, forget), all)
	d := s.Param(name("bias_hh"), NoDecay, eachBias(init, func(int) int { return units }), all)
	var before *G.Node
	var state Carry
	stateful := s.Stepping() || s.stateful
	if stateful {
		state = s.Carry(name("state"), c.parts*units)
		before = state.Now()
	}
	y := s.Must(c.op(s.Must(ops.Linear(x, w, b)), u, d, before)) // (N, T, parts·units)
	if stateful {
		state.Set(s, s.Must(ops.TakeToken(y, t-1)))
	}
	if c.parts > 1 {
		y = s.Must(ops.Columns(y, 0, units))
	}
	place := s.In("l%d", layer)
	s.initials[place.path] = s.initials[s.path]
	delete(s.initials, s.path)
	return place.record(Layer{Op: c.name, MACs: t * (in + units) * all}, y, field{}, x)
}

// raised is an initialisation whose values from place on, n of them, are higher.
func raised(init Init, place, n int, by float64) Init {
	if by == 0 {
		return init
	}
	return func(r *rand.Rand, v []float64, in, out int) {
		init(r, v, in, out)
		for i := range v[place:][:n] {
			v[place+i] += by
		}
	}
}
