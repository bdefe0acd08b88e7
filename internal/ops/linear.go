package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Linear is x·w + b, with x (N, ...) whose other axes are taken as one of length
// I, w (I, O), b (O); the result is (N, O). b may be nil.
func Linear(x, w, b *G.Node) (*G.Node, error) {
	in := []*G.Node{x, w}
	if b != nil {
		in = append(in, b)
	}
	return Apply(linear[float32]{}, linear[float64]{}, in...)
}

type linear[F f32.Float] struct{}

func (linear[F]) Name() string { return "linear" }

func (linear[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w := in[0], in[1]
	if x.Dims() < 2 || w.Dims() != 2 || x.TotalSize() != x[0]*w[0] {
		return nil, fmt.Errorf("have input %v and weight %v, want (N, I) and (I, O)", x, w)
	}
	if len(in) == 3 && !same(in[2], tensor.Shape{w[1]}) {
		return nil, fmt.Errorf("have bias %v, want (%d)", in[2], w[1])
	}
	return tensor.Shape{x[0], w[1]}, nil
}

func (linear[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	x, w, y := in[0].V, in[1].V, out.V
	n, o := out.Shape[0], out.Shape[1]
	i := in[1].Shape[0]
	if len(in) == 3 {
		for r := range n {
			copy(y[r*o:], in[2].V)
		}
	}
	f32.MatMul(false, false, n, o, i, x, i, w, o, y, o, len(in) == 3)
}

func (linear[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (linear[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	x, w, dy := in[0].V, in[1].V, dout.V
	n, o := dout.Shape[0], dout.Shape[1]
	i := in[1].Shape[0]
	if dx := din[0].V; dx != nil {
		f32.MatMul(false, true, n, i, o, dy, o, w, o, dx, i, false)
	}
	if dw := din[1].V; dw != nil {
		f32.MatMul(true, false, i, o, n, x, i, dy, o, dw, o, false)
	}
	if len(din) == 3 && din[2].V != nil {
		f32.SumRows(din[2].V, dy, n)
	}
}
