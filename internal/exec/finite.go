package exec

import "fmt"

// A notFinite is the place of a value that is infinite or NaN.
type notFinite struct {
	pass  int // in its stage
	step  int
	slot  int
	index int
	value float64
}

// WatchNaN implements VM.
func (m *machine[F]) WatchNaN(on bool) { m.watchNaN = on }

// check looks at what a call wrote for a chunk of the batch.
func (m *machine[F]) check(t *stage[F], c *call[F], pass int, p chunk) {
	if !m.watchNaN {
		return
	}
	for i := range c.cut {
		if b := &c.cut[i]; b.written && b.example > 0 {
			from, _ := b.span(p)
			m.checkValues(t, pass, b.slot, from, b.tensor.V)
		}
	}
}

// checkWhole looks at what a stage wrote as a whole.
func (m *machine[F]) checkWhole(t *stage[F]) {
	for i, p := range t.passes {
		for _, w := range m.steps[p.step].writes(p.pass) {
			if !w.cut {
				m.checkValues(t, i, w.slot, 0, m.slots[w.slot].value.V)
			}
		}
	}
}

// checkValues remembers the first value that is not finite: that of the first
// pass, and in it the one of the lowest index, whatever the workers' order.
func (m *machine[F]) checkValues(t *stage[F], pass, slot, first int, v []F) {
	for i, x := range v {
		if x-x == 0 {
			continue
		}
		m.walk.mu.Lock()
		defer m.walk.mu.Unlock()
		if b := m.walk.bad; b == nil || pass < b.pass || pass == b.pass && first+i < b.index {
			m.walk.bad = &notFinite{pass, t.passes[pass].step, slot, first + i, float64(x)}
		}
		return
	}
}

// takeBad returns the error of what was found, and forgets it.
func (m *machine[F]) takeBad() error {
	b := m.walk.bad
	m.walk.bad = nil
	n := m.steps[b.step].node
	return fmt.Errorf("%s: %v gives %v at index %d of %v", n.Name(), n.Op(), b.value, b.index, m.slots[b.slot].shape)
}
