package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Mix is (1 − g)·a + g·b, element by element, for three inputs of the same shape:
// the gates of highway networks (Srivastava et al. 2015).
func Mix(a, b, g *G.Node) (*G.Node, error) { return Apply(mixed[float32]{}, mixed[float64]{}, a, b, g) }

type mixed[F f32.Float] struct{}

func (mixed[F]) Name() string { return "mix" }
func (mixed[F]) Batched() int { return 3 }
func (mixed[F]) elementwise() {}

func (mixed[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if !same(in[0], in[1]) || !same(in[0], in[2]) {
		return nil, fmt.Errorf("have inputs %v and %v and gate %v, want equal shapes", in[0], in[1], in[2])
	}
	return in[0].Clone(), nil
}

func (mixed[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	f32.Mix(out.V, in[0].V, in[1].V, in[2].V)
}

func (mixed[F]) Reads() ([]int, bool) { return []int{0, 1, 2}, false }

// Backward makes the first input's gradient last, as it may overwrite dout.
func (mixed[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	a, b, g := in[0].V, in[1].V, in[2].V
	if dg := din[2].V; dg != nil {
		f32.MulDifference(dg, dout.V, b, a)
	}
	if db := din[1].V; db != nil {
		f32.Mul(db, dout.V, g)
	}
	if da := din[0].V; da != nil {
		f32.MulComplement(da, dout.V, g)
	}
}
