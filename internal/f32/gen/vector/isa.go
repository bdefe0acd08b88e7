package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/lanes"
)

// An isa is a set of instructions, with what is made of them: each method writes code,
// and returns the register of the result.
type isa struct{ lanes.Set }

// isas are the sets of the architecture.
func isas() (all []isa) {
	for _, s := range lanes.Sets() {
		all = append(all, isa{s})
	}
	return all
}

// horner returns p·x + c, for each coefficient c in turn.
func (v isa) horner(p reg.VecVirtual, x Op, coefficients ...float32) reg.VecVirtual {
	for _, c := range coefficients {
		p = v.Horner(p, x, c)
	}
	return p
}
