package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx2 masks through a vector register, which is read from a table.
type avx2 struct {
	table Mem
	last  reg.VecVirtual
}

// masks writes the table: from its element 8−n on lies a mask for n of 8 columns.
func masks() Mem {
	table := GLOBL("masks", RODATA|NOPTR)
	for i := range 16 {
		if i < 8 {
			DATA(4*i, U32(0xffffffff))
		} else {
			DATA(4*i, U32(0))
		}
	}
	return table
}

func (*avx2) name() string           { return "avx2" }
func (*avx2) bytes() int             { return 32 }
func (*avx2) vector() reg.VecVirtual { return YMM() }
func (*avx2) zero(s reg.Register)    { VXORPS(s, s, s) }

func (t *avx2) mask(last reg.GPVirtual) {
	p := GP64()
	LEAQ(t.table.Offset(32), p)
	SHLQ(U8(2), last)
	SUBQ(last, p)
	t.last = YMM()
	VMOVUPS(Mem{Base: p}, t.last)
}

func (t *avx2) load(from Mem, to reg.Register, masked bool) {
	if masked {
		VMASKMOVPS(from, t.last, to)
	} else {
		VMOVUPS(from, to)
	}
}

func (t *avx2) store(from reg.Register, to Mem, masked bool) {
	if masked {
		VMASKMOVPS(from, t.last, to)
	} else {
		VMOVUPS(from, to)
	}
}

func (t *avx2) add(from Mem, to reg.Register, masked bool) {
	if masked {
		x := YMM()
		t.load(from, x, true)
		VADDPS(x, to, to)
	} else {
		VADDPS(from, to, to)
	}
}

func (*avx2) multiply(a Mem, b, sums []reg.VecVirtual) {
	x := YMM()
	VBROADCASTSS(a, x)
	for v := range b {
		VFMADD231PS(b[v], x, sums[v])
	}
}
