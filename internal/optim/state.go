package optim

import (
	"errors"
	"fmt"

	"zoo/internal/f32"
)

// slots is the state common to all solvers: the count of steps, and for each
// parameter one array of its length for each of at most two kinds.
type slots struct {
	solver  string
	names   []string
	lengths []int
	kinds   []string
	arrays  [][][]float32 // by parameter and kind
	steps   [1]int64      // an array, so that a slot can share it

	chunks []chunk
	ps     []Param                       // of the step
	update func(p Param, a, b []float32) // updates a chunk, with its arrays
	run    func(_, i int)                // updates chunk i; kept so that no step allocates
}

// updates says how a chunk is updated.
func (s *slots) updates(update func(p Param, a, b []float32)) {
	s.update = update
	s.run = func(_, i int) {
		c := s.chunks[i]
		var state [2][]float32
		for k, v := range s.arrays[c.param] {
			state[k] = v[c.lo:c.hi]
		}
		p := s.ps[c.param]
		p.W, p.G = p.W[c.lo:c.hi], p.G[c.lo:c.hi]
		s.update(p, state[0], state[1])
	}
}

// step counts a step and updates all chunks, in parallel.
func (s *slots) step(ps []Param) {
	s.check(ps)
	s.steps[0]++
	s.ps = ps
	f32.Parallel(len(s.chunks), s.run)
	s.ps = nil
}

func newSlots(solver string, ps []Param, kinds ...string) slots {
	s := slots{solver: solver, kinds: kinds, chunks: chunks(ps)}
	for _, p := range ps {
		arrays := make([][]float32, len(kinds))
		for k := range arrays {
			arrays[k] = make([]float32, len(p.W))
		}
		s.names = append(s.names, p.Name)
		s.lengths = append(s.lengths, len(p.W))
		s.arrays = append(s.arrays, arrays)
	}
	return s
}

func (s *slots) Name() string { return s.solver }

// check panics if ps are not the parameters that the state is of.
func (s *slots) check(ps []Param) {
	if len(ps) != len(s.names) {
		panic(fmt.Sprintf("optim: have %d parameters, want %d", len(ps), len(s.names)))
	}
	for i, p := range ps {
		n := s.lengths[i]
		if p.Name != s.names[i] || len(p.W) != n || len(p.G) != n {
			panic(fmt.Sprintf("optim: parameter %d: have %s of %d weights and %d gradients, want %s of %d",
				i, p.Name, len(p.W), len(p.G), s.names[i], n))
		}
	}
}

func (s *slots) State() []Slot {
	state := []Slot{{Kind: "step", I64: s.steps[:]}}
	for i, name := range s.names {
		for k, kind := range s.kinds {
			state = append(state, Slot{Param: name, Kind: kind, F32: s.arrays[i][k]})
		}
	}
	return state
}

func (s *slots) Restore(state []Slot) error {
	if err := restore(s.State(), state); err != nil {
		return fmt.Errorf("restoring %s: %w", s.solver, err)
	}
	return nil
}

// restore copies the slots of from into those of to, which must be the same
// ones in any order; or does nothing and says all that differs.
func restore(to, from []Slot) error {
	type key struct{ param, kind string }
	var errs []error
	given := map[key]Slot{}
	for _, s := range from {
		k := key{s.Param, s.Kind}
		if _, twice := given[k]; twice {
			errs = append(errs, fmt.Errorf("%s of %q comes twice", s.Kind, s.Param))
		}
		given[k] = s
	}
	wanted := map[key]bool{}
	for _, want := range to {
		k := key{want.Param, want.Kind}
		wanted[k] = true
		if have, ok := given[k]; !ok {
			errs = append(errs, fmt.Errorf("%s of %q is missing", want.Kind, want.Param))
		} else if len(have.F32) != len(want.F32) || len(have.I64) != len(want.I64) {
			errs = append(errs, fmt.Errorf("%s of %q: have %d values, want %d",
				want.Kind, want.Param, len(have.F32)+len(have.I64), len(want.F32)+len(want.I64)))
		}
	}
	for _, s := range from {
		if !wanted[key{s.Param, s.Kind}] {
			errs = append(errs, fmt.Errorf("%s of %q is not part of the state", s.Kind, s.Param))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, want := range to {
		have := given[key{want.Param, want.Kind}]
		copy(want.F32, have.F32)
		copy(want.I64, have.I64)
	}
	return nil
}
