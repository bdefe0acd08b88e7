package optim

import (
	"math"

	"zoo/internal/f32"
)

// ClipNorm scales all gradients by max/(norm + 1e-6) if their global L2 norm
// exceeds max, as torch.nn.utils.clip_grad_norm_ does, and returns the norm
// before that. A max of 0 only measures. A norm that is NaN or infinite is
// returned as it is: the caller treats it as divergence.
//
// The sum of squares is in float64 and in an order that depends only on
// the lengths.
func ClipNorm(ps []Param, max float64) (norm float64) {
	cut := chunks(ps)
	gradient := func(i int) []float32 { return ps[cut[i].param].G[cut[i].lo:cut[i].hi] }
	squares := make([]float64, len(cut))
	f32.Parallel(len(cut), func(_, i int) {
		g := gradient(i)
		squares[i] = f32.Dot(g, g)
	})
	norm = math.Sqrt(f32.Sum(squares))
	scale := max / (norm + 1e-6)
	if max <= 0 || !(scale < 1) {
		return norm
	}
	f32.Parallel(len(cut), func(_, i int) {
		g := gradient(i)
		f32.Scale(g, g, float32(scale))
	})
	return norm
}
