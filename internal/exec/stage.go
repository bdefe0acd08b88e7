package exec

import (
	"slices"

	"zoo/internal/f32"
	"zoo/internal/ops"
)

// A stage is what runs between two points at which all workers have met: passes
// that go through the same batch together, a few examples at a time, so that a
// value is read while it is still in cache; or one pass that cannot be cut.
type stage[F f32.Float] struct {
	passes []placed
	batch  int // the number of examples, 0 where the pass is not cut
	parts  int // into how many parts the batch is cut
	chunk  int // how many examples of a part go through the passes at once

	fused []fusion[F]   // at the first of its passes
	outer []*ops.Ctx[F] // of Begin and End, for each pass
	calls [][]*call[F]  // for each worker and pass
}

// A placed is a pass in its place.
type placed struct{ step, pass int }

// chunkBytes is how large the largest value of a stage may be in the examples
// that are computed at once: several such values share the second-level cache.
const chunkBytes = 128 << 10

// stage cuts the steps into stages, in their order.
func (m *machine[F]) stage() {
	written := map[int]access{} // what the current stage writes, by slot
	var steps []int             // of the current stage
	for i := range m.steps {
		s := &m.steps[i]
		for p := range s.passes {
			if !m.joins(s, p, written) || slices.Contains(steps, i) {
				m.stages = append(m.stages, stage[F]{})
				clear(written)
				steps = steps[:0]
			}
			t := &m.stages[len(m.stages)-1]
			t.passes = append(t.passes, placed{i, p})
			steps = append(steps, i)
			if s.walks(p) {
				t.batch = s.batch
			}
			for _, a := range s.writes(p) {
				written[a.slot] = a
			}
		}
	}
	for i := range m.stages {
		m.cut(&m.stages[i])
	}
}

// joins says that a pass can go through the batch together with the current
// stage: of what the stage writes it reads the examples at hand only.
func (m *machine[F]) joins(s *step[F], pass int, written map[int]access) bool {
	if len(m.stages) == 0 {
		return false
	}
	if t := m.stages[len(m.stages)-1]; !s.walks(pass) || t.batch != s.batch {
		return false
	}
	for _, r := range s.reads(pass) {
		if w, ok := written[r.slot]; ok && !(w.cut && r.cut) {
			return false
		}
	}
	return true
}

// cut decides how a stage goes through the batch.
func (m *machine[F]) cut(t *stage[F]) {
	if t.batch == 0 {
		return
	}
	largest, examples := 1, 1
	for _, p := range t.passes {
		examples = max(examples, m.steps[p.step].passes[p.pass].Examples)
	}
	for _, a := range m.accesses(t) {
		if a.cut {
			largest = max(largest, m.example(a.slot, t.batch))
		}
	}
	t.parts = ops.Parts(t.batch, examples)
	t.chunk = min((t.batch+t.parts-1)/t.parts, max(examples, chunkBytes/(4*largest)))
}

// example is the number of values that one of the batch's examples has in a slot.
func (m *machine[F]) example(slot, batch int) int {
	return m.slots[slot].shape.TotalSize() / batch
}

// accesses lists all that a stage reads and writes.
func (m *machine[F]) accesses(t *stage[F]) (list []access) {
	for _, p := range t.passes {
		list = append(append(list, m.steps[p.step].reads(p.pass)...), m.steps[p.step].writes(p.pass)...)
	}
	return list
}

// unfuse gives each pass a stage of its own, of the same chunks.
func (m *machine[F]) unfuse() {
	var all []stage[F]
	for _, t := range m.stages {
		for _, p := range t.passes {
			all = append(all, stage[F]{passes: []placed{p}, batch: t.batch, parts: t.parts, chunk: t.chunk})
		}
	}
	m.stages = all
}
