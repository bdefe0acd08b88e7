package exec

import (
	"slices"

	"zoo/internal/f32"
	"zoo/internal/ops"
)

// A stage is what runs between two points at which all workers have met: passes
// that go through the same batch together, a few examples at a time, or a few lines
// of one, so that a value is read while it is still in cache; or one pass that
// cannot be cut.
type stage[F f32.Float] struct {
	passes   []passRef
	batch    int // the number of examples, 0 where the pass is not cut
	lines    int // the number of an example's lines, 0 where these are not cut
	pixels   int // in all of these
	bands    int // into how many bands of lines an example is cut, 0 where it is not
	parts    int // into how many parts the batch is cut
	perChunk int // how many examples of a part go through the passes at once

	fused []fusion[F]   // at the first of its passes
	outer []*ops.Ctx[F] // of Begin and End, for each pass
	calls [][]*call[F]  // for each worker and pass
}

// A passRef names a pass: its step, and its number in that.
type passRef struct{ step, pass int }

// chunkBytes is how large the largest value of a stage may be in the examples
// that are computed at once: several such values share the second-level cache.
const chunkBytes = 128 << 10

// bandBytes is the same for lines of one example: these are not only computed but also
// read whole by the next stage, so that they need not be as near.
const bandBytes = 256 << 10

// bandPixels is how many pixels are worth computing by themselves: enough to use filters
// often once they are near.
const bandPixels = 32

// mostParts is the number of parts that a batch of bands is cut into: each has sums of
// its own.
const mostParts = 16

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
			t.passes = append(t.passes, passRef{i, p})
			steps = append(steps, i)
			if s.walks(p) {
				t.batch = s.batch
				t.lines, t.pixels = s.lines(p)
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
// stage: of what the stage writes it reads only the examples at hand.
func (m *machine[F]) joins(s *step[F], pass int, written map[int]access) bool {
	if len(m.stages) == 0 {
		return false
	}
	if t := m.stages[len(m.stages)-1]; !s.walks(pass) || t.batch != s.batch || !t.goes(s.lines(pass)) {
		return false
	}
	for _, r := range s.reads(pass) {
		if w, ok := written[r.slot]; ok && !(w.cut && r.cut) {
			return false
		}
	}
	return true
}

// goes says that a stage goes through these lines.
func (t *stage[F]) goes(lines, pixels int) bool { return t.lines == lines && t.pixels == pixels }

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
	if t.lines > 0 {
		enough := max((mostParts/2+t.batch-1)/t.batch, largest/(bandBytes/4))
		t.bands = max(1, min(enough, t.lines, t.pixels/bandPixels))
		t.parts = min(t.batch*t.bands, mostParts)
		return
	}
	t.parts = ops.Parts(t.batch, examples)
	t.perChunk = min((t.batch+t.parts-1)/t.parts, max(examples, chunkBytes/(4*largest)))
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
			all = append(all, stage[F]{passes: []passRef{p}, batch: t.batch, lines: t.lines, bands: t.bands, parts: t.parts, perChunk: t.perChunk})
		}
	}
	m.stages = all
}
