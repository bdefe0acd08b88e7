package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// WeightNorm is v (..., O) with the columns of its last axis, each with all values of the
// other axes, brought to the lengths g (1, ..., O): g·v/‖v‖ (Salimans & Kingma 2016). A
// column of zeros stays one.
func WeightNorm(v, g *G.Node) (*G.Node, error) {
	return Apply(weightNorm[float32]{}, weightNorm[float64]{}, v, g)
}

type weightNorm[F f32.Float] struct{}

func (weightNorm[F]) Name() string         { return "weightnorm" }
func (weightNorm[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (weightNorm[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	v, g := in[0], in[1]
	if v.Dims() < 2 || g.Dims() != v.Dims() || g.TotalSize() != channels(v) || channels(g) != channels(v) {
		return nil, fmt.Errorf("have v %v and g %v, want (..., O) and (1, ..., O)", v, g)
	}
	return v.Clone(), nil
}

// lengths are those of the columns of v, and the products of the columns with those of w,
// where that is not nil.
func lengths[F f32.Float](columns int, v, w []F) (length, dot []float64) {
	length, dot = make([]float64, columns), make([]float64, columns)
	for i, x := range v {
		c := i % columns
		length[c] += float64(float64(x) * float64(x))
		if w != nil {
			dot[c] += float64(float64(x) * float64(w[i]))
		}
	}
	for c, square := range length {
		length[c] = math.Sqrt(square)
	}
	return length, dot
}

func (weightNorm[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	v, g := in[0].V, in[1].V
	length, _ := lengths[F](len(g), v, nil)
	scale := make([]F, len(g))
	for c, l := range length {
		if l > 0 {
			scale[c] = F(float64(g[c]) / l)
		}
	}
	for i, x := range v {
		out.V[i] = x * scale[i%len(g)]
	}
}

// Backward is dg = v·dw/‖v‖ and dv = g/‖v‖·(dw − v·(v·dw)/‖v‖²), column by column.
func (weightNorm[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	v, g, dw := in[0].V, in[1].V, dout.V
	length, dot := lengths(len(g), v, dw)
	scale, along := make([]F, len(g)), make([]F, len(g))
	for c, l := range length {
		if l > 0 {
			scale[c], along[c] = F(float64(g[c])/l), F(dot[c]/(l*l))
			dot[c] /= l
		}
	}
	if dg := din[1].V; dg != nil {
		for c, d := range dot {
			dg[c] = F(d)
		}
	}
	if dv := din[0].V; dv != nil {
		for i, x := range v {
			c := i % len(g)
			dv[i] = scale[c] * (dw[i] - F(x*along[c]))
		}
	}
}
