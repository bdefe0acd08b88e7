package nn

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Three ops read x, of which one does not lead to the loss, and one op reads the
// constant k, which has no gradient.
func TestCheckGradient(t *testing.T) {
	g := G.NewGraph()
	node := func(name string) *G.Node {
		return G.NewMatrix(g, tensor.Float32, G.WithShape(2, 2), G.WithName(name))
	}
	x, k := node("x"), node("k")
	G.Must(G.Tanh(x))
	a, b := G.Must(G.Sigmoid(x)), G.Must(G.Add(x, k))
	loss := G.Must(G.Sum(G.Must(G.Sub(a, b))))
	if n := additionsOf(g, g.AllNodes(), loss, G.Nodes{x}); n != 1 {
		t.Errorf("have %d additions, want 1", n)
	}
	err := checkGradient(g, len(g.AllNodes()), loss, G.Nodes{x}) // there is no gradient yet
	if err == nil || !strings.Contains(err.Error(), "have 0 additions of gradients, want 1") {
		t.Errorf("have error %v", err)
	}
}
