package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Concat puts tensors one after the other along their last axis: (N, ..., A) and
// (N, ..., B) to (N, ..., A+B).
func Concat(xs ...*G.Node) (*G.Node, error) {
	if len(xs) == 0 {
		return nil, fmt.Errorf("concat: have no input, want at least one")
	}
	return Apply(&concat[float32]{}, &concat[float64]{}, xs...)
}

type concat[F f32.Float] struct{ inputs int }

func (*concat[F]) Name() string   { return "concat" }
func (k *concat[F]) Batched() int { return k.inputs }

func (*concat[F]) lines() (forward, backward Lines) { return EachLine, EachLine }

func (k *concat[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	first, width := in[0], 0
	axis := first.Dims() - 1
	for _, x := range in {
		if x.Dims() < 2 || x.Dims() != first.Dims() || !same(x[:axis], first[:axis]) {
			return nil, fmt.Errorf("have inputs %v and %v, want (N, ..., C) that differ only in C", first, x)
		}
		width += channels(x)
	}
	k.inputs = len(in)
	out := first.Clone()
	out[axis] = width
	return out, nil
}

func (k *concat[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	k.each(out, in, func(x []F, c int, y []F, width, rows int) { f32.CopyRows(y, width, x, c, c, rows) })
}

func (*concat[F]) Reads() ([]int, bool) { return nil, false }

func (k *concat[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	k.each(dout, din, func(dx []F, c int, dy []F, width, rows int) { f32.CopyRows(dx, c, dy, width, c, rows) })
}

// each calls f with what has to be copied between the parts, rows of c channels, and
// their places in the whole, rows of width channels. A part without values is left out.
// A chunk of the whole is finished before the next begins: it stays in the second cache.
func (*concat[F]) each(all Tensor[F], parts []Tensor[F], f func(part []F, c int, all []F, width, rows int)) {
	width := channels(all.Shape)
	for v, first, size := all.V, 0, rowsOf(width); len(v) > 0; first += size {
		size = min(size, len(v)/width)
		at := 0
		for _, p := range parts {
			c := channels(p.Shape)
			if p.V != nil {
				f(p.V[first*c:], c, v[at:], width, size)
			}
			at += c
		}
		v = v[size*width:]
	}
}
