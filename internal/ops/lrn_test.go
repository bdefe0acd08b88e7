package ops_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func lrn(size int, k, alpha, beta float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.LRN(in[0], size, k, alpha, beta) }
}

func TestLRNGradient(t *testing.T) {
	for _, c := range []struct {
		size           int
		k, alpha, beta float64
	}{{5, 2, 0.3, 0.75}, {1, 1, 0.2, 0.5}, {4, 1.5, 0.1, 1}, {3, 1, 0.5, 0.6}, {20, 2, 0.1, 0.75}} {
		optest.Gradient(t, lrn(c.size, c.k, c.alpha, c.beta), optest.Input{Shape: []int{2, 2, 3, 7}})
		optest.Gradient(t, lrn(c.size, c.k, c.alpha, c.beta), optest.Input{Shape: []int{3, 1, 1, 18}})
	}
}

// The golden is PyTorch's.
func TestLRNGolden(t *testing.T) {
	v := optest.Det(32, 0.7, 0.3)
	for i := range v {
		v[i] *= 10
	}
	shape, y := optest.Run(t, lrn(5, 2, 1e-4, 0.75), permute([]int{1, 8, 2, 2}, v, 0, 2, 3, 1))
	optest.Golden{
		First: []float64{1.7551794776, 5.0003289004, 5.7956704963, 3.4698907793, -0.9807357238, -4.8935108646}, Sum: 11.982359754, SumSq: 545.952555921,
	}.Equal(t, permute(shape, y, 0, 3, 1, 2).Float)
}

func TestLRNErrors(t *testing.T) {
	const want = ", want a size of at least 1, a positive k, and no negative number"
	wantError(t, lrn(5, 2, 1e-4, 0.75), "lrn: have input (2, 3), want (N, H, W, C)", []int{2, 3})
	wantError(t, lrn(0, 2, 1e-4, 0.75), "lrn: have size 0, k 2, alpha 0.0001 and beta 0.75"+want, []int{1, 1, 1, 3})
	wantError(t, lrn(5, 0, 1e-4, 0.75), "lrn: have size 5, k 0, alpha 0.0001 and beta 0.75"+want, []int{1, 1, 1, 3})
	wantError(t, lrn(5, 1, -1, math.NaN()), "lrn: have size 5, k 1, alpha -1 and beta NaN"+want, []int{1, 1, 1, 3})
}
