package nn

import (
	"fmt"

	"gonum.org/v1/gonum/graph"
	G "gorgonia.org/gorgonia"
)

// checkJoins guards against Gorgonia's taking of two nodes with one 32-bit hash
// for one node. Ops of package ops see to that themselves; the sums with which
// gorgonia.Grad joins the gradients of a value that is read in several places
// are Gorgonia's own, and merged ones would be wrong gradients without an error.
// forward is how many nodes the graph had before Grad.
func checkJoins(g *G.ExprGraph, forward int, loss *G.Node, wrt G.Nodes) error {
	nodes := g.AllNodes()
	want, have := joinsWanted(g, nodes[:forward], loss, wrt), 0
	for _, n := range nodes[forward:] {
		if b, ok := n.Op().(G.BinaryOp); ok && b.IsBinary() {
			have++
		}
	}
	if have < want { // the gradients of Gorgonia's own ops may bring more
		return fmt.Errorf("the gradient joins %d pairs of values, want %d: two nodes have one hash in Gorgonia; build the network again", have, want)
	}
	return nil
}

// children are the nodes that a node reads.
func children(g *G.ExprGraph, n *G.Node) (c G.Nodes) {
	for _, child := range graph.NodesOf(g.From(n.ID())) {
		c = append(c, child.(*G.Node))
	}
	return c
}

// joinsWanted counts the sums that the gradient of the loss needs: one less, for
// each value that depends on wrt, than the ops that read it on its way to the loss.
func joinsWanted(g *G.ExprGraph, nodes G.Nodes, loss *G.Node, wrt G.Nodes) (n int) {
	depends, leads := map[*G.Node]bool{}, map[*G.Node]bool{loss: true}
	for _, w := range wrt {
		depends[w] = true
	}
	for _, n := range nodes { // children stand before their parents
		for _, c := range children(g, n) {
			depends[n] = depends[n] || depends[c]
		}
	}
	reads := map[*G.Node]int{}
	for i := len(nodes) - 1; i >= 0; i-- {
		if n := nodes[i]; leads[n] && depends[n] {
			for _, c := range children(g, n) {
				leads[c] = true
				if depends[c] {
					reads[c]++
				}
			}
		}
	}
	for _, r := range reads {
		n += r - 1
	}
	return n
}
