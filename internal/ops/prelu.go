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
func (*prelu[F]) Batched() int { return 1 }

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

func (*prelu[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	if slope := in[1].V; len(slope) == 1 {
		f32.Leaky(out.V, in[0].V, slope[0])
	} else {
		f32.PReLU(out.V, in[0].V, slope)
	}
}

func (*prelu[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k *prelu[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	x, slope, dy, n := in[0].V, in[1].V, dout.V, len(in[1].V)
	if dx := din[0].V; dx != nil {
		f32.Chunks(len(dx)/n, rowsOf(n), func(_, lo, hi int) {
			if n == 1 {
				f32.LeakyGrad(dx[lo:hi], dy[lo:hi], x[lo:hi], slope[0])
			} else {
				f32.PReLUGrad(dx[lo*n:hi*n], dy[lo*n:hi*n], x[lo*n:hi*n], slope)
			}
		})
	}
	if dslope := din[1].V; dslope != nil {
		sums := k.over(len(x)/n, n, n, func(part []float64, _, lo, hi int) {
			f32.PReLUSlopeGrad(part, dy[lo*n:hi*n], x[lo*n:hi*n])
		})
		for j, s := range sums {
			dslope[j] = F(s)
		}
	}
}
