package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
)

// copyRowsKernel writes the copying of rows that lie apart: they are too short for
// a call of memmove each.
func copyRowsKernel() {
	kernel("copyRowsVector", "rows, columns int, dst *float32, ldd int, src *float32, lds int", "dst = src, row by row.", func(v isa) {
		const group = 4
		rows, columns := Load("rows"), Load("columns")
		dst, src := Load("dst"), Load("src")
		ldd, lds := Load("ldd"), Load("lds")
		i, left, rest := GP64(), GP64(), GP64()
		MOVQ(columns, rest)
		ANDQ(I32(v.Lanes()-1), rest)
		mask := v.Masks(rest, 1)[0]()
		copyVector := func(u int, mask reg.Register) {
			v.Store(v.Load(Mem{Base: src, Index: i, Scale: 4, Disp: 4 * v.Lanes() * u}, mask), Mem{Base: dst, Index: i, Scale: 4, Disp: 4 * v.Lanes() * u}, mask)
		}
		Label("row")
		XORQ(i, i)
		MOVQ(columns, left)
		for _, n := range []int{group, 1} {
			again, done := fmt.Sprintf("vectors%d", n), fmt.Sprintf("below%d", n)
			Label(again)
			CMPQ(left, I32(n*v.Lanes()))
			JLT(LabelRef(done))
			for u := range n {
				copyVector(u, nil)
			}
			ADDQ(I32(n*v.Lanes()), i)
			SUBQ(I32(n*v.Lanes()), left)
			JMP(LabelRef(again))
			Label(done)
		}
		TESTQ(left, left)
		JZ(LabelRef("next"))
		copyVector(0, mask)
		Label("next")
		LEAQ(Mem{Base: dst, Index: ldd, Scale: 4}, dst)
		LEAQ(Mem{Base: src, Index: lds, Scale: 4}, src)
		DECQ(rows)
		JNZ(LabelRef("row"))
	})
}
