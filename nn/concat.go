package nn

import (
	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// Concat puts the channels of xs one after the other: (N, H, W, A) and
// (N, H, W, B) to (N, H, W, A+B), and so for the last axis of other shapes.
func Concat(s *Scope, xs ...*G.Node) *G.Node {
	y := s.Must(ops.Concat(xs...))
	return s.record(Layer{Op: "concat"}, y, field{}, xs...)
}
