package exec

import (
	"fmt"

	"gonum.org/v1/gonum/graph"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
	"zoo/internal/ops"
)

// A slot says where a node's value is.
type slot[F f32.Float] struct {
	node    *G.Node
	shape   tensor.Shape
	leaf    bool // an input, parameter or constant: its memory is the node's own
	output  bool // requested by the caller: lives to the end of the run
	handle  bool // stands for a Backward node's result, which has no memory: Taps read it
	root    int  // the slot whose memory it shares; usually itself
	local   int  // where it is in each worker's own memory, −1 if it is not there
	at      int  // of a root: where it is in the arena
	inArena bool // it is in the arena, at the place of its root
	maker   int  // of a handle: the step that returns it

	value ops.Tensor[F]
	bound G.Value // the value of a leaf when it was last looked at
	dense G.Value // the memory as Gorgonia sees it, for outputs and built-in ops
}

// A step is one kernel call. Of its arguments, out, dout and each of in and din
// is a slot, or −1 for an argument that is not read or a gradient that is not needed.
type step[F f32.Float] struct {
	node      *G.Node
	in, din   []int
	out, dout int
	args      ops.Args[F] // the same as tensors

	kernel  ops.Kernel // nil for ops that are not of package ops
	passes  []ops.Pass[F]
	batch   int  // the number of examples, 0 where the kernel cannot be cut
	batched int  // how many of the inputs are cut with the batch
	inPlace bool // the first batched write may use the memory of the first batched read
}

// machine is the VM for one float type.
type machine[F f32.Float] struct {
	slots  []slot[F]
	steps  []step[F]
	stages []stage[F]
	index  map[*G.Node]int
	sum    int // values that the slots of the arena would take if no two shared any

	arena        []F // nil before materialise
	arenaSize    int
	materialised bool

	walk     walk[F]
	watchNaN bool

	holds   uint64 // how often HoldWeights was switched on
	profile map[string]*OpTime
}

func plan[F f32.Float](g *G.ExprGraph, outputs G.Nodes, o options) (VM, error) {
	m := &machine[F]{index: map[*G.Node]int{}}
	if o.profile {
		m.profile = map[string]*OpTime{}
	}
	// A subgraph has a fresh cache of node ids; that of a graph from which
	// Gorgonia removed nodes can answer with the wrong node.
	g = g.ExactSubgraphRoots(outputs...)
	for _, n := range outputs {
		if err := m.add(g, n); err != nil {
			return nil, err
		}
		m.slots[m.index[n]].output = true
	}
	m.stage()
	if o.unfused {
		m.unfuse()
	}
	m.allocate()
	m.fuse()
	m.prepare()
	return m, nil
}

func (m *machine[F]) newSlot(n *G.Node, shape tensor.Shape) int {
	i := len(m.slots)
	m.slots = append(m.slots, slot[F]{node: n, shape: shape, root: i, local: -1})
	m.index[n] = i
	return i
}

// add appends the steps that compute n, after those of its children.
func (m *machine[F]) add(g *G.ExprGraph, n *G.Node) error {
	if _, ok := m.index[n]; ok {
		return nil
	}
	if n.Op() == nil || n.Op().Arity() == 0 {
		m.slots[m.newSlot(n, n.Shape())].leaf = true
		return nil
	}
	var children []int
	for _, c := range graph.NodesOf(g.From(n.ID())) { // in the order of the arguments
		if err := m.add(g, c.(*G.Node)); err != nil {
			return err
		}
		children = append(children, m.index[c.(*G.Node)])
	}
	switch op := n.Op().(type) {
	case *ops.Forward[F]:
		m.steps = append(m.steps, m.forward(n, op, children))
	case *ops.Backward[F]:
		m.steps = append(m.steps, m.backward(n, op, children))
	case *ops.Tap[F]:
		// The Backward step, which is already there, learns that this gradient is needed.
		m.steps[m.slots[children[0]].maker].din[op.Input] = m.newSlot(n, n.Shape())
	default:
		if isAdd(n) {
			m.steps = append(m.steps, m.sumOf(n, children))
			break
		}
		m.steps = append(m.steps, m.builtIn(n, children))
	}
	return nil
}

