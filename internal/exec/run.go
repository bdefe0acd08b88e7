package exec

import (
	"fmt"
	"strings"

	G "gorgonia.org/gorgonia"

	"zoo/internal/f32"
	"zoo/internal/ops"
)

// RunAll computes the outputs from the values that the leaves have now.
func (m *machine[F]) RunAll() (err error) {
	if err := m.readLeaves(); err != nil {
		return err
	}
	m.materialise()
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(fault)
			if !ok {
				panic(r)
			}
			err = m.explain(f)
		}
	}()
	for i := range m.stages {
		m.run(&m.stages[i])
		if m.walk.bad != nil {
			return m.takeBad()
		}
	}
	return nil
}

// run runs one stage.
func (m *machine[F]) run(t *stage[F]) {
	start := m.clock()
	for i, p := range t.passes {
		s := &m.steps[p.step]
		m.bindWhole(s)
		t.outer[i].SetParts(max(1, t.parts))
		m.once(p.step, s.passes[p.pass].Begin, t.outer[i])
	}
	if t.batch > 0 {
		m.walk.stage = t
		f32.Parallel(t.parts, m.walk.part)
	} else {
		p := t.passes[0]
		m.once(p.step, m.steps[p.step].passes[p.pass].Each, t.outer[0])
	}
	for i, p := range t.passes {
		m.once(p.step, m.steps[p.step].passes[p.pass].End, t.outer[i])
	}
	m.count(t, start)
	if m.watchNaN {
		m.checkWhole(t)
	}
}

// once runs a pass's Begin or End, if it has one, or its Each on all examples.
func (m *machine[F]) once(step int, f func(*ops.Ctx[F], *ops.Args[F]), c *ops.Ctx[F]) {
	if f == nil {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			panic(fault{step, r})
		}
	}()
	f(c, &m.steps[step].args)
}

// bindWhole gives the step's own arguments the values that are in the arena or
// in leaves.
func (m *machine[F]) bindWhole(s *step[F]) {
	set := func(t *ops.Tensor[F], slot int) {
		if slot >= 0 {
			t.V, t.I = m.slots[slot].value.V, m.slots[slot].value.I
		}
	}
	set(&s.args.Out, s.out)
	set(&s.args.DOut, s.dout)
	for i, x := range s.in {
		set(&s.args.In[i], x)
	}
	for i, x := range s.din {
		set(&s.args.DIn[i], x)
	}
}

// A fault is a panic of a step's kernel.
type fault struct {
	step  int
	cause any
}

func (m *machine[F]) explain(f fault) error {
	s := &m.steps[f.step]
	var shapes []string
	for _, x := range append([]int{s.dout, s.out}, s.in...) {
		if x >= 0 && (s.din != nil || x != s.out) {
			shapes = append(shapes, fmt.Sprint(m.slots[x].shape))
		}
	}
	return fmt.Errorf("%s: %v of %s: %v", s.node.Name(), s.node.Op(), strings.Join(shapes, " "), f.cause)
}

// readLeaves looks up the values of inputs, parameters and constants: a leaf
// may have been given another tensor since the last run.
func (m *machine[F]) readLeaves() error {
	for i := range m.slots {
		s := &m.slots[i]
		if !s.leaf {
			continue
		}
		v := s.node.Value()
		switch {
		case v == nil:
			return fmt.Errorf("exec: input %s has no value", s.node.Name())
		case v == s.bound && !s.shape.IsScalar():
			continue
		case !v.Shape().Eq(s.shape):
			return fmt.Errorf("exec: input %s: have shape %v, want %v", s.node.Name(), v.Shape(), s.shape)
		}
		s.bound, s.dense = v, v
		s.value = ops.TensorOf[F](v)
	}
	return nil
}

// gorgonia returns a slot's value as Gorgonia's own ops take it.
func (m *machine[F]) gorgonia(i int) G.Value {
	s := &m.slots[i]
	if s.dense != nil {
		return s.dense
	}
	if v, ok := any(s.value.V[0]).(float32); ok {
		return G.NewF32(v)
	}
	return G.NewF64(float64(s.value.V[0]))
}

// Value implements VM.
func (m *machine[F]) Value(n *G.Node) G.Value {
	i, ok := m.index[n]
	if !ok || !m.slots[i].output && !m.slots[i].leaf {
		panic(fmt.Sprintf("exec: %v is not an output of this VM", n))
	}
	m.materialise()
	return m.gorgonia(i)
}

// HoldWeights implements VM.
func (m *machine[F]) HoldWeights(on bool) {
	var time uint64
	if on {
		m.holds++
		time = m.holds
	}
	for i := range m.stages {
		for _, c := range m.stages[i].outer {
			c.Hold(time)
		}
	}
}

// Reset implements gorgonia.VM. There is nothing to reset: each run starts over.
func (m *machine[F]) Reset() {}

// Close implements gorgonia.VM.
func (m *machine[F]) Close() error { return nil }
