package nn

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A Carry is what a program remembers from run to run: the state of a recurrent
// network, the keys and values of an attention, the latest inputs of a causal
// convolution. It belongs to the program, not to Params, and it is a constant to the
// gradient: a training that carries a state is truncated back-propagation through time.
type Carry struct{ c *carried }

// remembered is what the layers of a network ask a program to keep.
type remembered struct {
	carried     []*carried
	place, seen *G.Node // (batch, 1): the place of a step, and how many positions there are with it
	longest     int     // positions that the network has; 0: any number
}

type carried struct {
	path  string
	node  *G.Node
	next  *G.Node       // what it is after a run; nil until Set or Push
	row   bool          // next is one row of it: see Push
	value *tensor.Dense // nil in an outline
}

// Carry returns a tensor (batch, shape...) of this scope that the program carries from
// run to run, zeros to begin with. What it becomes after a run is said by Set or Push,
// one of them and once.
func (s *Scope) Carry(name string, shape ...int) Carry {
	path := s.In("%s", name).path
	if s.nodes[path] != nil {
		s.Fail(fmt.Errorf("%s is named twice: give each layer a scope of its own", path))
	}
	shape = append([]int{s.batch}, shape...)
	s.reserve(name, State, shape...)
	c := &carried{path: path}
	c.node = G.NewTensor(s.g, s.params.dtype, len(shape), G.WithShape(shape...), G.WithName(path))
	if s.params.values != absent {
		c.value = tensor.New(tensor.Of(s.params.dtype), tensor.WithShape(shape...))
		G.WithValue(c.value)(c.node)
	}
	s.nodes[path] = c.node
	s.carried = append(s.carried, c)
	return Carry{c}
}

// Now is what the runs before left: (batch, shape...).
func (c Carry) Now() *G.Node { return c.c.node }

// Set says what the carry is after a run: next, of the same shape.
func (c Carry) Set(s *Scope, next *G.Node) { c.become(s, next, c.c.node.Shape(), false) }

// Push says that next (batch, 1, D) takes the place of one row after a run: with the carry
// (batch, T, D), row Position mod T. It is for programs of steps.
func (c Carry) Push(s *Scope, next *G.Node) {
	if s.mode != Step {
		s.Fail(errors.New("a row is pushed in programs of steps only"))
	}
	shape := slices.Clone(c.c.node.Shape())
	if shape.Dims() != 3 {
		s.Fail(fmt.Errorf("a row is pushed: have a carry %v, want (batch, T, D)", shape))
	}
	shape[1] = 1
	c.become(s, next, shape, true)
}

func (c Carry) become(s *Scope, next *G.Node, want tensor.Shape, row bool) {
	switch {
	case c.c.next != nil:
		s.Fail(fmt.Errorf("what %s becomes is said twice", c.c.path))
	case !next.Shape().Eq(want):
		s.Fail(fmt.Errorf("what %s becomes: have %v, want %v", c.c.path, next.Shape(), want))
	}
	c.c.next, c.c.row = next, row
}

// carriedNodes are what a run has to compute for the carries.
func (b *build) carriedNodes() (nodes G.Nodes, err error) {
	for _, c := range b.carried {
		if c.next == nil {
			return nil, fmt.Errorf("%s is carried, and what it becomes is not said", c.path)
		}
		nodes = append(nodes, c.next)
	}
	return nodes, nil
}

// Positions are the places of the t positions of a sequence, (batch, t) integers from 0
// on; in a program of steps, where t is 1, the place of the step. most is how many the
// network has: a longer sequence is an error.
func (s *Scope) Positions(t, most int) *G.Node {
	if t > most {
		s.Fail(fmt.Errorf("have a sequence of %d positions, want at most the %d that the network has", t, most))
	}
	if s.mode == Step {
		if t != 1 {
			s.Fail(fmt.Errorf("have %d positions in a program of steps, want 1", t))
		}
		return s.stepPositions(most)
	}
	name := fmt.Sprintf("positions.%d", t)
	if n := s.nodes[name]; n != nil {
		return n
	}
	places := make([]int, 0, s.batch*t)
	for range s.batch {
		for i := range t {
			places = append(places, i)
		}
	}
	n := integers(s.g, name, places, s.batch, t)
	s.nodes[name] = n
	return n
}

