package ops_test

import (
	"testing"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func TestSubsample(t *testing.T) {
	op := ternary(ops.Subsample)
	optest.Gradient(t, op, optest.Input{Shape: []int{2, 4, 6, 3}}, optest.Input{Shape: []int{3}}, optest.Input{Shape: []int{3}})
	shape, y := optest.Run(t, op, optest.Input{Shape: []int{1, 2, 4, 1}, Float: []float64{1, 2, 3, 4, 5, 6, 7, 8}}, constant(1, 10), constant(1, 0.5))
	equal(t, "sums", y, []float64{140.5, 220.5})
	equal(t, "shape", floats(shape), []float64{1, 1, 2, 1})
	wantError(t, op, "subsample: have input (1, 3, 4, 2), want (N, H, W, C) with even H and W", []int{1, 3, 4, 2}, []int{2}, []int{2})
	wantError(t, op, "subsample: have bias (1) for input (1, 2, 4, 2), want (2)", []int{1, 2, 4, 2}, []int{2}, []int{1})
}
