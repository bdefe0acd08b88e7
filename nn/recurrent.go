package nn

import (
	"errors"
	"fmt"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// RecurrentOptions are the size of a recurrent layer, and how it goes through sequences.
type RecurrentOptions struct {
	Units         int
	Layer         int     // its number among those of one PyTorch module, from 0 on: the 0 of weight_ih_l0
	Bidirectional bool    // the layer has a second direction, from the last position to the first: weight_ih_l0_reverse
	Lengths       *G.Node // integers (N) or (N, 1): how many positions each example has, from the first on; nil: all
}

// width is how many values the layer puts out at a position.
func (o RecurrentOptions) width() int {
	if o.Bidirectional {
		return 2 * o.Units
	}
	return o.Units
}

// Recurrent is the hidden layer of Elman 1990 for sequences x (N, T, C):
// h[t] = f(x[t]·weight_ih + bias_ih + h[t−1]·weight_hh + bias_hh), (N, T, Units), with f the
// scope's choice of activation, tanh or relu. What comes before the first position is zeros
// or, with Settings.Stateful, as in a program of steps, what the run before ended with.
//
// A bidirectional layer also goes through the sequence backwards, with weights of its own,
// and puts out both directions side by side, forwards first: (N, T, 2·Units) (Schuster &
// Paliwal 1997). It needs the whole sequence: programs of steps, and Settings.Stateful, are
// an error.
//
// With lengths the backward direction begins at the last position that an example has. What
// lies beyond is padding: it is not read, and the outputs there are zeros, as those of
// PyTorch's packed sequences are. [LastState] is how each direction ends.
//
// The parameters have the names and the layout of PyTorch's RNN, whose layers are numbered
// from 0 in one module: weight_ih_l0.
//
// With the choice of norm layer, both products, those with the inputs and those with the
// state, are normalised and scaled before the biases are added, by norm_ih_l0 and norm_hh_l0
// (Ba, Kiros & Hinton 2016, in which the cell of an LSTM has a third norm). Other norms need
// the values of other examples or positions, and are an error.
func Recurrent(s *Scope, x *G.Node, o RecurrentOptions) *G.Node {
	s.ask("activation")
	switch s.activation.word {
	case "tanh":
		return s.recurrent(ops.Elman, "recurrent, tanh", x, 0, o)
	case "relu":
		return s.recurrent(ops.ElmanRelu, "recurrent, relu", x, 0, o)
	}
	s.Fail(fmt.Errorf("recurrent layer: have activation %s, want tanh or relu", s.activation))
	return nil
}

// LSTM is the long short-term memory of Hochreiter & Schmidhuber 1997 with forget gates
// (Gers, Schmidhuber & Cummins 2000), as [Recurrent] is: (N, T, Units), or both directions.
// The bias of the forget gates begins forget above the scope's choice: 1 lets a network
// remember from the start (Jozefowicz, Zaremba & Sutskever 2015).
func LSTM(s *Scope, x *G.Node, forget float64, o RecurrentOptions) *G.Node {
	return s.recurrent(ops.LSTM, "lstm", x, forget, o)
}

// GRU is the gated recurrent unit of Cho et al. 2014 in PyTorch's form, as [Recurrent] is:
// (N, T, Units), or both directions.
func GRU(s *Scope, x *G.Node, o RecurrentOptions) *G.Node {
	return s.recurrent(ops.GRU, "gru", x, 0, o)
}

// LastState is the output with which each direction of a recurrent layer ends: of y
// (N, T, D), which a layer with the options o has put out, it is (N, D). That is PyTorch's
// h_n of the layer, with the directions side by side: forwards the last position that an
// example has, and backwards the first. Of an example of length 0 it is zeros.
func LastState(s *Scope, y *G.Node, o RecurrentOptions) *G.Node {
	if _, _, d := s.tokens(y); d != o.width() {
		s.Fail(fmt.Errorf("last state: have outputs %v, want (N, T, %d)", y.Shape(), o.width()))
	}
	last := s.Must(ops.TakeLast(y, o.Lengths)) // (N, D)
	if o.Bidirectional {
		forward := s.Must(ops.Columns(last, 0, o.Units))
		first := s.Must(ops.TakeToken(y, 0))
		backward := s.Must(ops.Columns(first, o.Units, 2*o.Units))
		last = s.Must(ops.Concat(forward, backward))
	}
	return s.record(Layer{Op: "last state"}, last, field{}, y)
}

// forgetGate is the place of the forget gate among those of an LSTM.
const forgetGate = 1

func (s *Scope) recurrent(c ops.Cell, op string, x *G.Node, forget float64, o RecurrentOptions) *G.Node {
	_, t, in := s.tokens(x)
	switch {
	case o.Units < 1:
		s.Fail(fmt.Errorf("recurrent layer: have %d units, want at least 1", o.Units))
	case o.Bidirectional && s.Stepping():
		s.Fail(errors.New("recurrent layer: a bidirectional one sees what comes later, so that the network cannot go step by step"))
	case o.Bidirectional && s.stateful:
		s.Fail(errors.New("recurrent layer: a bidirectional one needs whole sequences, and those of this data go on from batch to batch"))
	case o.Lengths != nil && s.Stepping():
		s.Fail(errors.New("recurrent layer: lengths are not for programs of steps"))
	case o.Lengths != nil && s.stateful:
		s.Fail(errors.New("recurrent layer: have lengths, want none: the sequences of this data go on from batch to batch"))
	}
	read := s.masked(x, o.Lengths)
	y := s.direction(c, read, "", forget, o) // (N, T, Units)
	if o.Bidirectional {
		backward := s.direction(c, s.Must(ops.Reverse(read, o.Lengths)), "_reverse", forget, o)
		y = s.Must(ops.Concat(y, s.Must(ops.Reverse(backward, o.Lengths)))) // (N, T, 2·Units)
		op += ", bidirectional"
	}
	y = s.masked(y, o.Lengths)
	place := s.In("l%d", o.Layer)
	s.initials[place.path] = s.initials[s.path]
	delete(s.initials, s.path)
	return place.record(Layer{Op: op, MACs: t * (in + o.Units) * c.Gates * o.width()}, y, field{}, x)
}

// masked is x (N, T, C) with zeros in the place of the padding, if there are lengths.
func (s *Scope) masked(x, lengths *G.Node) *G.Node {
	if lengths == nil {
		return x
	}
	return s.Must(ops.Mask(x, lengths))
}

// direction is one direction of a recurrent layer, from the first position of x to the last:
// (N, T, Units). Its parameters have names that end with suffix.
func (s *Scope) direction(c ops.Cell, x *G.Node, suffix string, forget float64, o RecurrentOptions) *G.Node {
	in, units := x.Shape()[2], o.Units
	name := func(what string) string { return fmt.Sprintf("%s_l%d%s", what, o.Layer, suffix) }
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
	y := s.Must(ops.Recurrent(c, brought, u, d, gain, before, eps))
	if stateful {
		state.Set(s, s.Must(ops.FinalState(y)))
	}
	return y
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
