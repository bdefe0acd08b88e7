package ops_test

import (
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func takeToken(i int) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.TakeToken(in[0], i) }
}

func TestTokenGradients(t *testing.T) {
	x := optest.Input{Shape: []int{2, 3, 4}}
	optest.Gradient(t, unary(ops.Tokens), optest.Input{Shape: []int{2, 3, 2, 4}})
	optest.Gradient(t, binary(ops.ClassToken), x, optest.Input{Shape: []int{1, 1, 4}})
	optest.Gradient(t, takeToken(1), x)
	optest.Gradient(t, unary(ops.GlobalAvgPool), x)
	optest.Gradient(t, binary(ops.AddMap), x, optest.Input{Shape: []int{1, 3, 4}})
}

func TestTokenValues(t *testing.T) {
	x := optest.Input{Shape: []int{2, 2, 1, 2}, Float: []float64{1, 2, 3, 4, 5, 6, 7, 8}}
	tokens := optest.Input{Shape: []int{2, 2, 2}, Float: x.Float}
	for name, c := range map[string]struct {
		op    optest.Op
		in    []optest.Input
		shape []int
		want  []float64
	}{
		"tokens":      {unary(ops.Tokens), []optest.Input{x}, []int{2, 2, 2}, x.Float},
		"class token": {binary(ops.ClassToken), []optest.Input{tokens, {Shape: []int{1, 1, 2}, Float: []float64{-1, -2}}}, []int{2, 3, 2}, []float64{-1, -2, 1, 2, 3, 4, -1, -2, 5, 6, 7, 8}},
		"take token":  {takeToken(1), []optest.Input{tokens}, []int{2, 2}, []float64{3, 4, 7, 8}},
		"mean":        {unary(ops.GlobalAvgPool), []optest.Input{tokens}, []int{2, 2}, []float64{2, 3, 6, 7}},
		"positions":   {binary(ops.AddMap), []optest.Input{tokens, {Shape: []int{1, 2, 2}, Float: []float64{10, 20, 30, 40}}}, []int{2, 2, 2}, []float64{11, 22, 33, 44, 15, 26, 37, 48}},
		"linear":      {linear, []optest.Input{tokens, {Shape: []int{2, 1}, Float: []float64{1, 10}}, constant(1, 0.5)}, []int{2, 2, 1}, []float64{21.5, 43.5, 65.5, 87.5}},
	} {
		shape, y := optest.Run(t, c.op, c.in...)
		if !slices.Equal(shape, c.shape) {
			t.Errorf("%s: have shape %v, want %v", name, shape, c.shape)
		}
		equal(t, name, y, c.want)
	}
}

func TestTokenErrors(t *testing.T) {
	wantError(t, unary(ops.Tokens), "tokens: have input (2, 3, 4), want (N, H, W, D)", []int{2, 3, 4})
	wantError(t, binary(ops.ClassToken), "class-token: have input (2, 3, 4) and token (1, 4), want (N, T, D) and (1, 1, D)", []int{2, 3, 4}, []int{1, 4})
	wantError(t, takeToken(3), "take-token: have input (2, 3, 4) and token 3, want (N, T, D) and one of its tokens 0 to T−1", []int{2, 3, 4})
	wantError(t, binary(ops.AddMap), "add-map: have input (2, 3, 4) and map (1, 2, 4), want (N, ...) and the last of its axes, or all with 1 for N", []int{2, 3, 4}, []int{1, 2, 4})
	wantError(t, linear, "linear: have input (2, 3, 4) and weight (12, 5), want (..., I) and (I, O)", []int{2, 3, 4}, []int{12, 5})
	wantError(t, attention(2), "attention: have input (2, 3, 4), want queries, keys and values (N, T, 3·D)", []int{2, 3, 4})
	wantError(t, attention(3), "attention: have 3 heads for 4 channels, want heads of equal size", []int{2, 3, 12})
}
