package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Subsample is LeNet-5's subsampling (LeCun et al. 1998): the sum over windows of
// 2×2 pixels, times a trainable coefficient, plus a trainable bias. x is
// (N, H, W, C) with even H and W, w and b are (C), and the result (N, H/2, W/2, C).
func Subsample(x, w, b *G.Node) (*G.Node, error) {
	return Apply(&subsample[float32]{}, &subsample[float64]{}, x, w, b)
}

type subsample[F f32.Float] struct{ reduction }

func (*subsample[F]) Name() string { return "subsample" }
func (*subsample[F]) Batched() int { return 1 }

func (*subsample[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 4 || x[1]%2 != 0 || x[2]%2 != 0 {
		return nil, fmt.Errorf("have input %v, want (N, H, W, C) with even H and W", x)
	}
	if err := perChannel(x, in[1:], "coefficient", "bias"); err != nil {
		return nil, err
	}
	return tensor.Shape{x[0], x[1] / 2, x[2] / 2, x[3]}, nil
}

// window returns the four pixels that make pixel p of the output, counted over all
// images. ow is the output's width.
func window[F f32.Float](x []F, p, ow, c int) (a, b, d, e []F) {
	line := 2 * ow * c
	at := p/ow*2*line + p%ow*2*c
	return x[at:][:c], x[at+c:][:c], x[at+line:][:c], x[at+line+c:][:c]
}

func (*subsample[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	w, bias, c, ow := in[1].V, in[2].V, len(in[1].V), out.Shape[2]
	for p := range len(out.V) / c {
		x00, x01, x10, x11 := window(in[0].V, p, ow, c) // (C) each
		y := out.V[p*c:][:c]                            // (C)
		for j := range y {
			y[j] = (x00[j]+x01[j]+x10[j]+x11[j])*w[j] + bias[j]
		}
	}
}

func (*subsample[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k *subsample[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	w, c, ow := in[1].V, len(in[1].V), dout.Shape[2]
	pixels := len(dout.V) / c
	if dx := din[0].V; dx != nil {
		f32.Chunks(pixels, rowsOf(c), func(_, lo, hi int) {
			for p := lo; p < hi; p++ {
				d00, d01, d10, d11 := window(dx, p, ow, c)
				for j, g := range dout.V[p*c:][:c] {
					g *= w[j]
					d00[j], d01[j], d10[j], d11[j] = g, g, g, g
				}
			}
		})
	}
	if din[1].V == nil && din[2].V == nil {
		return
	}
	sums := k.over(pixels, c, 2*c, func(part []float64, _, lo, hi int) {
		dw, db := split2(part, c) // (C), (C)
		for p := lo; p < hi; p++ {
			x00, x01, x10, x11 := window(in[0].V, p, ow, c)
			for j, g := range dout.V[p*c:][:c] {
				dw[j] += float64(g) * float64(x00[j]+x01[j]+x10[j]+x11[j])
				db[j] += float64(g)
			}
		}
	})
	for i, d := range din[1:] {
		for j := range d.V {
			d.V[j] = F(sums[i*c+j])
		}
	}
}
