package ops_test

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func TestAddGradients(t *testing.T) {
	x := optest.Input{Shape: []int{2, 3, 2, 2}}
	optest.Gradient(t, binary(ops.Add), x, x)
	optest.Gradient(t, binary(ops.AddMap), x, optest.Input{Shape: []int{3, 2, 2}})
	optest.Gradient(t, binary(ops.AddMap), optest.Input{Shape: []int{4, 3}}, optest.Input{Shape: []int{3}})
	optest.Gradient(t, binary(ops.AddMap), optest.Input{Shape: []int{2, 4, 3}}, optest.Input{Shape: []int{3}})
	optest.Gradient(t, binary(ops.AddScalar), x, optest.Input{Shape: []int{1}})
	optest.Gradient(t, binary(ops.MulScalar), x, optest.Input{Shape: []int{1}})
	optest.Gradient(t, ternary(ops.Mix), x, x, x)
	optest.Gradient(t, scale(0.3), x)
}

func scale(by float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.Scale(in[0], by) }
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
	b := optest.Input{Shape: []int{2, 2}, Float: []float64{10, 20, 30, 40}}
	_, y := optest.Run(t, ternary(ops.Mix), x, b, optest.Input{Shape: []int{2, 2}, Float: []float64{0, 1, 0.5, 0.25}})
	equal(t, "mix", y, []float64{1, 20, 16.5, 13})
	_, y = optest.Run(t, scale(-0.5), x)
	equal(t, "scale", y, []float64{-0.5, -1, -1.5, -2})
}

func TestAddErrors(t *testing.T) {
	wantError(t, binary(ops.Add), "add: have inputs (2, 3) and (3, 2), want equal shapes", []int{2, 3}, []int{3, 2})
	wantError(t, ternary(ops.Mix), "mix: have inputs (2, 3) and (2, 3) and gate (2, 4), want equal shapes", []int{2, 3}, []int{2, 3}, []int{2, 4})
	wantError(t, binary(ops.AddMap), "add-map: have input (2, 3, 4) and map (3), want (N, ...) and the last of its axes, or all with 1 for N", []int{2, 3, 4}, []int{3})
	wantError(t, binary(ops.AddScalar), "add-scalar: have scalar (2), want (1)", []int{2, 3}, []int{2})
	wantError(t, binary(ops.MulScalar), "mul-scalar: have scalar (3), want (1)", []int{2, 3}, []int{3})
}
