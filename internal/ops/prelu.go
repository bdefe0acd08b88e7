package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// PReLU is x where x is positive, else slope·x, with a learnt slope for each
// channel, (C), or one for all, (1) (He et al. 2015, "Delving Deep into
// Rectifiers"). x is (..., C). The gradient at 0 is the slope.
func PReLU(x, slope *G.Node) (*G.Node, error) {
	return Apply(&prelu[float32]{}, &prelu[float64]{}, x, slope)
}

type prelu[F f32.Float] struct{ reduction }

func (*prelu[F]) Name() string { return "prelu" }
func (*prelu[F]) Finishes()    {}

func (*prelu[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, slope := in[0], in[1]
	if x.Dims() == 0 {
		return nil, fmt.Errorf("have input %v, want (..., C)", x)
	}
	if !same(slope, tensor.Shape{channels(x)}) && !same(slope, tensor.Shape{1}) {
		return nil, fmt.Errorf("have slope %v, want (%d) or (1)", slope, channels(x))
	}
	return x.Clone(), nil
}

// perChannel returns a slope for each channel.
func (*prelu[F]) perChannel(c *Ctx[F], x, slope Tensor[F]) []F {
	n := channels(x.Shape)
	if len(slope.V) == n {
		return slope.V
	}
	s := c.Shared(n)
	for j := range s {
		s[j] = slope.V[0]
	}
	return s
}

func (k *prelu[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	slope := k.perChannel(c, in[0], in[1])
	n := len(slope)
	f32.Chunks(len(out.V)/n, rowsOf(n), func(_, lo, hi int) {
		y := out.V[lo*n : hi*n]
		f32.PReLU(y, in[0].V[lo*n:hi*n], slope)
		c.Done(y)
	})
}

func (*prelu[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k *prelu[F]) Backward(c *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	slope := k.perChannel(c, in[0], in[1])
	n, x, dy := len(slope), in[0].V, dout.V
	if dx := din[0].V; dx != nil {
		f32.Chunks(len(dx)/n, rowsOf(n), func(_, lo, hi int) {
			f32.PReLUGrad(dx[lo*n:hi*n], dy[lo*n:hi*n], x[lo*n:hi*n], slope)
		})
	}
	if dslope := din[1].V; dslope != nil {
		sums := k.over(len(x)/n, n, n, func(part []float64, _, lo, hi int) {
			f32.PReLUSlopeGrad(part, dy[lo*n:hi*n], x[lo*n:hi*n])
		})
		clear(dslope)
		for j, s := range sums {
			dslope[j%len(dslope)] += F(s)
		}
	}
}
