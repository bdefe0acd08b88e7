package nn

import (
	"math/rand/v2"
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// Layers of the networks of 1989 and 1998 that later ones no longer have.

// Pad surrounds images (N, H, W, C) with a border of pixels of one value.
func Pad(s *Scope, x *G.Node, border int, value float64) *G.Node {
	s.image(x)
	return s.sameField(x, s.Must(ops.PadConstant(x, border, border, border, border, value)))
}

// BiasMap adds to images (N, H, W, C) a bias of its own for each pixel of each channel
// (LeCun et al. 1989).
func BiasMap(s *Scope, x *G.Node) *G.Node {
	_, h, w, c := s.image(x)
	return s.sameField(x, s.Must(ops.AddMap(x, s.Param("bias", NoDecay, constant(0), h, w, c))))
}

// SumPool adds up 2×2 pixels of images (N, H, W, C), and scales and shifts each channel
// by trained numbers: the subsampling of LeCun et al. 1998. The result is
// (N, H/2, W/2, C).
func SumPool(s *Scope, x *G.Node) *G.Node {
	_, _, _, c := s.image(x)
	w := s.param("weight", spec{kind: Weight, init: tied(s.initOf().fill), in: 4, out: 1, shape: []int{c}})
	y := s.Must(ops.Subsample(x, w, s.Param("bias", NoDecay, constant(0), c)))
	return s.record(Layer{Op: "sum pool 2×2/2"}, y, squareField(2, 2), x)
}

// tied fills weights that each stand for a filter of equal weights, as many as the
// fan-in: each starts as one weight of the filter would if they were not tied.
func tied(init Init) Init {
	return func(r *rand.Rand, w []float64, in, out int) {
		filter := make([]float64, in)
		for i := range w {
			init(r, filter, in, out)
			w[i] = filter[0]
		}
	}
}

// RBF returns minus the squared distance of x (N, D) to each of the fixed centres, which
// are rows of length D: (N, rows) (LeCun et al. 1998).
func RBF(s *Scope, x *G.Node, centres [][]float64) *G.Node {
	c := s.Constant("centres", slices.Concat(centres...), len(centres), len(centres[0]))
	distance := s.Must(ops.RBF(x, c))
	y := s.Must(ops.MulScalar(distance, s.Constant("minus", []float64{-1}, 1)))
	return s.record(Layer{Op: "rbf"}, y, field{}, x)
}
