package ops_test

import (
	"testing"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func TestRBF(t *testing.T) {
	op := binary(ops.RBF)
	optest.Gradient(t, op, optest.Input{Shape: []int{5, 4}}, optest.Input{Shape: []int{3, 4}})
	x := optest.Input{Shape: []int{1, 2}, Float: []float64{1, -1}}
	_, y := optest.Run(t, op, x, optest.Input{Shape: []int{3, 2}, Float: []float64{1, -1, -1, 1, 0, 3}})
	equal(t, "distances", y, []float64{0, 8, 17})
	wantError(t, op, "rbf: have input (2, 3) and centres (4, 5), want (N, D) and (K, D)", []int{2, 3}, []int{4, 5})
}
