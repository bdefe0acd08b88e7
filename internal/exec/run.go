package exec

import (
	"fmt"
	"slices"
	"strings"
	"time"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// RunAll computes the outputs from the values that the leaves have now.
func (m *machine[F]) RunAll() error {
	if err := m.readLeaves(); err != nil {
		return err
	}
	for i := range m.steps {
		s := &m.steps[i]
		start := time.Time{}
		if m.profile != nil {
			start = time.Now()
		}
		if err := m.do(s); err != nil {
			return fmt.Errorf("%s: %w", s.node.Name(), err)
		}
		if m.profile != nil {
			m.count(s, time.Since(start))
		}
		if m.watchNaN {
			if err := m.checkFinite(s); err != nil {
				return err
			}
		}
	}
	return nil
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

// do runs one step and turns a panic of its kernel into an error.
func (m *machine[F]) do(s *step[F]) (err error) {
	defer func() {
		if r := recover(); r != nil {
			var shapes []string
			for _, x := range s.reads {
				shapes = append(shapes, fmt.Sprint(m.slots[x].shape))
			}
			err = fmt.Errorf("%v of %s: %v", s.node.Op(), strings.Join(shapes, " "), r)
		}
	}()
	m.ctx.SetEpilogue(s.epilogue)
	return s.run(m.ctx)
}

func (m *machine[F]) checkFinite(s *step[F]) error {
	for _, w := range s.writes {
		if w < 0 {
			continue
		}
		for i, v := range m.slots[w].value.V {
			if v-v != 0 {
				return fmt.Errorf("%s: %v gives %v at index %d of %v", s.node.Name(), s.node.Op(), v, i, m.slots[w].shape)
			}
		}
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
	return m.gorgonia(i)
}

// Reset implements gorgonia.VM. There is nothing to reset: a run begins anew.
func (m *machine[F]) Reset() {}

// Close implements gorgonia.VM.
func (m *machine[F]) Close() error { return nil }

// WatchNaN implements VM.
func (m *machine[F]) WatchNaN(on bool) { m.watchNaN = on }

func (m *machine[F]) count(s *step[F], d time.Duration) {
	name := s.node.Op().String()
	t := m.profile[name]
	if t == nil {
		t = &OpTime{Op: name}
		m.profile[name] = t
	}
	t.Calls++
	t.Time += d
}

// Profile implements VM; the slowest op comes first.
func (m *machine[F]) Profile() (times []OpTime) {
	for _, t := range m.profile {
		times = append(times, *t)
	}
	slices.SortFunc(times, func(a, b OpTime) int {
		if a.Time != b.Time {
			return int(b.Time - a.Time)
		}
		return strings.Compare(a.Op, b.Op)
	})
	return times
}
