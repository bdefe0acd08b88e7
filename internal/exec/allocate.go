package exec

import (
	"cmp"
	"slices"

	"gorgonia.org/tensor"
)

// align is the number of values to which buffers are rounded: a cache line of
// float32, so that no two buffers share one.
const align = 16

// allocate gives every slot its memory: a part of one arena, shared with slots
// whose values are dead before its own is born.
func (m *machine[F]) allocate() {
	last := m.lastUses()
	m.shareInPlace(last)
	last = m.lastUses()

	offset := make([]int, len(m.slots))
	var free holes
	born := make([]bool, len(m.slots))
	for i, s := range m.steps {
		for _, w := range s.writes {
			if w < 0 {
				continue
			}
			if r := m.root(w); !born[r] {
				born[r] = true
				offset[r] = free.take(m.size(r))
			}
		}
		for _, list := range [][]int{s.reads, s.writes} {
			for _, x := range list {
				if x < 0 {
					continue
				}
				if r := m.root(x); born[r] && last[r] == i {
					free.give(offset[r], m.size(r))
					last[r] = -1 // a slot that is read twice dies once
				}
			}
		}
	}
	m.arena = make([]F, free.end)
	for i := range m.slots {
		s := &m.slots[i]
		s.value.Shape = s.shape
		if s.leaf || s.token {
			continue
		}
		at := offset[m.root(i)]
		n := s.shape.TotalSize()
		s.value.V = m.arena[at : at+n : at+n]
		m.sum += n
		if !s.shape.IsScalar() {
			s.dense = tensor.New(tensor.WithShape(s.shape...), tensor.WithBacking(s.value.V))
		}
	}
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

// lastUses returns, for each root slot, the last step that reads or writes it;
// outputs are never dead, and leaves and tokens have no memory of ours.
func (m *machine[F]) lastUses() []int {
	last := make([]int, len(m.slots))
	for i, s := range m.steps {
		for _, x := range append(slices.Clone(s.reads), s.writes...) {
			if x >= 0 {
				last[m.root(x)] = i
			}
		}
	}
	for i, s := range m.slots {
		if s.output {
			last[m.root(i)] = len(m.steps)
		}
	}
	return last
}

// shareInPlace lets an elementwise step write over its first argument where
// that is the argument's last use.
func (m *machine[F]) shareInPlace(last []int) {
	for i, s := range m.steps {
		if !s.inPlace || s.epilogue != nil || s.writes[0] < 0 {
			continue
		}
		from, to := m.root(s.reads[0]), m.root(s.writes[0])
		if m.slots[from].leaf || m.slots[from].token || last[from] != i || from == to {
			continue
		}
		if slices.ContainsFunc(s.reads[1:], func(x int) bool { return m.root(x) == from }) {
			continue
		}
		m.slots[from].root = to
		last[from] = -1
	}
}

// holes are the free parts of an arena that grows at its end.
type holes struct {
	free []hole // sorted by position, never adjacent
	end  int
}

type hole struct{ at, size int }

// take returns the position of size free values: the smallest hole that fits.
func (h *holes) take(size int) int {
	best := -1
	for i, f := range h.free {
		if f.size >= size && (best < 0 || f.size < h.free[best].size) {
			best = i
		}
	}
	if best < 0 {
		at := h.end
		if n := len(h.free); n > 0 && h.free[n-1].at+h.free[n-1].size == h.end {
			at = h.free[n-1].at // grow the hole at the end
			h.free = h.free[:n-1]
		}
		h.end = at + size
		return at
	}
	at := h.free[best].at
	if h.free[best].size == size {
		h.free = slices.Delete(h.free, best, best+1)
	} else {
		h.free[best].at += size
		h.free[best].size -= size
	}
	return at
}

// give frees a part and joins it with its free neighbours.
func (h *holes) give(at, size int) {
	if size == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(h.free, at, func(f hole, at int) int { return cmp.Compare(f.at, at) })
	h.free = slices.Insert(h.free, i, hole{at, size})
	if i+1 < len(h.free) && at+size == h.free[i+1].at {
		h.free[i].size += h.free[i+1].size
		h.free = slices.Delete(h.free, i+1, i+2)
	}
	if i > 0 && h.free[i-1].at+h.free[i-1].size == at {
		h.free[i-1].size += h.free[i].size
		h.free = slices.Delete(h.free, i, i+1)
	}
}

// Memory implements VM.
func (m *machine[F]) Memory() Memory {
	bytes := 8
	if _, ok := any(m.arena).([]float32); ok {
		bytes = 4
	}
	return Memory{Arena: bytes * len(m.arena), Scratch: m.ctx.ScratchBytes(), Sum: bytes * m.sum}
}
