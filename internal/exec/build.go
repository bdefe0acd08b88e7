package exec

import (
	"fmt"

	"gonum.org/v1/gonum/graph"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
	"zoo/internal/ops"
)

// A slot is where a node's value lives.
type slot[F f32.Float] struct {
	node   *G.Node
	shape  tensor.Shape
	leaf   bool // an input, parameter or constant: its memory is the node's own
	output bool // requested by the caller: lives to the end of the run
	token  bool // what a Backward node returns: no memory
	root   int  // the slot whose memory it shares; itself as a rule
	maker  int  // of a token: the step that returns it, before steps are fused

	value ops.Tensor[F]
	bound G.Value // the value of a leaf when it was last looked at
	dense G.Value // the memory as Gorgonia sees it, for outputs and built-in ops
}

// A step is one kernel call.
type step[F f32.Float] struct {
	node    *G.Node
	reads   []int // slots
	writes  []int // slots; -1 where nobody wants the gradient
	inPlace bool  // the first write may use the memory of the first read
	run     func(*ops.Ctx[F]) error

	forward  *ops.Forward[F] // set for a kernel's forward step
	epilogue func(dst, src []F)
}

// machine is the VM for one float type.
type machine[F f32.Float] struct {
	slots []slot[F]
	steps []step[F]
	index map[*G.Node]int
	arena []F
	sum   int

	ctx      *ops.Ctx[F]
	watchNaN bool
	profile  map[string]*OpTime
}

func plan[F f32.Float](g *G.ExprGraph, outputs G.Nodes, o options) (VM, error) {
	m := &machine[F]{index: map[*G.Node]int{}, ctx: ops.NewCtx[F]()}
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
	if !o.unfused {
		m.fuse()
	}
	m.allocate()
	return m, nil
}

func (m *machine[F]) newSlot(n *G.Node, shape tensor.Shape) int {
	i := len(m.slots)
	m.slots = append(m.slots, slot[F]{node: n, shape: shape, root: i})
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
		// The Backward step, which is already there, learns that this gradient is wanted.
		m.steps[m.slots[children[0]].maker].writes[op.Input] = m.newSlot(n, n.Shape())
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
	out := m.newSlot(n, op.Output())
	args := make([]ops.Tensor[F], len(in))
	_, elementwise := op.Kernel.(ops.Elementwise[F])
	return step[F]{node: n, reads: in, writes: []int{out}, inPlace: elementwise, forward: op,
		run: func(c *ops.Ctx[F]) error {
			for i, s := range in {
				args[i] = m.slots[s].value
			}
			op.Kernel.Forward(c, m.slots[out].value, args)
			return nil
		}}
}

func (m *machine[F]) backward(n *G.Node, op *ops.Backward[F], args []int) step[F] {
	token := m.newSlot(n, n.Shape())
	m.slots[token].token, m.slots[token].maker = true, len(m.steps)
	shapes := op.Forward.Inputs()
	writes := make([]int, len(shapes))
	in, din := make([]ops.Tensor[F], len(shapes)), make([]ops.Tensor[F], len(shapes))
	for i, s := range shapes {
		writes[i], in[i].Shape, din[i].Shape = -1, s, s
	}
	reads, readsOut := op.Reads()
	_, elementwise := op.Forward.Kernel.(ops.Elementwise[F])
	return step[F]{node: n, reads: args, writes: writes, inPlace: elementwise,
		run: func(c *ops.Ctx[F]) error {
			rest := args[1:]
			out := ops.Tensor[F]{Shape: op.Forward.Output()}
			if readsOut {
				out, rest = m.slots[rest[0]].value, rest[1:]
			}
			for k, i := range reads {
				in[i] = m.slots[rest[k]].value
			}
			for i, s := range writes {
				if s >= 0 {
					din[i] = m.slots[s].value
				}
			}
			op.Forward.Kernel.Backward(c, din, m.slots[args[0]].value, out, in)
			return nil
		}}
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
	out := m.newSlot(n, n.Shape())
	return step[F]{node: n, reads: in, writes: []int{out}, inPlace: true,
		run: func(*ops.Ctx[F]) error {
			f32.Add(m.slots[out].value.V, m.slots[in[0]].value.V, m.slots[in[1]].value.V)
			return nil
		}}
}

// builtIn runs one of Gorgonia's own ops. Its result may share memory with its
// inputs (Reshape does), so it is copied to a place of its own.
func (m *machine[F]) builtIn(n *G.Node, in []int) step[F] {
	out := m.newSlot(n, n.Shape())
	args := make([]G.Value, len(in))
	return step[F]{node: n, reads: in, writes: []int{out},
		run: func(*ops.Ctx[F]) error {
			for i, s := range in {
				args[i] = m.gorgonia(s)
			}
			v, err := n.Op().Do(args...)
			if err != nil {
				return err
			}
			if d, ok := v.(*tensor.Dense); ok && (d.RequiresIterator() || !d.DataOrder().IsContiguous()) {
				v = d.Materialize().(*tensor.Dense)
			}
			result := ops.TensorOf[F](v)
			if len(result.V) != len(m.slots[out].value.V) {
				return fmt.Errorf("have a result of %d values, want shape %v", len(result.V), n.Shape())
			}
			copy(m.slots[out].value.V, result.V)
			return nil
		}}
}
