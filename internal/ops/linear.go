package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Linear is x·w + b, with w (I, O) and b (O), which may be nil. The result is
// (N, O) for x (N, I), and (N, T, O) for tokens x (N, T, I). Images (N, H, W, C) are
// taken as (N, I).
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
	rows := x[:min(1, len(x))].Clone()
	if x.Dims() == 3 {
		rows = x[:2].Clone()
	}
	if x.Dims() < 2 || w.Dims() != 2 || x.TotalSize() != rows.TotalSize()*w[0] {
		return nil, fmt.Errorf("have input %v and weight %v, want (N, I) or (N, T, I), and (I, O)", x, w)
	}
	if len(in) == 3 && !same(in[2], tensor.Shape{w[1]}) {
		return nil, fmt.Errorf("have bias %v, want (%d)", in[2], w[1])
	}
	return append(rows, w[1]), nil
}

func (linear[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	x, w, y := in[0].V, in[1].V, out.V // (n, I), (I, O), (n, O), where n is N or N·T
	i, o := in[1].Shape[0], in[1].Shape[1]
	n := len(y) / o
	if len(in) == 3 {
		f32.MatMulPlus(false, false, n, o, i, x, i, w, o, y, o, in[2].V)
	} else {
		f32.MatMul(false, false, n, o, i, x, i, w, o, y, o, false)
	}
}

func (linear[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (linear[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	x, w, dy := in[0].V, in[1].V, dout.V // (n, I), (I, O), (n, O)
	i, o := in[1].Shape[0], in[1].Shape[1]
	n := len(dy) / o
	if dx := din[0].V; dx != nil {
		f32.MatMul(false, true, n, i, o, dy, o, w, o, dx, i, false)
	}
	if dw := din[1].V; dw != nil {
		f32.MatMul(true, false, i, o, n, x, i, dy, o, dw, o, false)
	}
	if len(din) == 3 && din[2].V != nil {
		f32.SumRowsParallel(din[2].V, dy, n)
	}
}
