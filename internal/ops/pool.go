package ops

import (
	"fmt"

	"gorgonia.org/tensor"
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
		steps := room / stride
		if w.Ceil && steps*stride < room && (steps+1)*stride < n+pad {
			steps++
		}
		out[1+i] = steps + 1
	}
	return out, nil
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
