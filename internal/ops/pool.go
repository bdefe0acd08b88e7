package ops

import (
	"fmt"

	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// A Window is how pooling walks over an image. The pairs are height and width.
type Window struct {
	Size   [2]int
	Stride [2]int // 0 means the window's size
	Pad    [2]int // on both sides; less than the size
	// Ceil rounds the number of windows up instead of down, so that the last one
	// may reach over the lower or right edge (GoogLeNet). A window that would lie
	// in the padding altogether is left out.
	Ceil bool
}

// output returns the shape after pooling images x (N, H, W, C).
func (w Window) output(x tensor.Shape) (tensor.Shape, error) {
	if x.Dims() != 4 {
		return nil, fmt.Errorf("have input %v, want (N, H, W, C)", x)
	}
	out := x.Clone()
	for i, n := range x[1:3] {
		k, stride, pad := w.Size[i], w.stride(i), w.Pad[i]
		if k < 1 || stride < 1 || pad < 0 || pad >= k {
			return nil, fmt.Errorf("have window %v, stride %v and padding %v, want sizes and strides of at least 1 and less padding than window", w.Size, w.Stride, w.Pad)
		}
		room := n + 2*pad - k
		if room < 0 {
			return nil, fmt.Errorf("have input %v, want at least %d×%d pixels for window %v with padding %v", x, w.Size[0]-2*w.Pad[0], w.Size[1]-2*w.Pad[1], w.Size, w.Pad)
		}
		out[1+i] = w.steps(i, n) + 1
	}
	return out, nil
}

// steps is how often a window moves along an axis of n pixels.
func (w Window) steps(axis, n int) int {
	stride, pad := w.stride(axis), w.Pad[axis]
	room := n + 2*pad - w.Size[axis]
	steps := room / stride
	if w.Ceil && steps*stride < room && (steps+1)*stride < n+pad {
		steps++
	}
	return steps
}

func (w Window) stride(axis int) int {
	if w.Stride[axis] == 0 {
		return w.Size[axis]
	}
	return w.Stride[axis]
}

// span returns the pixels [lo, hi) of n that window i covers along an axis, and
// how many it covers counting the padding too.
func (w Window) span(axis, i, n int) (lo, hi, padded int) {
	lo = i*w.stride(axis) - w.Pad[axis]
	hi = min(lo+w.Size[axis], n+w.Pad[axis])
	padded = hi - lo
	return max(lo, 0), min(hi, n), padded
}

// A pooling is a window's walk over images of h×w pixels and c channels, to oh×ow.
type pooling struct {
	Window
	h, w, c, oh, ow int
}

// over returns the walk from images of shape x to shape y.
func (w Window) over(x, y tensor.Shape) pooling { return pooling{w, x[1], x[2], x[3], y[1], y[2]} }

// image and output are the sizes of an image before and after.
func (p pooling) image() int  { return p.h * p.w * p.c }
func (p pooling) output() int { return p.oh * p.ow * p.c }

// tiles says whether the windows cover every pixel once, and disjoint whether no
// two cover the same one.
func (p pooling) tiles() bool {
	return p.disjoint() && p.Pad == [2]int{} && p.oh*p.stride(0) == p.h && p.ow*p.stride(1) == p.w && p.Size[0] == p.stride(0) && p.Size[1] == p.stride(1)
}

func (p pooling) disjoint() bool { return p.stride(0) >= p.Size[0] && p.stride(1) >= p.Size[1] }

// A run is windows side by side that cover equally many pixels.
type run struct {
	f32.Windows
	in, out int // where the first one begins in the image, and its output
	padded  int // pixels of a window, counting the padding too
}

// run returns the run of windows that begins with window j of line i.
func (p pooling) run(i, j int) run {
	top, bottom, rows := p.span(0, i, p.h)
	left, right, columns := p.span(1, j, p.w)
	count := 1
	if whole := (p.w + p.Pad[1] - p.Size[1]) / p.stride(1); left == j*p.stride(1)-p.Pad[1] && j <= whole {
		count = min(whole+1, p.ow) - j
	}
	return run{
		f32.Windows{Count: count, Height: bottom - top, Width: right - left, C: p.c, Step: p.stride(1) * p.c, Line: p.w * p.c},
		(top*p.w + left) * p.c, (i*p.ow + j) * p.c, rows * columns,
	}
}

// eachRun calls f for every run of windows, with what the output and the image hold
// from it on: of all images given, or of a band of the lines of one.
func eachRun[F f32.Float](w Window, c *Ctx[F], out, in Tensor[F], f func(y, x []F, r run)) {
	p := w.over(in.Shape, out.Shape)
	lo, hi := c.Part().Lines(w.steps(0, p.h) + 1)
	for n := range out.Shape[0] {
		y, x := out.V[n*p.output():][:p.output()], in.V[n*p.image():][:p.image()]
		for i := lo; i < hi; i++ {
			for j := 0; j < p.ow; {
				r := p.run(i, j)
				f(y[r.out-lo*p.ow*p.c:], x[r.in:], r)
				j += r.Count
			}
		}
	}
}
