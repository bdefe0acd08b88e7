package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// AddScalar is x + b, for x of any shape and one number b (1): the bias of Fixup
// (Zhang et al. 2019).
func AddScalar(x, b *G.Node) (*G.Node, error) {
	return Apply(&addScalar[float32]{}, &addScalar[float64]{}, x, b)
}

type addScalar[F f32.Float] struct{ reduction }

func (*addScalar[F]) Name() string { return "add-scalar" }
func (*addScalar[F]) Batched() int { return 1 }

func (*addScalar[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return scalarShape(in) }

func scalarShape(in []tensor.Shape) (tensor.Shape, error) {
	if !same(in[1], tensor.Shape{1}) {
		return nil, fmt.Errorf("have scalar %v, want (1)", in[1])
	}
	return in[0].Clone(), nil
}

func (*addScalar[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	y, b := out.V, in[1].V[0]
	for i, v := range in[0].V {
		y[i] = v + b
	}
}

func (*addScalar[F]) Reads() ([]int, bool) { return nil, false }

func (k *addScalar[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	dy := dout.V
	if dx := din[0].V; dx != nil {
		copyParallel(dx, dy)
	}
	if db := din[1].V; db != nil {
		db[0] = F(k.over(len(dy), 1, 1, func(part []float64, _, lo, hi int) { part[0] += f32.Sum(dy[lo:hi]) })[0])
	}
}

// MulScalar is x·m, for x of any shape and one number m (1): the multiplier of
// Fixup (Zhang et al. 2019).
func MulScalar(x, m *G.Node) (*G.Node, error) {
	return Apply(&mulScalar[float32]{}, &mulScalar[float64]{}, x, m)
}

type mulScalar[F f32.Float] struct{ reduction }

func (*mulScalar[F]) Name() string { return "mul-scalar" }
func (*mulScalar[F]) Batched() int { return 1 }

func (*mulScalar[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return scalarShape(in) }

func (*mulScalar[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	f32.Scale(out.V, in[0].V, in[1].V[0])
}

func (*mulScalar[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k *mulScalar[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	dy, x := dout.V, in[0].V
	f32.Chunks(len(din[0].V), elements, func(_, lo, hi int) {
		f32.Scale(din[0].V[lo:hi], dy[lo:hi], in[1].V[0])
	})
	if dm := din[1].V; dm != nil {
		dm[0] = F(k.over(len(dy), 1, 1, func(part []float64, _, lo, hi int) { part[0] += f32.Dot(dy[lo:hi], x[lo:hi]) })[0])
	}
}
