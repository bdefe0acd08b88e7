package nn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/exec"
	"zoo/internal/interrupt"
)

// An Extension is what an analysis adds to the graph of a network before the graph
// becomes a Program: see Extend. Those of this project are in package signal.
type Extension struct {
	// Outputs adds nodes to the graph and returns those that a run of the program
	// computes: Program.Value has their values. The graph stays valid as long as the
	// program.
	Outputs func(g *Graph) (G.Nodes, error)

	// Replace, where it is not nil, is called for each layer as soon as it is built. It
	// returns what the rest of the network reads instead of the layer's output y: a node
	// of the same shape, or y itself. s is the layer's scope, and index the layer's place
	// in Graph.Layers.
	Replace func(s *Scope, index int, y *G.Node) *G.Node
}

// A Graph is the graph of a network that is built but not yet compiled.
type Graph struct {
	Scope     *Scope       // of the whole network
	Expr      *G.ExprGraph // its AllNodes lists a node after those that it reads
	Inputs    G.Nodes      // (batch, ...) each, in the order of Spec.Inputs
	Trainable G.Nodes      // the parameters that training changes, which are leaves
	Layers    []LayerNode  // in the order of the network
	Logits    *G.Node      // what the network returns, such as (batch, ..., classes)

	program *Program
	network Network
	set     Settings
}

// A LayerNode is a layer with the node of its output.
type LayerNode struct {
	Layer
	Node *G.Node // of shape Layer.Out

	// Weighted says that the layer multiplies its input by weights: a convolution, a
	// linear layer, or the projections of an attention.
	Weighted bool

	choices choices
}

// Options are the choices that the layer was built with.
func (l LayerNode) Options() Options { return l.choices.options() }

// Loss is the loss, a scalar, which reads the targets that Program.Run then takes. The
// first call adds both to the graph.
func (g *Graph) Loss() *G.Node {
	if g.program.loss == nil {
		g.program.addLoss(g.Scope, g.network, g.set)
	}
	return g.program.loss
}

// Objective is what training minimises, a scalar: the loss plus the weighted losses of the
// auxiliary classifiers. The first call adds it to the graph. It has to be an output
// where a gradient of it is, because the gradient needs what the objective's forward
// computation keeps.
func (g *Graph) Objective() *G.Node {
	if g.program.objective == nil {
		g.program.addObjective(g.Scope, g.Loss(), g.network, g.set)
	}
	return g.program.objective
}

// Gradients adds to the graph the gradients of Σ seed·y with respect to the nodes wrt, and
// returns them in the order of wrt, each of its node's shape. seed has the shape of y; it
// is nil for 1 where y is a scalar. Afterwards G.Node.Deriv is the gradient of every node
// between wrt and y.
func (g *Graph) Gradients(y, seed *G.Node, wrt ...*G.Node) (G.Nodes, error) {
	forward := len(g.Expr.AllNodes())
	var gradients G.Nodes
	var err error
	if seed == nil {
		gradients, err = G.Grad(y, wrt...)
	} else {
		gradients, err = G.Backpropagate(G.Nodes{y}, G.Nodes{seed}, wrt)
	}
	if err != nil {
		return nil, err
	}
	return gradients, checkGradient(g.Expr, forward, y, wrt)
}

// Reads are the nodes that a node is computed from, in the order of the op's
// arguments.
func (g *Graph) Reads(n *G.Node) G.Nodes { return reads(g.Expr, n) }

// Extend is Build for a program that computes what an extension asks for, and nothing
// else. The parameters are treated as by Build: the first build with p creates them,
// later builds bind them.
func Extend(p *Params, mode Mode, net Network, set Settings, e Extension) (pr *Program, err error) {
	first := !p.sealed
	defer func() {
		if err != nil {
			pr = nil
		}
		if err != nil && first {
			p.reset()
		}
	}()
	defer catch(&err)
	choices, err := set.check()
	if err != nil {
		return nil, err
	}
	pr = &Program{Mode: mode, Batch: set.Batch, graph: G.NewGraph()}
	b := &build{
		g: pr.graph, params: p, mode: mode, data: set.Spec, outputs: set.Spec.Outputs(), step: &pr.step, batch: set.Batch, stateful: set.Stateful,
		nodes: map[string]*G.Node{}, fields: map[*G.Node]field{}, weighted: map[string]*G.Node{},
		settings: choices, asked: map[string]bool{}, replace: e.Replace, initials: map[string]*Initial{},
		ctx: set.context(), admit: set.Admit,
	}
	s := &Scope{build: b, choices: choices}
	for _, in := range set.Spec.Inputs {
		pr.in = append(pr.in, s.leaf(in))
	}
	pr.logits = net.Build(s, pr.in...)
	want := tensor.Shape(append([]int{set.Batch}, b.outputs...))
	if pr.logits == nil {
		return nil, fmt.Errorf("the network returns nothing, want %v", want)
	}
	if !pr.logits.Shape().Eq(want) {
		return nil, fmt.Errorf("the network returns %v, want %v", pr.logits.Shape(), want)
	}
	carried, err := b.carriedNodes()
	if err != nil {
		return nil, err
	}
	if len(pr.in) > 1 {
		read := b.leadingTo(append(slices.Clone(carried), pr.logits)...)
		for _, in := range pr.in[1:] {
			if !read[in] {
				return nil, fmt.Errorf("the network does not read %s: want one that does, or data without it", in.Name())
			}
		}
	}
	if choices.residualInit == fixup && !b.asked["residual_init"] {
		return nil, errors.New("residual_init: have fixup, which is for residual branches, and this network has none: want none, or a network with shortcuts")
	}
	p.sealed = true
	b.markAuxiliary(pr.logits)
	b.countParams()
	pr.Layers, pr.trained, pr.after, pr.weighted = b.layers, b.trained, b.after, b.weighted
	pr.Unasked = b.unasked()
	pr.memory.remembered = b.remembered
	g := &Graph{
		Scope: s, Expr: b.g, Inputs: pr.in, Trainable: b.trainedNodes, Layers: b.layerNodes(), Logits: pr.logits,
		program: pr, network: net, set: set,
	}
	if pr.vm, err = interrupt.Run(set.Context, func() (vm exec.VM, err error) {
		defer catch(&err)
		nodes, err := e.Outputs(g)
		if err != nil {
			return nil, err
		}
		return exec.New(b.g, append(nodes, carried...), set.execution()...)
	}); err != nil {
		return nil, err
	}
	b.size.Values = pr.vm.Memory().Arena
	if err := b.size.admitted(set.Admit); err != nil {
		return nil, err
	}
	if first {
		p.draw(set.context())
		for _, q := range p.list {
			if q.Value != nil {
				G.WithValue(q.Value)(b.nodes[q.Path])
			}
		}
	}
	return pr, nil
}

func (s Settings) context() context.Context {
	if s.Context == nil {
		return context.Background()
	}
	return s.Context
}
