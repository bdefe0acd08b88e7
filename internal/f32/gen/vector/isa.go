package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An isa is an instruction set. Its methods are operations on vectors of lanes
// float32: each writes an instruction or two and returns the register of the
// result. A mask is a register that selects lanes; nil selects all.
type isa struct {
	name  string
	lanes int
}

var avx512, avx2 = isa{"avx512", 16}, isa{"avx2", 8}

func (v isa) wide() bool { return v == avx512 }

// label returns a name of a place in the code that differs between the ISAs.
func (v isa) label(format string, args ...any) string {
	return v.name + fmt.Sprintf(format, args...)
}

func (v isa) reg() reg.VecVirtual {
	if v.wide() {
		return ZMM()
	}
	return YMM()
}

func (v isa) zero() reg.VecVirtual {
	r := v.reg()
	v.clear(r)
	return r
}

func (v isa) clear(r Op) { VXORPS(r, r, r) }

// broadcast returns the float32 in memory, in every lane.
func (v isa) broadcast(m Mem) reg.VecVirtual {
	r := v.reg()
	VBROADCASTSS(m, r)
	return r
}

func (v isa) copy(a Op) reg.VecVirtual {
	r := v.reg()
	VMOVAPS(a, r)
	return r
}

func (v isa) binary(f func(...Op), a, b Op) reg.VecVirtual {
	r := v.reg()
	f(b, a, r)
	return r
}

func (v isa) add(a, b Op) reg.VecVirtual { return v.binary(VADDPS, a, b) }
func (v isa) sub(a, b Op) reg.VecVirtual { return v.binary(VSUBPS, a, b) }
func (v isa) mul(a, b Op) reg.VecVirtual { return v.binary(VMULPS, a, b) }
func (v isa) div(a, b Op) reg.VecVirtual { return v.binary(VDIVPS, a, b) }
func (v isa) and(a, b Op) reg.VecVirtual { return v.binary(VANDPS, a, b) }

// min and max return b where either operand is NaN.
func (v isa) min(a, b Op) reg.VecVirtual { return v.binary(VMINPS, a, b) }
func (v isa) max(a, b Op) reg.VecVirtual { return v.binary(VMAXPS, a, b) }

func (v isa) sqrt(a Op) reg.VecVirtual {
	r := v.reg()
	VSQRTPS(a, r)
	return r
}

// fma returns a·b + c.
func (v isa) fma(a, b, c Op) reg.VecVirtual {
	r := v.copy(c)
	VFMADD231PS(b, a, r)
	return r
}

// fnma returns c − a·b.
func (v isa) fnma(a, b, c Op) reg.VecVirtual {
	r := v.copy(c)
	VFNMADD231PS(b, a, r)
	return r
}

// The predicates of compare: ordered ones are false for NaN, the others true.
const (
	equal        = U8(0)  // ordered
	unordered    = U8(3)  // either operand is NaN
	notEqual     = U8(4)  // unordered
	less         = U8(17) // ordered
	lessEqual    = U8(18) // ordered
	notLess      = U8(21) // unordered
	notLessEqual = U8(22) // unordered
	greater      = U8(30) // ordered
)

// compare returns the mask of the lanes where a predicate b.
func (v isa) compare(a Op, predicate U8, b Op) reg.Register {
	if v.wide() {
		k := K()
		VCMPPS(predicate, b, a, k)
		return k
	}
	r := YMM()
	VCMPPS(predicate, b, a, r)
	return r
}

// choose returns a where the mask is set, and b elsewhere.
func (v isa) choose(mask reg.Register, a, b Op) reg.VecVirtual {
	r := v.reg()
	if v.wide() {
		VBLENDMPS(a, b, mask, r)
	} else {
		VBLENDVPS(mask, a, b, r)
	}
	return r
}

// keep returns a where the mask is set, and 0 elsewhere.
func (v isa) keep(mask reg.Register, a Op) reg.VecVirtual {
	r := v.reg()
	if v.wide() {
		VMOVAPS_Z(a, mask, r)
	} else {
		VANDPS(a, mask, r)
	}
	return r
}

// drop sets a to 0 where the mask is set.
func (v isa) drop(mask reg.Register, a Op) {
	if v.wide() {
		VXORPS(a, a, mask, a)
	} else {
		VANDNPS(a, mask, a)
	}
}

// or returns the lanes of either mask.
func (v isa) or(a, b reg.Register) reg.Register {
	if v.wide() {
		k := K()
		KORW(a, b, k)
		return k
	}
	r := YMM()
	VORPS(a, b, r)
	return r
}
