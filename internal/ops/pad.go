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
func (padConstant[F]) Batched() int { return 1 }

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

func (k padConstant[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	h, line := in[0].Shape[1], in[0].Shape[2]*in[0].Shape[3]
	n, oh, wide, c := out.Shape[0], out.Shape[1], out.Shape[2]*out.Shape[3], out.Shape[3]
	for i := range out.V {
		out.V[i] = F(k.value)
	}
	for row := range n * h {
		copy(out.V[(row/h*oh+row%h+k.top)*wide+k.left*c:], in[0].V[row*line:(row+1)*line])
	}
}

func (padConstant[F]) Reads() ([]int, bool) { return nil, false }

func (k padConstant[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if din[0].V == nil {
		return
	}
	n, h, line := in[0].Shape[0], in[0].Shape[1], in[0].Shape[2]*in[0].Shape[3]
	oh, wide, c := dout.Shape[1], dout.Shape[2]*dout.Shape[3], dout.Shape[3]
	for row := range n * h {
		copy(din[0].V[row*line:(row+1)*line], dout.V[(row/h*oh+row%h+k.top)*wide+k.left*c:])
	}
}
