package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// copyRowsKernel writes the copying of rows that lie apart: they are too short for
// a call of memmove each.
func copyRowsKernel() {
	kernel("copyRowsVector", "rows, columns int, dst *float32, ldd int, src *float32, lds int", "dst = src, row by row.", func(v isa) {
		const group = 4
		rows, columns := Load(Param("rows"), GP64()), Load(Param("columns"), GP64())
		dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
		ldd, lds := Load(Param("ldd"), GP64()), Load(Param("lds"), GP64())
		i, left, rest := GP64(), GP64(), GP64()
		MOVQ(columns, rest)
		ANDQ(I32(v.lanes-1), rest)
		mask := v.masks(rest, 1)[0]()
		copyVector := func(u int, mask reg.Register) {
			v.store(v.load(Mem{Base: src, Index: i, Scale: 4, Disp: 4 * v.lanes * u}, mask), Mem{Base: dst, Index: i, Scale: 4, Disp: 4 * v.lanes * u}, mask)
		}
		Label(v.label("row"))
		XORQ(i, i)
		MOVQ(columns, left)
		for _, n := range []int{group, 1} {
			again, done := v.label("vectors%d", n), v.label("below%d", n)
			Label(again)
			CMPQ(left, I32(n*v.lanes))
			JLT(LabelRef(done))
			for u := range n {
				copyVector(u, nil)
			}
			ADDQ(I32(n*v.lanes), i)
			SUBQ(I32(n*v.lanes), left)
			JMP(LabelRef(again))
			Label(done)
		}
		TESTQ(left, left)
		JZ(LabelRef(v.label("next")))
		copyVector(0, mask)
		Label(v.label("next"))
		LEAQ(Mem{Base: dst, Index: ldd, Scale: 4}, dst)
		LEAQ(Mem{Base: src, Index: lds, Scale: 4}, src)
		DECQ(rows)
		JNZ(LabelRef(v.label("row")))
	})
}
