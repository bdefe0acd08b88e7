package ops_test

import (
	"testing"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func TestScaleChannels(t *testing.T) {
	op := binary(ops.ScaleChannels)
	optest.Gradient(t, op, optest.Input{Shape: []int{3, 2, 3, 4}}, optest.Input{Shape: []int{3, 1, 1, 4}})
	optest.Gradient(t, op, optest.Input{Shape: []int{1, 1, 1, 1}}, optest.Input{Shape: []int{1, 1, 1, 1}})
	_, y := optest.Run(t, op, optest.Input{Shape: []int{2, 1, 2, 2}, Float: []float64{1, 2, 3, 4, 5, 6, 7, 8}}, optest.Input{Shape: []int{2, 1, 1, 2}, Float: []float64{10, 0, 1, -1}})
	equal(t, "scaled channels", y, []float64{10, 0, 30, 0, 5, -6, 7, -8})
	wantError(t, op, "scalechannels: have input (2, 3, 4, 5) and gate (2, 5), want (N, H, W, C) and (N, 1, 1, C)", []int{2, 3, 4, 5}, []int{2, 5})
	wantError(t, op, "scalechannels: have input (2, 3, 4, 5) and gate (3, 1, 1, 5), want (N, H, W, C) and (N, 1, 1, C)", []int{2, 3, 4, 5}, []int{3, 1, 1, 5})
}
