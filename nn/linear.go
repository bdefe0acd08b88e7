package nn

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// Linear is x·w + b along the last axis of x (N, ..., I), with weights w (I, out) and
// biases b (out): (N, ..., out).
func Linear(s *Scope, x *G.Node, out int) *G.Node {
	d := x.Shape()
	if d.Dims() < 2 || out < 1 {
		s.Fail(fmt.Errorf("linear layer of %d units: have input %v, want (N, ..., I), and at least one unit", out, d))
	}
	in := d[d.Dims()-1]
	rows := d.TotalSize() / d[0] / in
	return s.linear(ops.Linear, x, Layout{kind: matrix}, rows, in, out)
}

// FullyConnected is Linear of each example as a whole: x (N, ...), whose examples have I
// values, gives (N, out). Of images (N, H, W, C) the weights have the order that PyTorch
// gives them where it flattens images (N, C, H, W).
func FullyConnected(s *Scope, x *G.Node, out int) *G.Node {
	d := x.Shape()
	if d.Dims() < 2 || out < 1 {
		s.Fail(fmt.Errorf("fully connected layer of %d units: have input %v, want (N, ...), and at least one unit", out, d))
	}
	layout := Layout{kind: matrix}
	if d.Dims() == 4 {
		layout = Layout{kind: flatMatrix, h: d[1], w: d[2], c: d[3]}
	}
	return s.linear(ops.FullyConnected, x, layout, 1, d.TotalSize()/d[0], out)
}

// linear is a layer of weights (in, out), by which op multiplies each of the rows of an
// example.
func (s *Scope) linear(op func(x, w, b *G.Node) (*G.Node, error), x *G.Node, layout Layout, rows, in, out int) *G.Node {
	x = s.fixupBias("bias_in", x)
	w := s.weight("weight", layout, in, out, in, out)
	y := s.Must(op(x, w, s.bias("bias", out, func(int) int { return in })))
	y = s.record(Layer{Op: "linear", MACs: rows * in * out}, y, field{}, x)
	s.weighted[s.In("weight").path] = y
	return s.fixupLast(y)
}

// Logits is the last layer of a classifier, with one output a class: FullyConnected to
// (N, classes) where an example has one class, otherwise Linear to (N, ..., classes).
//
// Its gain is that of a linear layer, because no activation follows. He's initialisation
// takes the fan-in even where the choice is the fan-out: with the few classes for a
// fan-out, the weights and with them the first losses would be several times too large.
// With Fixup it starts at zero.
func Logits(s *Scope, x *G.Node) *G.Node {
	c := *s
	c.activation = activationChoice{word: "linear"}
	c.init = c.init.byFanIn()
	if c.residualInit == fixup {
		c.init, c.biasInit = zeroInit, zeroInit
	}
	if len(s.outputs) == 1 {
		return FullyConnected(&c, x, s.Classes())
	}
	return Linear(&c, x, s.Classes())
}

// initOf is the scope's initialisation of weights.
func (s *Scope) initOf() drawing {
	s.ask("init")
	if s.init.hasGain() {
		s.ask("activation")
	}
	return s.init.drawing(s.activation)
}

// Weight returns the node of a weight of this scope, of the given shape, for a layer of
// one's own: it starts as the scope's choice of initialisation says for a layer each of
// whose outputs sums over in inputs, and each of whose inputs reaches out outputs.
// Orthogonal ones make the matrix (in, the rest) orthogonal. (Param is for parameters that
// start in another way.) Of the choice lsuv it has the first half only.
func (s *Scope) Weight(name string, in, out int, shape ...int) *G.Node {
	if in < 1 || out < 1 {
		s.In("%s", name).Fail(fmt.Errorf("have fans of %d inputs and %d outputs, want at least 1 of each", in, out))
	}
	return s.weight(name, Layout{}, in, out, shape...)
}

// weight makes a weight of the scope, initialised by the scope's choice and its place in
// a residual branch.
func (s *Scope) weight(name string, layout Layout, in, out int, shape ...int) *G.Node {
	d, by := s.initOf(), s.branchScale()
	n := 1
	for _, side := range shape {
		n *= side
	}
	if !s.init.onData() {
		std := by * d.std(in, out, n)
		s.initials[s.path] = &Initial{Std: std, Gain: std * math.Sqrt(float64(in))}
	}
	init := spec{kind: Weight, layout: layout, init: scaled(d.fill, by), valueByValue: s.init.valueByValue(), in: in, out: out, shape: shape}
	if s.lengths {
		return s.weightNorm(name, init)
	}
	return s.param(name, init)
}

// weightNorm makes a weight of its directions and its lengths: see WeightNormed.
func (s *Scope) weightNorm(name string, of spec) *G.Node {
	if s.init.onData() {
		s.Fail(errors.New("init: lsuv sets the lengths of weights, which weight norm has for itself: choose another"))
	}
	v := s.param(name+"_v", of)
	directions := s.params.byPath[s.In("%s_v", name).path]
	layout, shape := of.layout, slices.Repeat([]int{1}, len(of.shape))
	if layout.kind == flatMatrix { // lengths have no image
		layout = Layout{kind: matrix}
	}
	shape[len(shape)-1] = of.shape[len(of.shape)-1]
	g := s.param(name+"_g", spec{kind: NoDecay, layout: layout, in: 1, out: 1, shape: shape, init: func(_ *rand.Rand, g []float64, _, _ int) {
		for i, x := range float64s(directions.Value) { // which is drawn before
			g[i%len(g)] += x * x
		}
		for i, square := range g {
			g[i] = math.Sqrt(square)
		}
	}})
	return s.Must(ops.WeightNorm(v, g))
}

// bias makes a bias of the scope, one number for each output (outputs), or returns nil
// where the scope has no bias. fan is the fan-in of an output.
func (s *Scope) bias(name string, outputs int, fan func(output int) int) *G.Node {
	if s.noBias {
		return nil
	}
	s.ask("bias_init")
	init := s.biasInit.drawing(s.activation).fill
	return s.Param(name, NoDecay, scaled(eachBias(init, fan), s.endScale()), outputs)
}

// eachBias draws the biases one after the other; fan is their outputs' fan-in.
func eachBias(init Init, fan func(output int) int) Init {
	return func(r *rand.Rand, b []float64, _, out int) {
		for i := range b {
			init(r, b[i:i+1], fan(i), out)
		}
	}
}