func (m *machine[F]) forward(n *G.Node, op *ops.Forward[F], in []int) step[F] {
	s := step[F]{node: n, in: in, out: m.newSlot(n, op.Output()), dout: -1}
	s.kernel = op.Kernel
	s.passes, _, s.batched = ops.Passes[F](op.Kernel, len(in))
	s.describe(op)
	return s
}

func (m *machine[F]) backward(n *G.Node, op *ops.Backward[F], args []int) step[F] {
	handle := m.newSlot(n, n.Shape())
	m.slots[handle].handle, m.slots[handle].maker = true, len(m.steps)
	inputs := len(op.Forward.Inputs())
	s := step[F]{node: n, dout: args[0], out: -1}
	s.kernel = op.Forward.Kernel
	_, s.passes, s.batched = ops.Passes[F](op.Forward.Kernel, inputs)
	for range inputs {
		s.in, s.din = append(s.in, -1), append(s.din, -1)
	}
	reads, readsOut := op.Reads()
	rest := args[1:]
	if readsOut {
		s.out, rest = rest[0], rest[1:]
	}
	for k, i := range reads {
		s.in[i] = rest[k]
	}
	s.describe(op.Forward)
	return s
}

// describe sets the shapes of a step's arguments, and how it can be cut.
func (s *step[F]) describe(op *ops.Forward[F]) {
	s.args.Out.Shape, s.args.DOut.Shape = op.Output(), op.Output()
	for _, shape := range op.Inputs() {
		s.args.In = append(s.args.In, ops.Tensor[F]{Shape: shape})
		if s.din != nil {
			s.args.DIn = append(s.args.DIn, ops.Tensor[F]{Shape: shape})
		}
	}
	if s.batched > 0 && op.Output().Dims() > 0 {
		s.batch = op.Output()[0]
		_, s.inPlace = op.Kernel.(ops.Elementwise)
	}
}

// isAdd says that n is Gorgonia's sum of two tensors of one shape, with which
// gorgonia.Grad joins the gradients of a value that several nodes read.
func isAdd(n *G.Node) bool {
	if b, ok := n.Op().(G.BinaryOp); !ok || !b.IsBinary() || n.Op().String() != "+ false" {
		return false
	}
	return n.Shape().Dims() > 0
}

func (m *machine[F]) sumOf(n *G.Node, in []int) step[F] {
	for _, s := range in {
		if !m.slots[s].shape.Eq(n.Shape()) {
			return m.builtIn(n, in) // a scalar added to a tensor
		}
	}
	tensors := make([]ops.Tensor[F], 2)
	for i := range tensors {
		tensors[i].Shape = n.Shape()
	}
	return step[F]{
		node: n, in: in, out: m.newSlot(n, n.Shape()), dout: -1, batch: n.Shape()[0], batched: 2, inPlace: true,
		args:   ops.Args[F]{Out: tensors[0], In: tensors},
		passes: []ops.Pass[F]{{Lines: ops.EachLine, Each: func(_ *ops.Ctx[F], a *ops.Args[F]) { f32.Add(a.Out.V, a.In[0].V, a.In[1].V) }}},
	}
}

// builtIn runs one of Gorgonia's own ops. Its result may share memory with its
// inputs (Reshape does), so it is copied to its own slot.
func (m *machine[F]) builtIn(n *G.Node, in []int) step[F] {
	out := m.newSlot(n, n.Shape())
	values := make([]G.Value, len(in))
	run := func(*ops.Ctx[F], *ops.Args[F]) {
		for i, s := range in {
			values[i] = m.gorgonia(s)
		}
		v, err := n.Op().Do(values...)
		if err != nil {
			panic(err)
		}
		if d, ok := v.(*tensor.Dense); ok && (d.RequiresIterator() || !d.DataOrder().IsContiguous()) {
			v = d.Materialize().(*tensor.Dense)
		}
		result := ops.TensorOf[F](v)
		if len(result.V) != len(m.slots[out].value.V) {
			panic(fmt.Sprintf("have a result of %d values, want shape %v", len(result.V), n.Shape()))
		}
		copy(m.slots[out].value.V, result.V)
	}
	tensors := make([]ops.Tensor[F], len(in))
	for i, s := range in {
		tensors[i].Shape = m.slots[s].shape
	}
	return step[F]{
		node: n, in: in, out: out, dout: -1,
		args:   ops.Args[F]{Out: ops.Tensor[F]{Shape: n.Shape()}, In: tensors},
		passes: []ops.Pass[F]{{Begin: run}},
	}
}
