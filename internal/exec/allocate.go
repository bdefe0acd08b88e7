package exec

import (
	"cmp"
	"slices"

	"gorgonia.org/tensor"

	"zoo/internal/ops"
)

// align is the number of values to which buffers are rounded: a cache line of
// float32, so that no two buffers share one.
const align = 16

// A life is when a root slot's memory is in use, from the pass that writes it
// first to the pass that uses it last. Passes and stages are numbered in order.
type life struct {
	first, last           int // passes
	firstStage, lastStage int
	whole                 bool // some pass uses it as a whole
}

const unborn = -1

// lives returns the life of each root slot. Outputs never die.
func (m *machine[F]) lives() []life {
	all := make([]life, len(m.slots))
	for i := range all {
		all[i].first = unborn
	}
	pass := 0
	for t := range m.stages {
		for _, p := range m.stages[t].passes {
			s := &m.steps[p.step]
			for _, w := range s.writes(p.pass) {
				if l := &all[m.root(w.slot)]; l.first == unborn {
					l.first, l.firstStage = pass, t
				}
			}
			for _, a := range append(s.reads(p.pass), s.writes(p.pass)...) {
				l := &all[m.root(a.slot)]
				l.last, l.lastStage = pass, t
				l.whole = l.whole || !a.cut
			}
			pass++
		}
	}
	for i, s := range m.slots {
		if s.output {
			l := &all[m.root(i)]
			l.last, l.lastStage, l.whole = pass, len(m.stages), true
		}
	}
	return all
}

// allocate gives every slot its place: a part of one arena, shared with slots
// whose values are dead before its own is born. A value that lives in only one
// stage never exists as a whole: each worker has room for the examples at hand.
func (m *machine[F]) allocate() {
	m.shareInPlace()
	all := m.lives()
	m.allocateLocal(all)
	var free freeRanges
	for t := range m.stages {
		for r := range all {
			if l := &all[r]; l.first != unborn && l.firstStage == t && m.inArena(r) {
				m.slots[r].at = free.take(m.size(r))
			}
		}
		for r := range all {
			if l := &all[r]; l.first != unborn && l.lastStage == t && m.inArena(r) {
				free.give(m.slots[r].at, m.size(r))
			}
		}
	}
	m.arenaSize = free.end
	for i := range m.slots {
		s := &m.slots[i]
		s.value.Shape = s.shape
		r := m.root(i)
		s.local = m.slots[r].local
		if s.local >= 0 {
			s.value.V = []F{} // not nil: a step reads or writes it
		}
		if s.inArena = m.inArena(r) && all[r].first != unborn; s.inArena {
			m.sum += s.shape.TotalSize()
		}
	}
}

// materialise makes the memory of all places, when it is first needed: a program
// that never runs never holds it.
func (m *machine[F]) materialise() {
	if m.materialised {
		return
	}
	m.materialised = true
	m.arena = make([]F, m.arenaSize)
	for i := range m.walk.local {
		m.walk.local[i] = make([]F, m.walk.localSize)
	}
	for i := range m.slots {
		s := &m.slots[i]
		if !s.inArena {
			continue
		}
		at, n := m.slots[m.root(i)].at, s.shape.TotalSize()
		s.value.V = m.arena[at : at+n : at+n]
		if !s.shape.IsScalar() {
			s.dense = tensor.New(tensor.WithShape(s.shape...), tensor.WithBacking(s.value.V))
		}
	}
}

// inArena says that a root slot's value is in the arena.
func (m *machine[F]) inArena(root int) bool {
	s := &m.slots[root]
	return !s.leaf && !s.handle && s.local < 0
}

// allocateLocal finds the values that live in only one stage, and places them in
// the workers' own memory, which they too share with values that are dead.
func (m *machine[F]) allocateLocal(all []life) {
	pass := 0
	for t := range m.stages {
		var free freeRanges
		stage := &m.stages[t]
		for range stage.passes {
			for r := range all {
				l := &all[r]
				if l.first != pass || l.lastStage != t || l.whole || m.slots[r].leaf || m.slots[r].handle {
					continue
				}
				m.slots[r].local = free.take(m.localSize(r, stage))
			}
			for r := range all {
				if l := &all[r]; l.first != unborn && l.last == pass && m.slots[r].local >= 0 {
					free.give(m.slots[r].local, m.localSize(r, stage))
				}
			}
			pass++
		}
		m.walk.localSize = max(m.walk.localSize, free.end)
	}
}

