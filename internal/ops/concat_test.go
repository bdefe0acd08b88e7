package ops_test

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func concat(in ...*G.Node) (*G.Node, error) { return ops.Concat(in...) }

func TestConcat(t *testing.T) {
	for _, inputs := range [][]optest.Input{
		{{Shape: []int{3, 2}}},
		{{Shape: []int{3, 2}}, {Shape: []int{3, 5}}},
		{{Shape: []int{2, 3, 4}}, {Shape: []int{2, 3, 1}}, {Shape: []int{2, 3, 6}}},
		{{Shape: []int{2, 3, 2, 1}}, {Shape: []int{2, 3, 2, 3}}, {Shape: []int{2, 3, 2, 2}}, {Shape: []int{2, 3, 2, 1}}},
	} {
		optest.Gradient(t, concat, inputs...)
		c := newCall[float64](t, concat, inputs...)
		var want []float64
		for row := range len(c.in[0].V) / inputs[0].Shape[len(inputs[0].Shape)-1] {
			for _, x := range c.in {
				n := x.Shape[len(x.Shape)-1]
				want = append(want, x.V[row*n:][:n]...)
			}
		}
		equal(t, "rows", c.forward(), want)
	}
	// An input that comes twice has the sum of both gradients.
	optest.Gradient(t, func(in ...*G.Node) (*G.Node, error) { return ops.Concat(in[0], in[1], in[0]) },
		optest.Input{Shape: []int{2, 3}}, optest.Input{Shape: []int{2, 1}})
}

func TestConcatErrors(t *testing.T) {
	wantError(t, concat, "concat: have inputs (2, 3) and (3, 3), want (N, ..., C) that differ only in C", []int{2, 3}, []int{3, 3})
	wantError(t, concat, "concat: have inputs (2, 3) and (2, 1, 3), want (N, ..., C) that differ only in C", []int{2, 3}, []int{2, 1, 3})
	wantError(t, concat, "concat: have inputs (2) and (2), want (N, ..., C) that differ only in C", []int{2}, []int{2})
	wantError(t, concat, "concat: have no input, want at least one")
}
