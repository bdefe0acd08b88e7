package nn

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// MaxPool takes the maximum of k×k windows of images.
func MaxPool(s *Scope, x *G.Node, k, stride, pad int) *G.Node {
	s.image(x)
	y := s.Must(ops.MaxPool(x, window(k, stride, pad)))
	s.record(Layer{Op: fmt.Sprintf("max pool %d×%d/%d", k, k, stride)}, y, field{k, stride}, x)
	return y
}

// AvgPool takes the mean of k×k windows of images; padding does not count.
func AvgPool(s *Scope, x *G.Node, k, stride, pad int) *G.Node {
	s.image(x)
	y := s.Must(ops.AvgPool(x, window(k, stride, pad), false))
	s.record(Layer{Op: fmt.Sprintf("average pool %d×%d/%d", k, k, stride)}, y, field{k, stride}, x)
	return y
}

func window(k, stride, pad int) ops.Window {
	return ops.Window{Size: [2]int{k, k}, Stride: [2]int{stride, stride}, Pad: [2]int{pad, pad}}
}

// GlobalAvgPool takes the mean of each channel: (N, H, W, C) to (N, C).
func GlobalAvgPool(s *Scope, x *G.Node) *G.Node {
	_, h, w, _ := s.image(x)
	y := s.Must(ops.GlobalAvgPool(x))
	s.record(Layer{Op: "global average pool"}, y, field{max(h, w), 1}, x)
	return y
}
