package nn

import (
	"cmp"
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// MaxPool takes the maximum of k×k windows of images: (N, H, W, C) to (N, OH, OW, C) with
// OH = ⌊(H + 2·pad − k)/stride⌋ + 1, and OW alike. For all pools, a stride of 0 means k.
func MaxPool(s *Scope, x *G.Node, k, stride, pad int) *G.Node {
	s.image(x)
	return s.pool("max pool", x, window(k, stride, pad), s.Must(ops.MaxPool(x, window(k, stride, pad))))
}

// MaxPoolCeil is MaxPool with the number of windows rounded up, so that the last ones may
// extend beyond the lower and the right edge: PyTorch's ceil_mode.
func MaxPoolCeil(s *Scope, x *G.Node, k, stride, pad int) *G.Node {
	s.image(x)
	w := window(k, stride, pad)
	w.Ceil = true
	return s.pool("max pool", x, w, s.Must(ops.MaxPool(x, w)))
}

// AvgPool takes the mean of k×k windows of images, with the shapes of MaxPool; padding
// does not count.
func AvgPool(s *Scope, x *G.Node, k, stride, pad int) *G.Node {
	s.image(x)
	return s.pool("average pool", x, window(k, stride, pad), s.Must(ops.AvgPool(x, window(k, stride, pad), false)))
}

// AvgPoolCountPad is AvgPool with the padding counted as zeros, as PyTorch does by
// default.
func AvgPoolCountPad(s *Scope, x *G.Node, k, stride, pad int) *G.Node {
	s.image(x)
	return s.pool("average pool", x, window(k, stride, pad), s.Must(ops.AvgPool(x, window(k, stride, pad), true)))
}

// window is of k×k pixels; a stride of 0 means k.
func window(k, stride, pad int) ops.Window {
	stride = cmp.Or(stride, k)
	return ops.Window{Size: [2]int{k, k}, Stride: [2]int{stride, stride}, Pad: [2]int{pad, pad}}
}

// pool records y, which is made of the windows w of x.
func (s *Scope) pool(op string, x *G.Node, w ops.Window, y *G.Node) *G.Node {
	text := fmt.Sprintf("%s %s/%s", op, sides(w.Size), short(w.Stride))
	if w.Ceil {
		text += ", ceil"
	}
	return s.record(Layer{Op: text}, y, field{w.Size, w.Stride}, x)
}

// GlobalAvgPool takes the mean of each channel: (N, H, W, C) to (N, C).
func GlobalAvgPool(s *Scope, x *G.Node) *G.Node {
	_, h, w, _ := s.image(x)
	y := s.Must(ops.GlobalAvgPool(x))
	return s.record(Layer{Op: "global average pool"}, y, field{[2]int{h, w}, [2]int{1, 1}}, x)
}

// AdaptiveAvgPool takes the mean of h×w windows that divide images (N, H, W, C) evenly, to
// (N, h, w, C): window i of h begins at pixel ⌊i·H/h⌋ and ends before ⌈(i+1)·H/h⌉, as in
// PyTorch. Images of h×w pixels stay as they are.
func AdaptiveAvgPool(s *Scope, x *G.Node, h, w int) *G.Node {
	_, ih, iw, _ := s.image(x)
	y := s.Must(ops.AdaptiveAvgPool(x, h, w))
	var f field
	for i, d := range [2][2]int{{ih, h}, {iw, w}} {
		f.side[i], f.stride[i] = ops.AdaptiveSide(d[0], d[1]), max(1, d[0]/d[1])
	}
	return s.record(Layer{Op: fmt.Sprintf("adaptive average pool %d×%d", h, w)}, y, f, x)
}
