package nn

import (
	"fmt"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// Recurrent is the hidden layer of Elman 1990 for sequences x (N, T, C):
// h[t] = f(x[t]·weight_ih + bias_ih + h[t−1]·weight_hh + bias_hh), (N, T, units), with f the
// scope's choice of activation, tanh or relu. What comes before the first position is zeros
// or, with Settings.Stateful, as in a program of steps, what the run before ended with.
//
// The parameters have the names and the layout of PyTorch's RNN, whose layers are numbered
// from 0 in one module: weight_ih_l0.
//
// With the choice of norm layer, both products, those with the inputs and those with the
// state, are normalised and scaled before the biases are added, by norm_ih_l0 and norm_hh_l0
// (Ba, Kiros & Hinton 2016, in which the cell of an LSTM has a third norm). Other norms need
// the values of other examples or positions, and are an error.
func Recurrent(s *Scope, x *G.Node, units, layer int) *G.Node {
	s.ask("activation")
	switch s.activation.word {
	case "tanh":
		return s.recurrent(ops.Elman, "recurrent, tanh", x, units, layer, 0)
	case "relu":
		return s.recurrent(ops.ElmanRelu, "recurrent, relu", x, units, layer, 0)
	}
	s.Fail(fmt.Errorf("recurrent layer: have activation %s, want tanh or relu", s.activation))
	return nil
}

// LSTM is the long short-term memory of Hochreiter & Schmidhuber 1997 with forget gates
// (Gers, Schmidhuber & Cummins 2000), as [Recurrent] is: (N, T, units). The bias of the
// forget gates begins forget above the scope's choice: 1 lets a network remember from the
// start (Jozefowicz, Zaremba & Sutskever 2015).
func LSTM(s *Scope, x *G.Node, units, layer int, forget float64) *G.Node {
	return s.recurrent(ops.LSTM, "lstm", x, units, layer, forget)
}

// GRU is the gated recurrent unit of Cho et al. 2014 in PyTorch's form, as [Recurrent] is:
// (N, T, units).
func GRU(s *Scope, x *G.Node, units, layer int) *G.Node {
	return s.recurrent(ops.GRU, "gru", x, units, layer, 0)
}

// forgetGate is the place of the forget gate among those of an LSTM.
const forgetGate = 1

func (s *Scope) recurrent(c ops.Cell, op string, x *G.Node, units, layer int, forget float64) *G.Node {
	_, t, in := s.tokens(x)
	if units < 1 {
		s.Fail(fmt.Errorf("recurrent layer: have %d units, want at least 1", units))
	}
	name := func(what string) string { return fmt.Sprintf("%s_l%d", what, layer) }
	all := c.Gates * units
	w := s.weight(name("weight_ih"), Layout{kind: matrix}, in, units, in, all)
	u := s.recurrentWeight(name("weight_hh"), units, c.Gates)
	s.ask("bias_init")
	init := s.biasInit.drawing(s.activation).fill
	b := s.Param(name("bias_ih"), NoDecay, raised(eachBias(init, func(int) int { return in }), forgetGate*units, units, forget), all)
	d := s.Param(name("bias_hh"), NoDecay, eachBias(init, func(int) int { return units }), all)
	brought, gain, eps := s.brought(name, x, w, b, all)
	var before *G.Node
	var state Carry
	stateful := s.Stepping() || s.stateful
	if stateful {
		state = s.Carry(name("state"), c.Parts*units)
		before = state.Now()
	}
	y, final, err := ops.Recurrent(c, brought, u, d, gain, before, eps) // (N, T, units)
	s.Must(y, err)
	if stateful {
		state.Set(s, final)
	}
	place := s.In("l%d", layer)
	s.initials[place.path] = s.initials[s.path]
	delete(s.initials, s.path)
	return place.record(Layer{Op: op, MACs: t * (in + units) * all}, y, field{}, x)
}

// brought is what the inputs bring to the gates, x·w + b (N, T, gates·units). With a norm of
// the products it is norm(x·w) + b, and gain and eps are those of the norm of the other
// product.
func (s *Scope) brought(name func(string) string, x, w, b *G.Node, all int) (y, gain *G.Node, eps float64) {
	if !s.Normed() {
		return s.Must(ops.Linear(x, w, b)), nil, 0
	}
	if s.norm.kind == layerNorm {
		scale := s.Param(name("norm_ih"), NoDecay, constant(1), all)
		gain = s.Param(name("norm_hh"), NoDecay, constant(1), all)
		return s.Must(ops.LayerNorm(s.Must(ops.Linear(x, w, nil)), scale, b, s.eps())), gain, s.eps()
	}
	s.Fail(fmt.Errorf("recurrent layer: have norm %s, want none or layer", s.norm))
	return nil, nil, 0
}

// recurrentWeight is the weight (units, gates·units) by which a layer multiplies its own
// state.
func (s *Scope) recurrentWeight(name string, units, gates int) *G.Node {
	s.ask("recurrent_init")
	if s.recurrentInit.word == asInit {
		return s.weight(name, Layout{kind: matrix}, units, units, units, gates*units)
	}
	fill := s.recurrentInit.drawing(activationChoice{word: "linear"}).fill
	return s.param(name, spec{kind: Weight, layout: Layout{kind: matrix}, init: eachGate(fill, units, gates), in: units, out: units, shape: []int{units, gates * units}})
}

// eachGate fills the squares of the gates, which are side by side, one after the other.
func eachGate(init Init, units, gates int) Init {
	return func(r *rand.Rand, w []float64, in, out int) {
		square := make([]float64, units*units)
		for g := range gates {
			init(r, square, in, out)
			for i := range units {
				copy(w[(i*gates+g)*units:][:units], square[i*units:])
			}
		}
	}
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
