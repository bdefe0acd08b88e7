package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx512 masks through the register K1, at no cost.
type avx512 struct{}

func (avx512) name() string           { return "avx512" }
func (avx512) bytes() int             { return 64 }
func (avx512) vector() reg.VecVirtual { return ZMM() }
func (avx512) zero(s reg.Register)    { VPXORD(s, s, s) }

func (avx512) mask(last reg.GPVirtual) {
	MOVQ(last, reg.RCX)
	bits := GP32()
	MOVL(I32(1), bits)
	SHLL(reg.CL, bits)
	DECL(bits)
	KMOVW(bits, reg.K1)
}

func (avx512) load(from Mem, to reg.Register, masked bool) {
	if masked {
		VMOVUPS_Z(from, reg.K1, to)
	} else {
		VMOVUPS(from, to)
	}
}

func (avx512) store(from reg.Register, to Mem, masked bool) {
	if masked {
		VMOVUPS(from, reg.K1, to)
	} else {
		VMOVUPS(from, to)
	}
}

func (avx512) add(from Mem, to reg.Register, masked bool) {
	if masked {
		VADDPS(from, to, reg.K1, to)
	} else {
		VADDPS(from, to, to)
	}
}

// multiply reads a once for each vector where that is once, and else through a
// register: two loads a cycle feed two multiplications.
func (avx512) multiply(a Mem, b, sums []reg.VecVirtual) {
	if len(b) == 1 {
		VFMADD231PS_BCST(a, b[0], sums[0])
		return
	}
	x := ZMM()
	VBROADCASTSS(a, x)
	for v := range b {
		VFMADD231PS(b[v], x, sums[v])
	}
}
