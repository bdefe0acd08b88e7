package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// PadConstant puts a border of the given widths and value around images x
// (N, H, W, C): (N, top+H+bottom, left+W+right, C). LeCun et al. 1989 use −1, the
// background.
func PadConstant(x *G.Node, top, bottom, left, right int, value float64) (*G.Node, error) {
	return Apply(padConstant[float32]{top, bottom, left, right, value}, padConstant[float64]{top, bottom, left, right, value}, x)
}

type padConstant[F f32.Float] struct {
	top, bottom, left, right int
	value                    float64
}

func (padConstant[F]) Name() string { return "pad" }
func (padConstant[F]) Finishes()    {}

func (k padConstant[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 4 {
		return nil, fmt.Errorf("have input %v, want (N, H, W, C)", x)
	}
	if min(k.top, k.bottom, k.left, k.right) < 0 {
		return nil, fmt.Errorf("have borders of %d, %d, %d and %d pixels, want none negative", k.top, k.bottom, k.left, k.right)
	}
	return tensor.Shape{x[0], k.top + x[1] + k.bottom, k.left + x[2] + k.right, x[3]}, nil
}

func (k padConstant[F]) Forward(ctx *Ctx[F], out Tensor[F], in []Tensor[F]) {
	h, line := in[0].Shape[1], in[0].Shape[2]*in[0].Shape[3]
	n, oh, wide, c := out.Shape[0], out.Shape[1], out.Shape[2]*out.Shape[3], out.Shape[3]
	f32.Chunks(n*oh, rowsOf(wide), func(_, lo, hi int) {
		part := out.V[lo*wide : hi*wide]
		for i := range part {
			part[i] = F(k.value)
		}
		for row := lo; row < hi; row++ {
			if p := row%oh - k.top; p >= 0 && p < h {
				copy(out.V[row*wide+k.left*c:], in[0].V[(row/oh*h+p)*line:][:line])
			}
		}
		ctx.Done(part)
	})
}

func (padConstant[F]) Reads() ([]int, bool) { return nil, false }

func (k padConstant[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if din[0].V == nil {
		return
	}
	n, h, line := in[0].Shape[0], in[0].Shape[1], in[0].Shape[2]*in[0].Shape[3]
	oh, wide, c := dout.Shape[1], dout.Shape[2]*dout.Shape[3], dout.Shape[3]
	f32.Chunks(n*h, rowsOf(line), func(_, lo, hi int) {
		for row := lo; row < hi; row++ {
			from := (row/h*oh+row%h+k.top)*wide + k.left*c
			copy(din[0].V[row*line:(row+1)*line], dout.V[from:])
		}
	})
}
