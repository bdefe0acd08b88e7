package nn

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

var residualInitWords = []Choice{
	{Form: "none", Doc: "like everything else"},
	{Form: "zero", Doc: "the last layer of a branch is zero (Goyal et al. 2017)"},
	{Form: "scaled", Doc: "the last layer of a branch is divided by the square root of the number of branches (Hanin & Rolnick 2018)"},
	{Form: "fixup", Doc: "requires norm: none (Zhang et al. 2019)"},
}

// A residualInit is a word of residualInitWords.
type residualInit string

// All but none, which asks for nothing.
const (
	zeroBranches   residualInit = "zero"
	scaledBranches residualInit = "scaled"
	fixup          residualInit = "fixup"
)

func parseResidualInit(s string) (residualInit, error) {
	word, _, err := parseChoice(s, residualInitWords)
	return residualInit(word), err
}

// A branch is a scope's place in a residual branch.
type branch struct {
	branches int  // how many residual branches the network has
	weights  int  // how many weight layers this one has
	last     bool // the branch ends here
}

// Branch returns the scope of a residual branch. branches is how many of them the network
// has, and weights how many layers with weights this one has: the choice of residual
// initialisation depends on both.
func (s *Scope) Branch(branches, weights int) *Scope {
	c := *s
	c.branch = branch{branches: branches, weights: weights}
	return &c
}

// Last returns the scope of the last layers of a branch.
func (s *Scope) Last() *Scope {
	c := *s
	c.branch.last = true
	return &c
}

// branchScale is what the initialisation of a weight is multiplied by because of its place
// in a branch.
func (s *Scope) branchScale() float64 {
	b := s.branch
	if s.residualInit == fixup && b.weights > 1 && !b.last { // Zhang et al. 2019, section 4, rule 2
		return math.Pow(float64(b.branches), -1/float64(2*b.weights-2))
	}
	return s.endScale()
}

// endScale is what a weight or a bias is multiplied by where the layer is the last of
// its branch, not directly followed by a norm.
func (s *Scope) endScale() float64 {
	if s.normed {
		return 1
	}
	return s.lastScale()
}

// lastScale is what the choice of residual initialisation multiplies the end of
// a branch by: the last layer, or the norm that directly follows it.
func (s *Scope) lastScale() float64 {
	if !s.branch.last {
		return 1
	}
	s.ask("residual_init")
	switch s.residualInit {
	case zeroBranches, fixup:
		return 0
	case scaledBranches:
		return 1 / math.Sqrt(float64(s.branch.branches))
	}
	return 1
}

// fixupBias is the scalar bias that Fixup has before every weight layer and
// activation (rule 3); other choices have none.
func (s *Scope) fixupBias(name string, x *G.Node) *G.Node {
	if s.residualInit != fixup {
		return x
	}
	return s.sameField(x, s.Must(ops.AddScalar(x, s.Param(name, NoDecay, constant(0), 1))))
}

// fixupLast is the scalar multiplier and bias at the end of a Fixup branch.
func (s *Scope) fixupLast(x *G.Node) *G.Node {
	if s.residualInit != fixup || !s.branch.last {
		return x
	}
	y := s.Must(ops.MulScalar(x, s.Param("scale", NoDecay, constant(1), 1)))
	return s.sameField(x, s.Must(ops.AddScalar(y, s.Param("bias_out", NoDecay, constant(0), 1))))
}

// Add is a + b, of two tensors of the same shape: a branch and its shortcut, for example
// (He et al. 2015).
func Add(s *Scope, a, b *G.Node) *G.Node {
	y := s.Must(ops.Add(a, b))
	return s.record(Layer{Op: "add"}, y, field{}, a, b)
}

// Gate is (1 − gate)·a + gate·b, element by element of three tensors of the same shape,
// with a gate between 0 and 1 (Srivastava et al. 2015, "Highway networks").
func Gate(s *Scope, a, b, gate *G.Node) *G.Node {
	y := s.Must(ops.Mix(a, b, gate))
	return s.record(Layer{Op: "mix"}, y, field{}, a, b, gate)
}

// Scale multiplies x, of any shape, by a fixed number.
func Scale(s *Scope, x *G.Node, by float64) *G.Node {
	y := s.Must(ops.Scale(x, by))
	return s.record(Layer{Op: fmt.Sprintf("scale %g", by)}, y, field{}, x)
}

// ScaleChannels multiplies each channel of x (N, H, W, C) by the example's number for it
// in gate (N, 1, 1, C) (Hu et al. 2017, "Squeeze-and-excitation networks").
func ScaleChannels(s *Scope, x, gate *G.Node) *G.Node {
	y := s.Must(ops.ScaleChannels(x, gate))
	return s.record(Layer{Op: "scale channels"}, y, field{}, x, gate)
}

// Subsample takes every stride-th pixel of images (N, H, W, C) and appends channels of
// zeros, to (N, ⌈H/stride⌉, ⌈W/stride⌉, channels): the shortcut without parameters, option
// A of He et al. 2015.
func Subsample(s *Scope, x *G.Node, channels, stride int) *G.Node {
	s.image(x)
	y := s.Must(ops.ChannelShortcut(x, channels, stride))
	return s.record(Layer{Op: "shortcut A"}, y, squareField(1, stride), x)
}
