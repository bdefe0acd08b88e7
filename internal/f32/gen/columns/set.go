package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/lanes"
)

// A set is a set of instructions, as far as the products differ by it.
type set interface {
	lanes.Set
	most() []int  // rows of tiles of one, two and four vectors
	grouped() int // vectors of the widest tile of groups
	// multiply adds a·b to a sum.
	multiply(a Mem, b, sum reg.Register, masked bool)
}

type avx512 struct{ lanes.AVX512 }

func (avx512) most() []int  { return []int{12, 12, 6} }
func (avx512) grouped() int { return 2 }

func (avx512) multiply(a Mem, b, sum reg.Register, masked bool) {
	if masked {
		VFMADD231PS(a, b, reg.K1, sum)
	} else {
		VFMADD231PS(a, b, sum)
	}
}

type avx2 struct{ lanes.AVX2 }

func (*avx2) most() []int  { return []int{12, 6, 3} }
func (*avx2) grouped() int { return 1 }

func (t *avx2) multiply(a Mem, b, sum reg.Register, masked bool) {
	if masked {
		x := YMM()
		t.Load(a, x, true)
		VFMADD231PS(x, b, sum)
	} else {
		VFMADD231PS(a, b, sum)
	}
}
