package ops_test

import (
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/exec"
	"zoo/internal/ops"
)

// TestReseed: the gradient starts again, once for everything that reads the result, and
// what comes after has its own.
func TestReseed(t *testing.T) {
	vector := func(v ...float64) *tensor.Dense {
		return tensor.New(tensor.WithShape(1, len(v)), tensor.WithBacking(v))
	}
	g := G.NewGraph()
	in := func(name string, v ...float64) *G.Node {
		return G.NewTensor(g, tensor.Float64, 2, G.WithShape(1, len(v)), G.WithName(name), G.WithValue(vector(v...)))
	}
	must := func(n *G.Node, err error) *G.Node {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	x := in("x", 1, 2)
	cut := must(ops.Reseed(must(ops.Scale(x, 3)), in("seed", 10, 20)))
	y := must(ops.Add(must(ops.Scale(cut, 5)), cut))
	if _, err := G.Backpropagate(G.Nodes{y}, G.Nodes{in("top", 100, 200)}, G.Nodes{x}); err != nil {
		t.Fatal(err)
	}
	outputs := G.Nodes{y, x.Deriv(), cut.Deriv()}
	vm, err := exec.New(g, outputs)
	if err != nil {
		t.Fatal(err)
	}
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float64{{18, 36}, {30, 60}, {600, 1200}} {
		if have := vm.Value(outputs[i]).Data().([]float64); !slices.Equal(have, want) {
			t.Errorf("output %d: have %v, want %v", i, have, want)
		}
	}
	if _, err := ops.Reseed(x, in("long", 1, 2, 3)); err == nil || err.Error() != "reseed: have input (1, 2) and seed (1, 3), want equal shapes" {
		t.Errorf("have error %v", err)
	}
}
