package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Add is a + b, for two inputs of the same shape.
func Add(a, b *G.Node) (*G.Node, error) { return Apply(add[float32]{}, add[float64]{}, a, b) }

type add[F f32.Float] struct{}

func (add[F]) Name() string    { return "add" }
func (add[F]) Batched() int    { return 2 }
func (add[F]) elementwise()    {}
func (add[F]) passesGradient() {}

func (add[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if !same(in[0], in[1]) {
		return nil, fmt.Errorf("have inputs %v and %v, want equal shapes", in[0], in[1])
	}
	return in[0].Clone(), nil
}

func (add[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	f32.Add(out.V, in[0].V, in[1].V)
}

func (add[F]) Reads() ([]int, bool) { return nil, false }

func (add[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	for _, d := range din {
		copy(d.V, dout.V)
	}
}
