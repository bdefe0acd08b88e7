package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// AdaptiveAvgPool is the mean over h×w windows that share images x (N, H, W, C)
// evenly: (N, h, w, C). Along an axis of n pixels, window i of k begins at pixel
// ⌊i·n/k⌋ and ends before ⌈(i+1)·n/k⌉; where k does not divide n, some overlap.
func AdaptiveAvgPool(x *G.Node, h, w int) (*G.Node, error) {
	return Apply(adaptiveAvgPool[float32]{h, w}, adaptiveAvgPool[float64]{h, w}, x)
}

// AdaptiveSide is the length of the longest of k such windows along n pixels.
func AdaptiveSide(n, k int) (longest int) {
	for i := range k {
		lo, hi := adaptiveSpan(i, n, k)
		longest = max(longest, hi-lo)
	}
	return longest
}

func adaptiveSpan(i, n, k int) (lo, hi int) { return i * n / k, ((i+1)*n + k - 1) / k }

type adaptiveAvgPool[F f32.Float] struct{ h, w int }

func (adaptiveAvgPool[F]) Name() string { return "adaptiveavgpool" }
func (adaptiveAvgPool[F]) Batched() int { return 1 }

func (adaptiveAvgPool[F]) lines() (forward, backward Lines) { return OwnLines, NoLines }

func (k adaptiveAvgPool[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 4 || k.h < 1 || k.w < 1 {
		return nil, fmt.Errorf("have input %v and %d×%d windows, want (N, H, W, C) and at least one window", x, k.h, k.w)
	}
	return tensor.Shape{x[0], k.h, k.w, x[3]}, nil
}

// each calls f with the windows of lines [lo, hi) over an image of shape x: where
// they begin in it and in the lines' output, and the weight of their pixels.
// Windows side by side that are of one size and do not overlap come as one.
func (k adaptiveAvgPool[F]) each(x tensor.Shape, lo, hi int, f func(in, out int, weight F, w f32.Windows)) {
	h, w, c := x[1], x[2], x[3]
	count := 1
	if w%k.w == 0 {
		count = k.w
	}
	for i := lo; i < hi; i++ {
		top, bottom := adaptiveSpan(i, h, k.h)
		for j := 0; j < k.w; j += count {
			left, right := adaptiveSpan(j, w, k.w)
			f((top*w+left)*c, ((i-lo)*k.w+j)*c, 1/F((bottom-top)*(right-left)),
				f32.Windows{Count: count, Height: bottom - top, Width: right - left, C: c, Step: (right - left) * c, Line: w * c})
		}
	}
}

func (k adaptiveAvgPool[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	n := out.Shape[0]
	image, result := len(in[0].V)/n, len(out.V)/n
	lo, hi := c.Part().Lines(k.h)
	for i := range n {
		x, y := in[0].V[i*image:][:image], out.V[i*result:][:result]
		k.each(in[0].Shape, lo, hi, func(in, out int, weight F, w f32.Windows) { f32.AvgPool(y[out:], x[in:], weight, w) })
	}
}

func (adaptiveAvgPool[F]) Reads() ([]int, bool) { return nil, false }

func (k adaptiveAvgPool[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	if din[0].V == nil {
		return
	}
	n := dout.Shape[0]
	image, result := len(din[0].V)/n, len(dout.V)/n
	clear(din[0].V)
	for i := range n {
		dx, dy := din[0].V[i*image:][:image], dout.V[i*result:][:result]
		k.each(din[0].Shape, 0, k.h, func(in, out int, weight F, w f32.Windows) { f32.AvgPoolGrad(dx[in:], dy[out:], weight, w, true) })
	}
}
