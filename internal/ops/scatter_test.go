package ops_test

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func scatter(index []int, shape ...int) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.Scatter(in[0], index, shape...) }
}

func TestScatter(t *testing.T) {
	optest.Gradient(t, scatter([]int{7, 0, 5}, 2, 4), optest.Input{Shape: []int{3}})
	shape, y := optest.Run(t, scatter([]int{3, 1}, 2, 1, 3), optest.Input{Shape: []int{2}, Float: []float64{7, 8}})
	equal(t, "values", y, []float64{0, 8, 0, 7, 0, 0})
	equal(t, "shape", floats(shape), []float64{2, 1, 3})
	wantError(t, scatter([]int{3, 1}, 2, 2), "scatter: have weights (3), want (2), one for each index", []int{3})
	wantError(t, scatter([]int{3, 4}, 2, 2), "scatter: have index 4 at 1, want one from 0 to 3 for shape (2, 2)", []int{2})
	wantError(t, scatter([]int{3, 1, 3}, 2, 2), "scatter: have index 3 at 0 and at 2, want each once", []int{3})
}
