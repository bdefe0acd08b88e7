package ops_test

import (
	"testing"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func TestAddGradients(t *testing.T) {
	x := optest.Input{Shape: []int{2, 3, 2, 2}}
	optest.Gradient(t, binary(ops.Add), x, x)
	optest.Gradient(t, binary(ops.AddMap), x, optest.Input{Shape: []int{3, 2, 2}})
	optest.Gradient(t, binary(ops.AddMap), optest.Input{Shape: []int{4, 3}}, optest.Input{Shape: []int{3}})
	optest.Gradient(t, binary(ops.AddScalar), x, optest.Input{Shape: []int{1}})
	optest.Gradient(t, binary(ops.MulScalar), x, optest.Input{Shape: []int{1}})
}

func TestAddValues(t *testing.T) {
	x := optest.Input{Shape: []int{2, 2}, Float: []float64{1, 2, 3, 4}}
	for name, c := range map[string]struct {
		op   optest.Op
		b    optest.Input
		want []float64
	}{
		"add":       {binary(ops.Add), optest.Input{Shape: []int{2, 2}, Float: []float64{10, 20, 30, 40}}, []float64{11, 22, 33, 44}},
		"addmap":    {binary(ops.AddMap), optest.Input{Shape: []int{2}, Float: []float64{10, 20}}, []float64{11, 22, 13, 24}},
		"addscalar": {binary(ops.AddScalar), optest.Input{Shape: []int{1}, Float: []float64{10}}, []float64{11, 12, 13, 14}},
		"mulscalar": {binary(ops.MulScalar), optest.Input{Shape: []int{1}, Float: []float64{10}}, []float64{10, 20, 30, 40}},
	} {
		_, y := optest.Run(t, c.op, x, c.b)
		equal(t, name, y, c.want)
	}
}

func TestAddErrors(t *testing.T) {
	wantError(t, binary(ops.Add), "add: have inputs (2, 3) and (3, 2), want equal shapes", []int{2, 3}, []int{3, 2})
	wantError(t, binary(ops.AddMap), "add-map: have input (2, 3, 4) and map (4), want (N, ...) and the same axes without N", []int{2, 3, 4}, []int{4})
	wantError(t, binary(ops.AddScalar), "add-scalar: have scalar (2), want (1)", []int{2, 3}, []int{2})
	wantError(t, binary(ops.MulScalar), "mul-scalar: have scalar (3), want (1)", []int{2, 3}, []int{3})
}
