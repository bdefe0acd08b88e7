package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// GatedTanh is the gated unit of van den Oord et al. 2016, WaveNet: tanh(a)∘σ(b) of
// x (N, T, 2·C), which is a and b side by side: (N, T, C). If shift (N, 2·C) is not nil, it
// is added to each position of x first: the equation of a global condition, section 2.5.
func GatedTanh(x, shift *G.Node) (*G.Node, error) {
	if shift == nil {
		return Apply(gatedTanh[float32]{}, gatedTanh[float64]{}, x)
	}
	return Apply(shiftedGatedTanh[float32]{}, shiftedGatedTanh[float64]{}, x, shift)
}

type gatedTanh[F f32.Float] struct{}

func (gatedTanh[F]) Name() string                     { return "gated tanh" }
func (gatedTanh[F]) Batched() int                     { return 1 }
func (gatedTanh[F]) lines() (forward, backward Lines) { return EachLine, EachLine }

func (gatedTanh[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 3 || x[2]%2 != 0 {
		return nil, fmt.Errorf("have input %v, want (N, T, 2·C)", x)
	}
	return tensor.Shape{x[0], x[1], x[2] / 2}, nil
}

func (gatedTanh[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	c := channels(out.Shape)
	for i := 0; i < len(out.V); i += c {
		x := in[0].V[2*i:][:2*c]
		f32.GatedTanh(out.V[i:][:c], x[:c], x[c:])
	}
}

func (gatedTanh[F]) Reads() ([]int, bool) { return []int{0}, false }

func (gatedTanh[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	c := channels(dout.Shape)
	if din[0].V == nil {
		return
	}
	for i := 0; i < len(dout.V); i += c {
		x, dx := in[0].V[2*i:][:2*c], din[0].V[2*i:][:2*c]
		f32.GatedTanhGrad(dx[:c], dx[c:], dout.V[i:][:c], x[:c], x[c:])
	}
}

// shiftedGatedTanh is gatedTanh with a shift for each example.
type shiftedGatedTanh[F f32.Float] struct{}

func (shiftedGatedTanh[F]) Name() string { return "gated tanh, shifted" }
func (shiftedGatedTanh[F]) Batched() int { return 2 }

func (shiftedGatedTanh[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	out, err := gatedTanh[F]{}.Shape(in)
	if err == nil && !same(in[1], tensor.Shape{in[0][0], in[0][2]}) {
		err = fmt.Errorf("have shift %v, want (%d, %d)", in[1], in[0][0], in[0][2])
	}
	return out, err
}

// each calls f for each position of each example, with where it begins in the output, and
// the example's shift.
func (shiftedGatedTanh[F]) each(shape tensor.Shape, in []Tensor[F], f func(example, at int, shift []F)) {
	n, t, c := shape[0], shape[1], shape[2]
	for r := range n {
		for i := range t {
			f(r, (r*t+i)*c, in[1].V[r*2*c:][:2*c])
		}
	}
}

func (k shiftedGatedTanh[F]) Forward(ctx *Ctx[F], out Tensor[F], in []Tensor[F]) {
	c := channels(out.Shape)
	x := ctx.Scratch(ctx.Worker(), 2*c)
	k.each(out.Shape, in, func(_, at int, shift []F) {
		f32.Add(x, in[0].V[2*at:][:2*c], shift)
		f32.GatedTanh(out.V[at:][:c], x[:c], x[c:])
	})
}

func (shiftedGatedTanh[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k shiftedGatedTanh[F]) Backward(ctx *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	c := channels(dout.Shape)
	m := memory[F](ctx.Scratch(ctx.Worker(), 4*c))
	x, unused := m.take(2*c), m.take(2*c)
	dshift := din[1].V
	clear(dshift)
	k.each(dout.Shape, in, func(example, at int, shift []F) {
		f32.Add(x, in[0].V[2*at:][:2*c], shift)
		dx := unused
		if din[0].V != nil {
			dx = din[0].V[2*at:][:2*c]
		}
		f32.GatedTanhGrad(dx[:c], dx[c:], dout.V[at:][:c], x[:c], x[c:])
		if dshift != nil {
			sum := dshift[example*2*c:][:2*c]
			f32.Add(sum, sum, dx)
		}
	})
}
