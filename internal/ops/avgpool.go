package ops

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// AvgPool is the mean over windows of images x (N, H, W, C), channel by channel:
// (N, OH, OW, C) with OH as for MaxPool. Where countPad is set, the padding counts
// as zeros, as in PyTorch's default; else the mean is over the image's pixels.
// What a window of Window.Ceil covers beyond the padding never counts.
func AvgPool(x *G.Node, w Window, countPad bool) (*G.Node, error) {
	return Apply(avgPool[float32]{w, countPad}, avgPool[float64]{w, countPad}, x)
}

type avgPool[F f32.Float] struct {
	window   Window
	countPad bool
}

func (avgPool[F]) Name() string { return "avgpool" }
func (avgPool[F]) Batched() int { return 1 }

func (k avgPool[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return k.window.output(in[0]) }

// A patch is the pixels that a window covers, and their weight in its mean.
type patch[F f32.Float] struct {
	top, bottom, left, right int
	weight                   F
}

func (k avgPool[F]) patch(i, j, h, w int) patch[F] {
	top, bottom, rows := k.window.span(0, i, h)
	left, right, columns := k.window.span(1, j, w)
	if !k.countPad {
		rows, columns = bottom-top, right-left
	}
	return patch[F]{top, bottom, left, right, 1 / F(rows*columns)}
}

func (k avgPool[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	h, w, c := in[0].Shape[1], in[0].Shape[2], in[0].Shape[3]
	n, oh, ow := out.Shape[0], out.Shape[1], out.Shape[2]
	clear(out.V)
	for row := range n * oh {
		image := in[0].V[row/oh*h*w*c:][:h*w*c]
		for j := range ow {
			s := k.patch(row%oh, j, h, w)
			y := out.V[(row*ow+j)*c:][:c]
			for p := s.top; p < s.bottom; p++ {
				for q := s.left; q < s.right; q++ {
					f32.Axpy(y, s.weight, image[(p*w+q)*c:][:c])
				}
			}
		}
	}
}

func (avgPool[F]) Reads() ([]int, bool) { return nil, false }

func (k avgPool[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if din[0].V == nil {
		return
	}
	h, w, c := in[0].Shape[1], in[0].Shape[2], in[0].Shape[3]
	n, oh, ow := dout.Shape[0], dout.Shape[1], dout.Shape[2]
	clear(din[0].V)
	for i := range n {
		dx := din[0].V[i*h*w*c:][:h*w*c]
		for r := range oh {
			for j := range ow {
				s := k.patch(r, j, h, w)
				dy := dout.V[((i*oh+r)*ow+j)*c:][:c]
				for p := s.top; p < s.bottom; p++ {
					for q := s.left; q < s.right; q++ {
						f32.Axpy(dx[(p*w+q)*c:][:c], s.weight, dy)
					}
				}
			}
		}
	}
}
