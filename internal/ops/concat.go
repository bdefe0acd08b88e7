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
			return nil, fmt.Errorf("have inputs %v and %v, want (N, ..., C) that differ in C alone", first, x)
		}
		width += channels(x)
	}
	k.inputs = len(in)
	out := first.Clone()
	out[axis] = width
	return out, nil
}

func (*concat[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	at, width := 0, channels(out.Shape)
	for _, x := range in {
		c := channels(x.Shape)
		f32.CopyRows(out.V[at:], width, x.V, c, c, len(x.V)/c)
		at += c
	}
}

func (*concat[F]) Reads() ([]int, bool) { return nil, false }

func (*concat[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	at, width := 0, channels(dout.Shape)
	for _, dx := range din {
		c := channels(dx.Shape)
		if dx.V != nil {
			f32.CopyRows(dx.V, c, dout.V[at:], width, c, len(dx.V)/c)
		}
		at += c
	}
}
