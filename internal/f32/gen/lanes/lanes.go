// Package lanes is what generators need of a set of vector instructions to read and
// write matrices.
package lanes

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A Set is a set of instructions. Where masked is true, only the first elements of
// a vector exist, as many as Mask was told.
type Set interface {
	Name() string
	Bytes() int // of a vector
	Vector() reg.VecVirtual
	Zero(s reg.Register)
	Mask(columns reg.GPVirtual)
	Load(from Mem, to reg.Register, masked bool)
	Store(from reg.Register, to Mem, masked bool)
}

// AVX512 masks through the register K1, at no cost.
type AVX512 struct{}

func (AVX512) Name() string           { return "avx512" }
func (AVX512) Bytes() int             { return 64 }
func (AVX512) Vector() reg.VecVirtual { return ZMM() }
func (AVX512) Zero(s reg.Register)    { VPXORD(s, s, s) }

func (AVX512) Mask(columns reg.GPVirtual) {
	MOVQ(columns, reg.RCX)
	bits := GP32()
	MOVL(I32(1), bits)
	SHLL(reg.CL, bits)
	DECL(bits)
	KMOVW(bits, reg.K1)
}

func (AVX512) Load(from Mem, to reg.Register, masked bool) {
	if masked {
		VMOVUPS_Z(from, reg.K1, to)
	} else {
		VMOVUPS(from, to)
	}
}

func (AVX512) Store(from reg.Register, to Mem, masked bool) {
	if masked {
		VMOVUPS(from, reg.K1, to)
	} else {
		VMOVUPS(from, to)
	}
}

// AVX2 masks through a vector register, which is read from Table.
type AVX2 struct {
	Table Mem
	first reg.VecVirtual
}

// Masks writes the table: from its element 8−n on lies a mask for n of 8 columns.
func Masks() Mem {
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

func (*AVX2) Name() string           { return "avx2" }
func (*AVX2) Bytes() int             { return 32 }
func (*AVX2) Vector() reg.VecVirtual { return YMM() }
func (*AVX2) Zero(s reg.Register)    { VXORPS(s, s, s) }

func (t *AVX2) Mask(columns reg.GPVirtual) {
	p := GP64()
	LEAQ(t.Table.Offset(32), p)
	SHLQ(U8(2), columns)
	SUBQ(columns, p)
	t.first = YMM()
	VMOVUPS(Mem{Base: p}, t.first)
}

func (t *AVX2) Load(from Mem, to reg.Register, masked bool) {
	if masked {
		VMASKMOVPS(from, t.first, to)
	} else {
		VMOVUPS(from, to)
	}
}

func (t *AVX2) Store(from reg.Register, to Mem, masked bool) {
	if masked {
		VMASKMOVPS(from, t.first, to)
	} else {
		VMOVUPS(from, to)
	}
}
