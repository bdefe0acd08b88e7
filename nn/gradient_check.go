package nn

import (
	"fmt"

	"gonum.org/v1/gonum/graph"
	G "gorgonia.org/gorgonia"
)

// checkGradient fails where Gorgonia took two nodes with the same 32-bit hash for one
// node while it made the gradient of y with respect to wrt. The ops of package ops
// prevent that themselves, but the additions that sum the gradients of a value which
// is read in several places are Gorgonia's own. Merged, they would be a wrong gradient
// without an error. forward is how many nodes the graph had before the gradient.
func checkGradient(g *G.ExprGraph, forward int, y *G.Node, wrt G.Nodes) error {
	nodes := g.AllNodes()
	want, have := additionsOf(g, nodes[:forward], y, wrt), 0
	for _, n := range nodes[forward:] {
		if b, ok := n.Op().(G.BinaryOp); ok && b.IsBinary() {
			have++
		}
	}
	if have < want { // the gradients of Gorgonia's own ops may add more
		return fmt.Errorf("have %d additions of gradients, want %d: two nodes have the same hash in Gorgonia; build the network again", have, want)
	}
	return nil
}

// additionsOf counts the additions that the gradient of y needs: for each value that
// depends on wrt, one less than the number of ops that read it on its way to y.
func additionsOf(g *G.ExprGraph, nodes G.Nodes, y *G.Node, wrt G.Nodes) (n int) {
	depends, leads := map[*G.Node]bool{}, map[*G.Node]bool{y: true}
	for _, w := range wrt {
		depends[w] = true
	}
	for _, n := range nodes { // what a node reads comes before the node
		for _, r := range reads(g, n) {
			depends[n] = depends[n] || depends[r]
		}
	}
	readers := map[*G.Node]int{}
	for i := len(nodes) - 1; i >= 0; i-- {
		if n := nodes[i]; leads[n] && depends[n] {
			for _, r := range reads(g, n) {
				leads[r] = true
				if depends[r] {
					readers[r]++
				}
			}
		}
	}
	for _, r := range readers {
		n += r - 1
	}
	return n
}

// reads are the nodes that a node reads, in the order of its op's arguments.
func reads(g *G.ExprGraph, n *G.Node) (all G.Nodes) {
	for _, r := range graph.NodesOf(g.From(n.ID())) {
		all = append(all, r.(*G.Node))
	}
	return all
}
