package nn

import (
	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// LRN is local response normalisation of images (N, H, W, C), x/(k + alpha·Σx²)^beta with
// the sum over the size channels around each channel (Krizhevsky et al. 2012). alpha is
// the paper's: it is not divided by the size.
func LRN(s *Scope, x *G.Node, size int, k, alpha, beta float64) *G.Node {
	s.image(x)
	y := s.Must(ops.LRN(x, size, k, alpha, beta))
	return s.record(Layer{Op: "local response norm"}, y, field{}, x)
}
