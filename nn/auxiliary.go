package nn

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/ops"
)

// An auxiliary classifier reads a layer in the middle of the network.
type auxiliary struct {
	s      *Scope
	weight float64
	logits *G.Node
}

// Auxiliary makes the logits (N, ..., s.Classes()) of a classifier in the middle of the
// network part of what training minimises: it adds weight times their loss, which is of
// the same kind as that of the network's own logits (Szegedy et al. 2014, section 5).
// The classifier's parameters exist in every program, but only a training program
// computes it, and the loss that a program reports does not include it.
func (s *Scope) Auxiliary(weight float64, logits *G.Node) {
	if !(weight > 0) || math.IsInf(weight, 0) {
		s.Fail(fmt.Errorf("auxiliary classifier: have weight %v, want a positive number", weight))
	}
	if want := tensor.Shape(append([]int{s.batch}, s.outputs...)); !logits.Shape().Eq(want) {
		s.Fail(fmt.Errorf("auxiliary classifier: have %v, want logits %v", logits.Shape(), want))
	}
	s.auxiliaries = append(s.auxiliaries, auxiliary{s, weight, logits})
}

// addObjective adds to the graph what training minimises: the loss, and the weighted
// losses of the auxiliary classifiers.
func (p *Program) addObjective(s *Scope, loss *G.Node, net Network, set Settings) {
	p.objective = loss
	for _, a := range s.auxiliaries {
		loss := a.s.criterion(net, a.logits, p.lossTargets(), set.LabelSmoothing)
		weighted := a.s.Must(ops.Scale(loss, a.weight))
		p.objective = a.s.Must(ops.Add(p.objective, weighted))
	}
}

// markAuxiliary marks the layers that lead only to an auxiliary classifier.
func (b *build) markAuxiliary(logits *G.Node) {
	if len(b.auxiliaries) == 0 {
		return
	}
	var auxiliary G.Nodes
	for _, a := range b.auxiliaries {
		auxiliary = append(auxiliary, a.logits)
	}
	main, training := b.leadingTo(logits), b.leadingTo(auxiliary...)
	for i, r := range b.recorded {
		b.layers[i].Auxiliary = training[r.Node] && !main[r.Node]
	}
}

// leadingTo is the set of the nodes from which the given ones are computed.
func (b *build) leadingTo(nodes ...*G.Node) map[*G.Node]bool {
	set := map[*G.Node]bool{}
	for _, n := range b.g.ExactSubgraphRoots(nodes...).AllNodes() {
		set[n] = true
	}
	return set
}
