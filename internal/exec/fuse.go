package exec

import "zoo/internal/ops"

// fuse applies an elementwise kernel inside the kernel before it, part by part
// while the parts are in cache, where the value in between is read by nobody
// else. The fused step writes the elementwise kernel's output.
func (m *machine[F]) fuse() {
	readers := make([]int, len(m.slots))
	writer := make(map[int]int)
	for i, s := range m.steps {
		for _, r := range s.reads {
			readers[r]++
		}
		if s.forward != nil {
			writer[s.writes[0]] = i
		}
	}
	kept := m.steps[:0]
	place := make([]int, len(m.steps)) // of each step in kept
	for i, s := range m.steps {
		if s.forward != nil {
			if e, ok := s.forward.Kernel.(ops.Elementwise[F]); ok {
				between := s.reads[0]
				if w, ok := writer[between]; ok && readers[between] == 1 && !m.slots[between].output {
					if p := &kept[place[w]]; fusible(p) {
						p.epilogue = e.Map
						out := s.writes[0]
						m.slots[between].root = out
						p.writes = []int{out}
						writer[out] = w
						continue
					}
				}
			}
		}
		place[i] = len(kept)
		kept = append(kept, s)
	}
	m.steps = kept
}

func fusible[F interface{ float32 | float64 }](s *step[F]) bool {
	if s.forward == nil || s.epilogue != nil {
		return false
	}
	_, ok := s.forward.Kernel.(ops.Finisher)
	return ok
}