// stepPositions is the place of the step, (batch, 1). most is how many places the network
// has; 0: any number.
func (s *Scope) stepPositions(most int) *G.Node {
	if most > 0 && (s.longest == 0 || most < s.longest) {
		s.longest = most
	}
	if s.place == nil {
		s.place = integers(s.g, "position", make([]int, s.batch), s.batch, 1)
	}
	return s.place
}

// seenPositions is how many positions there are up to the step, and with it, (batch, 1).
func (s *Scope) seenPositions() *G.Node {
	if s.seen == nil {
		s.seen = integers(s.g, "positions seen", slices.Repeat([]int{1}, s.batch), s.batch, 1)
	}
	return s.seen
}

func integers(g *G.ExprGraph, name string, values []int, shape ...int) *G.Node {
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(values))
	return G.NewTensor(g, tensor.Int, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(v))
}

// A memory is what a program keeps between runs.
type memory struct {
	remembered
	position int  // how many steps there were
	ran      bool // the latest run's values are not yet taken over
}

// Carried is one tensor that a program carries from run to run, for a checkpoint.
type Carried struct {
	Path  string
	Value *tensor.Dense // (batch, ...), of the program's own memory: set its values to restore it
}

// Carried returns what the program carries from run to run, as the latest run left it.
func (p *Program) Carried() (all []Carried) {
	p.takeOver()
	for _, c := range p.memory.carried {
		all = append(all, Carried{c.path, c.value})
	}
	return all
}

// Position is how many steps a program of mode Step has taken since Restart.
func (p *Program) Position() int {
	p.takeOver()
	return p.memory.position
}

// Context is how many positions the network of a program of mode Step has, after which
// Run fails until Restart. 0: any number.
func (p *Program) Context() int { return p.memory.longest }

// Restart forgets what the program carries: the next run is the first of a sequence.
func (p *Program) Restart() {
	p.memory.ran, p.memory.position = false, 0
	for _, c := range p.memory.carried {
		c.value.Zero()
	}
}

// Reorder gives row i of the batch what row rows[i] carries, as a beam search needs.
func (p *Program) Reorder(rows []int) error {
	if len(rows) != p.Batch {
		return fmt.Errorf("reorder: have %d rows, want %d", len(rows), p.Batch)
	}
	for i, r := range rows {
		if r < 0 || r >= p.Batch {
			return fmt.Errorf("reorder: have row %d at %d, want one from 0 to %d", r, i, p.Batch-1)
		}
	}
	p.takeOver()
	for _, c := range p.memory.carried {
		switch v := c.value.Data().(type) {
		case []float32:
			reorder(v, rows)
		case []float64:
			reorder(v, rows)
		}
	}
	return nil
}

func reorder[F float32 | float64](v []F, rows []int) {
	old, size := slices.Clone(v), len(v)/len(rows)
	for i, r := range rows {
		copy(v[i*size:][:size], old[r*size:])
	}
}

// takeOver makes what the latest run left into what the next one begins with. It is put
// off until then, so that Diagnose can run the latest batch again.
func (p *Program) takeOver() {
	if !p.memory.ran {
		return
	}
	p.memory.ran = false
	for _, c := range p.memory.carried {
		next := p.vm.Value(c.next).(*tensor.Dense)
		switch v := c.value.Data().(type) {
		case []float32:
			takeRows(c, v, next.Data().([]float32), p.memory.position)
		case []float64:
			takeRows(c, v, next.Data().([]float64), p.memory.position)
		}
	}
	if p.Mode == Step {
		p.memory.position++
	}
}

func takeRows[F float32 | float64](c *carried, v, next []F, position int) {
	if !c.row {
		copy(v, next)
		return
	}
	shape := c.value.Shape()
	t, d := shape[1], shape[2]
	for i := range shape[0] {
		copy(v[(i*t+position%t)*d:][:d], next[i*d:])
	}
}

// placed gives the graph the position of the run, and fails where the network has none.
func (p *Program) placed() error {
	m := &p.memory
	if m.longest > 0 && m.position >= m.longest {
		return fmt.Errorf("step %d: the network has %d positions: restart it, or give it a longer context", m.position+1, m.longest)
	}
	fillWith(m.place, m.position)
	fillWith(m.seen, m.position+1)
	return nil
}

// fillWith gives a node of integers one value everywhere.
func fillWith(n *G.Node, v int) {
	if n == nil {
		return
	}
	places := n.Value().Data().([]int)
	for i := range places {
		places[i] = v
	}
}
