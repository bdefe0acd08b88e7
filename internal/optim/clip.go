package optim

import "math"

// ClipNorm scales all gradients by max/(norm + 1e-6) if their global L2 norm
// exceeds max, as torch.nn.utils.clip_grad_norm_ does, and returns the norm
// before that. A max of 0 only measures. A norm that is NaN or infinite is
// returned as it is, for the caller to call divergence.
//
// The sum of squares is in float64 and in an order that the lengths alone
// determine.
func ClipNorm(ps []Param, max float64) (norm float64) {
	var sum float64
	for _, p := range ps {
		sum += sumSquares(p.G)
	}
	norm = math.Sqrt(sum)
	scale := max / (norm + 1e-6)
	if max <= 0 || !(scale < 1) {
		return norm
	}
	for _, p := range ps {
		for i := range p.G {
			p.G[i] *= float32(scale)
		}
	}
	return norm
}

// sumSquares keeps four sums, because one would wait for each addition.
func sumSquares(g []float32) float64 {
	var a, b, c, d float64
	for ; len(g) >= 4; g = g[4:] {
		a += float64(g[0]) * float64(g[0])
		b += float64(g[1]) * float64(g[1])
		c += float64(g[2]) * float64(g[2])
		d += float64(g[3]) * float64(g[3])
	}
	for _, v := range g {
		a += float64(v) * float64(v)
	}
	return (a + b) + (c + d)
}
