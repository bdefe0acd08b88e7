package nn

import (
	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// Concat joins xs along their channels: (N, H, W, A) and (N, H, W, B) to
// (N, H, W, A+B). For other shapes it joins along the last axis too.
func Concat(s *Scope, xs ...*G.Node) *G.Node {
	y := s.Must(ops.Concat(xs...))
	return s.record(Layer{Op: "concat"}, y, field{}, xs...)
}
