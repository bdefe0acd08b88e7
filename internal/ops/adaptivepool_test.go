package ops_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func adaptiveAvgPool(h, w int) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.AdaptiveAvgPool(in[0], h, w) }
}

// TestAdaptiveAvgPool against windows written out: those that divide the image,
// overlap, are single pixels, and are more than the pixels.
func TestAdaptiveAvgPool(t *testing.T) {
	x := optest.Input{Shape: []int{2, 6, 7, 3}}
	for _, size := range [][2]int{{1, 1}, {2, 7}, {3, 1}, {6, 7}, {4, 5}, {5, 3}, {9, 8}} {
		op := adaptiveAvgPool(size[0], size[1])
		optest.Gradient(t, op, x)
		c := newCall[float64](t, op, x)
		var want []float64
		for n := range 2 {
			for i := range size[0] {
				for j := range size[1] {
					for ch := range 3 {
						var sum, count float64
						for p := range 6 {
							for q := range 7 {
								if p >= below(i, 6, size[0]) && p < above(i+1, 6, size[0]) && q >= below(j, 7, size[1]) && q < above(j+1, 7, size[1]) {
									sum, count = sum+c.in[0].V[((n*6+p)*7+q)*3+ch], count+1
								}
							}
						}
						want = append(want, sum/count)
					}
				}
			}
		}
		closeTo(t, "means", c.forward(), want, 1e-14)
	}
}

func below(i, n, k int) int { return int(math.Floor(float64(i*n) / float64(k))) }
func above(i, n, k int) int { return int(math.Ceil(float64(i*n) / float64(k))) }

func TestAdaptiveAvgPoolErrors(t *testing.T) {
	wantError(t, adaptiveAvgPool(2, 2), "adaptiveavgpool: have input (2, 3) and 2×2 windows, want (N, H, W, C) and at least one window", []int{2, 3})
	wantError(t, adaptiveAvgPool(2, 0), "adaptiveavgpool: have input (1, 2, 2, 1) and 2×0 windows, want (N, H, W, C) and at least one window", []int{1, 2, 2, 1})
}
