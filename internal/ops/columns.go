package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Columns are the columns [lo, hi) of the last axis of x (N, ..., C): (N, ..., hi − lo).
func Columns(x *G.Node, lo, hi int) (*G.Node, error) {
	return Apply(columns[float32]{lo, hi}, columns[float64]{lo, hi}, x)
}

type columns[F f32.Float] struct{ lo, hi int }

func (columns[F]) Name() string                     { return "columns" }
func (columns[F]) Batched() int                     { return 1 }
func (columns[F]) lines() (forward, backward Lines) { return EachLine, EachLine }

func (k columns[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() < 2 || k.lo < 0 || k.lo >= k.hi || k.hi > channels(x) {
		return nil, fmt.Errorf("have input %v and columns %d to %d, want (N, ..., C) and some of its C columns", x, k.lo, k.hi-1)
	}
	out := x.Clone()
	out[x.Dims()-1] = k.hi - k.lo
	return out, nil
}

func (k columns[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	n, c := k.hi-k.lo, channels(in[0].Shape)
	f32.CopyRows(out.V, n, in[0].V[k.lo:], c, n, len(out.V)/n)
}

func (columns[F]) Reads() ([]int, bool) { return nil, false }

func (k columns[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	dx, n, c := din[0].V, k.hi-k.lo, channels(in[0].Shape)
	if dx == nil {
		return
	}
	clear(dx)
	f32.CopyRows(dx[k.lo:], c, dout.V, n, n, len(dout.V)/n)
}