// localSize is the room for the examples, or the lines, that go through a stage at once.
func (m *machine[F]) localSize(root int, t *stage[F]) int {
	if t.bands > 0 {
		lines := m.slots[root].shape[1]
		return ((lines+t.bands-1)/t.bands*(m.example(root, t.batch)/lines) + align - 1) / align * align
	}
	return (t.perChunk*m.example(root, t.batch) + align - 1) / align * align
}

func (m *machine[F]) root(i int) int {
	for m.slots[i].root != i {
		i = m.slots[i].root
	}
	return i
}

func (m *machine[F]) size(i int) int {
	return (m.slots[i].shape.TotalSize() + align - 1) / align * align
}

// shareInPlace lets an elementwise step write over its first argument where
// that is the argument's last use, and where the others that read it in the same
// stage read only the examples at hand.
func (m *machine[F]) shareInPlace() {
	all, pass := m.lives(), 0
	for t := range m.stages {
		for _, p := range m.stages[t].passes {
			s := &m.steps[p.step]
			from, to, ok := s.inPlaceOf()
			here := pass
			pass++
			if !ok {
				continue
			}
			from, to = m.root(from), m.root(to)
			if l := all[from]; l.first == unborn || l.last != here || from == to || m.slots[from].leaf || m.slots[from].handle {
				continue
			}
			uses := func(a access) bool { return m.root(a.slot) == from }
			once := func(list []access) bool {
				i := slices.IndexFunc(list, uses)
				return i >= 0 && !slices.ContainsFunc(list[i+1:], uses)
			}
			whole := slices.ContainsFunc(m.accesses(&m.stages[t]), func(a access) bool { return uses(a) && !a.cut })
			if whole || !once(s.reads(p.pass)) {
				continue
			}
			m.slots[from].root = to
			l := all[to]
			l.first, l.firstStage = all[from].first, all[from].firstStage
			all[to] = l
		}
	}
}

// freeRanges are the free parts of an arena that grows at its end.
type freeRanges struct {
	free []freeRange // sorted by position, never adjacent
	end  int
}

type freeRange struct{ at, size int }

// take returns the position of size free values: the smallest free range that fits.
func (r *freeRanges) take(size int) int {
	best := -1
	for i, f := range r.free {
		if f.size >= size && (best < 0 || f.size < r.free[best].size) {
			best = i
		}
	}
	if best < 0 {
		at := r.end
		if n := len(r.free); n > 0 && r.free[n-1].at+r.free[n-1].size == r.end {
			at = r.free[n-1].at // grow the range at the end
			r.free = r.free[:n-1]
		}
		r.end = at + size
		return at
	}
	at := r.free[best].at
	if r.free[best].size == size {
		r.free = slices.Delete(r.free, best, best+1)
	} else {
		r.free[best].at += size
		r.free[best].size -= size
	}
	return at
}

// give frees a part and joins it with its free neighbours.
func (r *freeRanges) give(at, size int) {
	if size == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(r.free, at, func(f freeRange, at int) int { return cmp.Compare(f.at, at) })
	r.free = slices.Insert(r.free, i, freeRange{at, size})
	if i+1 < len(r.free) && at+size == r.free[i+1].at {
		r.free[i].size += r.free[i+1].size
		r.free = slices.Delete(r.free, i+1, i+2)
	}
	if i > 0 && r.free[i-1].at+r.free[i-1].size == at {
		r.free[i-1].size += r.free[i].size
		r.free = slices.Delete(r.free, i, i+1)
	}
}

// Memory implements VM.
func (m *machine[F]) Memory() Memory {
	w := &m.walk
	scratch := w.scratch.Bytes()
	for _, s := range w.shared {
		scratch += ops.Bytes(s[:cap(s)])
	}
	for _, t := range m.stages {
		for _, c := range t.outer {
			scratch += c.Kept() * ops.Bytes(make([]F, 1))
		}
	}
	kept := 0
	for i := range m.steps {
		if k, ok := m.steps[i].kernel.(ops.Keeper); ok && m.steps[i].din == nil { // not its backward step
			kept += k.Keeps()
		}
	}
	value := ops.Bytes(make([]F, 1))
	scratch += len(w.local) * w.localSize * value
	return Memory{Arena: (m.arenaSize + kept) * value, Scratch: scratch, Sum: (m.sum + kept) * value}
}
