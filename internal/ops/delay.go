package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Delay is y[t] = x[t − by] of sequences x (N, T, C), with zeros at the first by positions.
func Delay(x *G.Node, by int) (*G.Node, error) {
	return Apply(delay[float32]{by}, delay[float64]{by}, x)
}

type delay[F f32.Float] struct{ by int }

func (delay[F]) Name() string { return "delay" }
func (delay[F]) Batched() int { return 1 }

func (k delay[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if x := in[0]; x.Dims() != 3 || k.by < 0 {
		return nil, fmt.Errorf("have input %v, delayed by %d, want (N, T, C), and at least 0", x, k.by)
	}
	return in[0].Clone(), nil
}

// each calls f for each example, with the values that stay in it, of which the first moves
// to place to, and where the example ends.
func (k delay[F]) each(shape tensor.Shape, f func(first, to, end int)) {
	size := shape[1] * shape[2]
	for at := 0; at < shape.TotalSize(); at += size {
		f(at, at+min(k.by*shape[2], size), at+size)
	}
}

func (k delay[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	k.each(out.Shape, func(first, to, end int) {
		clear(out.V[first:to])
		copy(out.V[to:end], in[0].V[first:])
	})
}

func (delay[F]) Reads() ([]int, bool) { return nil, false }

func (k delay[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	dx := din[0].V
	if dx == nil {
		return
	}
	k.each(dout.Shape, func(first, to, end int) {
		n := copy(dx[first:end], dout.V[to:end])
		clear(dx[first+n : end])
	})
}
