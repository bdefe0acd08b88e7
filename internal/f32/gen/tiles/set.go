package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/lanes"
)

type avx512 struct{ lanes.AVX512 }

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

type avx2 struct{ lanes.AVX2 }

func (t *avx2) add(from Mem, to reg.Register, masked bool) {
	if masked {
		x := YMM()
		t.Load(from, x, true)
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
