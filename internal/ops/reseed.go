package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Reseed is x, but the backward pass starts again there: the gradient of x is seed, of
// the shape of x, whatever the gradient of the result is. So one gradient gives the
// Jacobians of the parts of a network, each by itself.
func Reseed(x, seed *G.Node) (*G.Node, error) {
	return Apply(reseed[float32]{}, reseed[float64]{}, x, seed)
}

type reseed[F f32.Float] struct{}

func (reseed[F]) Name() string { return "reseed" }
func (reseed[F]) Batched() int { return 2 }

func (reseed[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if !same(in[0], in[1]) {
		return nil, fmt.Errorf("have input %v and seed %v, want equal shapes", in[0], in[1])
	}
	return in[0].Clone(), nil
}

func (reseed[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) { copy(out.V, in[0].V) }

func (reseed[F]) Reads() ([]int, bool) { return []int{1}, false }

func (reseed[F]) Backward(_ *Ctx[F], din []Tensor[F], _, _ Tensor[F], in []Tensor[F]) {
	if dx := din[0].V; dx != nil {
		copy(dx, in[1].V)
	}
	if ds := din[1].V; ds != nil {
		clear(ds)
	}
}
