package ops

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Scale is x·by, for x of any shape and a fixed number.
func Scale(x *G.Node, by float64) (*G.Node, error) {
	return Apply(scale[float32]{float32(by)}, scale[float64]{by}, x)
}

type scale[F f32.Float] struct{ by F }

func (scale[F]) Name() string                                  { return "scale" }
func (scale[F]) Batched() int                                  { return 1 }
func (scale[F]) elementwise()                                  {}
func (scale[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }
func (scale[F]) Reads() ([]int, bool)                          { return nil, false }

func (k scale[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	f32.Scale(out.V, in[0].V, k.by)
}

func (k scale[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	if dx := din[0].V; dx != nil {
		f32.Scale(dx, dout.V, k.by)
	}
}
