package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Linear is x·w + b along the last axis of x (..., I), with w (I, O) and b (O), which
// may be nil. The result is (..., O).
func Linear(x, w, b *G.Node) (*G.Node, error) {
	return linear[float32]{}.apply(x, w, b)
}

// LinearTransposed is Linear with w as (O, I): each output has a row of w. So a table of
// embeddings gives the logits of its rows (Press & Wolf 2016).
func LinearTransposed(x, w, b *G.Node) (*G.Node, error) {
	return linear[float32]{turned: true}.apply(x, w, b)
}

// FullyConnected is Linear of each example of x (N, ...) as a whole: w is (I, O), with I
// the number of values of an example, and the result (N, O).
func FullyConnected(x, w, b *G.Node) (*G.Node, error) {
	return linear[float32]{whole: true}.apply(x, w, b)
}

type linear[F f32.Float] struct {
	whole  bool // an example is one row
	turned bool // w is (O, I)
}

func (k linear[F]) apply(x, w, b *G.Node) (*G.Node, error) {
	return Apply(linear[float32](k), linear[float64](k), optional([]*G.Node{x, w}, b)...)
}

func (linear[F]) Name() string { return "linear" }

func (k linear[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w := in[0], in[1]
	axes, wantX, wantW := x.Dims()-1, "(..., I)", "(I, O)"
	if k.whole {
		axes, wantX = 1, "(N, ...) of I values each"
	}
	if k.turned {
		wantW = "(O, I)"
	}
	if x.Dims() < 2 || w.Dims() != 2 || x[axes:].TotalSize() != k.inputs(w) {
		return nil, fmt.Errorf("have input %v and weight %v, want %s and %s", x, w, wantX, wantW)
	}
	o := w.TotalSize() / k.inputs(w)
	if len(in) == 3 && !same(in[2], tensor.Shape{o}) {
		return nil, fmt.Errorf("have bias %v, want (%d)", in[2], o)
	}
	return append(x[:axes].Clone(), o), nil
}

// inputs is I.
func (k linear[F]) inputs(w tensor.Shape) int {
	if k.turned {
		return w[1]
	}
	return w[0]
}

func (k linear[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	x, w, y := in[0].V, in[1].V, out.V
	i, ld := k.inputs(in[1].Shape), in[1].Shape[1]
	o := len(w) / i
	n := len(y) / o
	if len(in) == 3 {
		f32.MatMulPlus(false, k.turned, n, o, i, x, i, w, ld, y, o, in[2].V)
	} else {
		f32.MatMul(false, k.turned, n, o, i, x, i, w, ld, y, o, false)
	}
}

func (linear[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k linear[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	x, w, dy := in[0].V, in[1].V, dout.V
	i, ld := k.inputs(in[1].Shape), in[1].Shape[1]
	o := len(w) / i
	n := len(dy) / o
	if dx := din[0].V; dx != nil {
		f32.MatMul(false, !k.turned, n, i, o, dy, o, w, ld, dx, i, false)
	}
	if dw := din[1].V; dw != nil && k.turned {
		f32.MatMul(true, false, o, i, n, dy, o, x, i, dw, i, false)
	} else if dw != nil {
		f32.MatMul(true, false, i, o, n, x, i, dy, o, dw, o, false)
	}
	if len(din) == 3 && din[2].V != nil {
		f32.SumRowsParallel(din[2].V, dy, n)
	}
}
