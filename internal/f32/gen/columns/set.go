package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A set is a set of instructions, as far as the products differ by it. Where masked
// is true, only the first elements of a vector exist, as many as mask was told.
type set interface {
	name() string
	bytes() int  // of a vector
	most() []int // rows of tiles of one, two and four vectors
	vector() reg.VecVirtual
	zero(s reg.Register)
	mask(columns reg.GPVirtual)
	load(from Mem, to reg.Register, masked bool)
	store(from reg.Register, to Mem, masked bool)
	// multiply adds a·b to a sum.
	multiply(a Mem, b, sum reg.Register, masked bool)
}

// avx512 masks through the register K1, at no cost.
type avx512 struct{}

func (avx512) name() string           { return "avx512" }
func (avx512) bytes() int             { return 64 }
func (avx512) most() []int            { return []int{12, 12, 6} }
func (avx512) vector() reg.VecVirtual { return ZMM() }
func (avx512) zero(s reg.Register)    { VPXORD(s, s, s) }

func (avx512) mask(columns reg.GPVirtual) {
	MOVQ(columns, reg.RCX)
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

func (avx512) multiply(a Mem, b, sum reg.Register, masked bool) {
	if masked {
		VFMADD231PS(a, b, reg.K1, sum)
	} else {
		VFMADD231PS(a, b, sum)
	}
}

// avx2 masks through a vector register, which is read from a table.
type avx2 struct {
	table Mem
	first reg.VecVirtual
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
func (*avx2) most() []int            { return []int{12, 6, 3} }
func (*avx2) vector() reg.VecVirtual { return YMM() }
func (*avx2) zero(s reg.Register)    { VXORPS(s, s, s) }

func (t *avx2) mask(columns reg.GPVirtual) {
	p := GP64()
	LEAQ(t.table.Offset(32), p)
	SHLQ(U8(2), columns)
	SUBQ(columns, p)
	t.first = YMM()
	VMOVUPS(Mem{Base: p}, t.first)
}

func (t *avx2) load(from Mem, to reg.Register, masked bool) {
	if masked {
		VMASKMOVPS(from, t.first, to)
	} else {
		VMOVUPS(from, to)
	}
}

func (t *avx2) store(from reg.Register, to Mem, masked bool) {
	if masked {
		VMASKMOVPS(from, t.first, to)
	} else {
		VMOVUPS(from, to)
	}
}

func (t *avx2) multiply(a Mem, b, sum reg.Register, masked bool) {
	if masked {
		x := YMM()
		t.load(a, x, true)
		VFMADD231PS(x, b, sum)
	} else {
		VFMADD231PS(a, b, sum)
	}
}
