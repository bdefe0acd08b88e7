package ops

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// MaxPool is the maximum over windows of images x (N, H, W, C), channel by
// channel: (N, OH, OW, C) with OH = ⌊(H + 2·pad − size)/stride⌋ + 1. Padding is
// never the maximum. The gradient goes to a window's first maximum in row-major
// order. A window that holds NaN gives NaN.
func MaxPool(x *G.Node, w Window) (*G.Node, error) {
	return Apply(maxPool[float32]{w}, maxPool[float64]{w}, x)
}

type maxPool[F f32.Float] struct{ window Window }

func (maxPool[F]) Name() string { return "maxpool" }
func (maxPool[F]) Batched() int { return 1 }

func (k maxPool[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return k.window.output(in[0]) }

func (k maxPool[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	h, w, c := in[0].Shape[1], in[0].Shape[2], in[0].Shape[3]
	n, oh, ow := out.Shape[0], out.Shape[1], out.Shape[2]
	for row := range n * oh {
		image := in[0].V[row/oh*h*w*c:][:h*w*c]
		top, bottom, _ := k.window.span(0, row%oh, h)
		for j := range ow {
			left, right, _ := k.window.span(1, j, w)
			y := out.V[(row*ow+j)*c:][:c]
			copy(y, image[(top*w+left)*c:])
			for p := top; p < bottom; p++ {
				for q := left; q < right; q++ {
					f32.Max(y, image[(p*w+q)*c:][:c])
				}
			}
		}
	}
}

func (maxPool[F]) Reads() ([]int, bool) { return []int{0}, true }

func (k maxPool[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	if din[0].V == nil {
		return
	}
	h, w, c := in[0].Shape[1], in[0].Shape[2], in[0].Shape[3]
	n, oh, ow := out.Shape[0], out.Shape[1], out.Shape[2]
	clear(din[0].V)
	for i := range n {
		image, dx := in[0].V[i*h*w*c:][:h*w*c], din[0].V[i*h*w*c:][:h*w*c]
		for r := range oh {
			top, bottom, _ := k.window.span(0, r, h)
			for j := range ow {
				left, right, _ := k.window.span(1, j, w)
				at := ((i*oh+r)*ow + j) * c
				y, dy := out.V[at:][:c], dout.V[at:][:c]
				for ch, maximum := range y {
					if p := first(image, maximum, top, bottom, left, right, w, c, ch); p >= 0 {
						dx[p] += dy[ch]
					}
				}
			}
		}
	}
}

// first returns where in the image the window's maximum stands first.
func first[F f32.Float](image []F, maximum F, top, bottom, left, right, w, c, channel int) int {
	for p := top; p < bottom; p++ {
		at := (p*w+left)*c + channel
		for range right - left {
			if v := image[at]; v == maximum || v != v {
				return at
			}
			at += c
		}
	}
	return -1
}
