package ops_test

import (
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func linear(in ...*G.Node) (*G.Node, error) {
	if len(in) == 2 {
		return ops.Linear(in[0], in[1], nil)
	}
	return ops.Linear(in[0], in[1], in[2])
}

func TestLinearGradient(t *testing.T) {
	x, w, b := optest.Input{Shape: []int{5, 3}}, optest.Input{Shape: []int{3, 4}}, optest.Input{Shape: []int{4}}
	optest.Gradient(t, linear, x, w, b)
	optest.Gradient(t, linear, x, w)
	optest.Gradient(t, linear, optest.Input{Shape: []int{2, 3, 5}}, optest.Input{Shape: []int{5, 4}}, b)
	image := optest.Input{Shape: []int{2, 2, 3, 2}}
	optest.Gradient(t, fullyConnected, image, optest.Input{Shape: []int{12, 3}}, optest.Input{Shape: []int{3}})
}

func fullyConnected(in ...*G.Node) (*G.Node, error) {
	return ops.FullyConnected(in[0], in[1], in[2])
}
