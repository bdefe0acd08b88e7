package nn

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Three readers of x, of which one does not lead to the loss, and one of the
// constant k, which has no gradient.
func TestCheckJoins(t *testing.T) {
	g := G.NewGraph()
	node := func(name string) *G.Node {
		return G.NewMatrix(g, tensor.Float32, G.WithShape(2, 2), G.WithName(name))
	}
	x, k := node("x"), node("k")
	G.Must(G.Tanh(x))
	a, b := G.Must(G.Sigmoid(x)), G.Must(G.Add(x, k))
	loss := G.Must(G.Sum(G.Must(G.Sub(a, b))))
	if n := joinsWanted(g, g.AllNodes(), loss, G.Nodes{x}); n != 1 {
		t.Errorf("have %d joins, want 1", n)
	}
	err := checkJoins(g, len(g.AllNodes()), loss, G.Nodes{x}) // Grad has not made the join
	if err == nil || !strings.Contains(err.Error(), "joins 0 pairs of values, want 1") {
		t.Errorf("have error %v", err)
	}
}
