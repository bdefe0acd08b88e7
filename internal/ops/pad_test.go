package ops_test

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func padConstant(top, bottom, left, right int, value float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		return ops.PadConstant(in[0], top, bottom, left, right, value)
	}
}

func TestPadConstant(t *testing.T) {
	optest.Gradient(t, padConstant(1, 0, 2, 1, -1), optest.Input{Shape: []int{2, 3, 2, 2}})
	shape, y := optest.Run(t, padConstant(1, 0, 0, 2, -1), optest.Input{Shape: []int{1, 1, 2, 1}, Float: []float64{5, 6}})
	equal(t, "values", y, []float64{-1, -1, -1, -1, 5, 6, -1, -1})
	equal(t, "shape", floats(shape), []float64{1, 2, 4, 1})
	wantError(t, padConstant(0, -1, 0, 0, 0), "pad: have borders of 0, -1, 0 and 0 pixels, want none negative", []int{1, 2, 2, 1})
	wantError(t, padConstant(0, 0, 0, 0, 0), "pad: have input (2, 2), want (N, H, W, C)", []int{2, 2})
}
