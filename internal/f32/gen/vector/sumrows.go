package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sumRowsKernel writes the addition of rows in float32 and in their order.
func sumRowsKernel() {
	kernel("addRowsGroup", "rows, stride, width int, dst, src *float32", "dst += the sum of the rows of src, for one group of columns.", func(v isa) {
		width := Load(Param("width"), GP64())
		CMPQ(width, I32(columnGroup*v.lanes))
		JLT(LabelRef(v.label("narrow")))
		addRows(v, "whole", nil)
		VZEROUPPER()
		RET()
		Label(v.label("narrow"))
		addRows(v, "masked", v.masks(width, columnGroup))
	})
}

func addRows(v isa, label string, masks []func() reg.Register) {
	rows, stride := Load(Param("rows"), GP64()), Load(Param("stride"), GP64())
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	SHLQ(Imm(2), stride)
	each := func(f func(u int, mask reg.Register)) {
		for u := range columnGroup {
			var m reg.Register
			if masks != nil {
				m = masks[u]()
			}
			f(u, m)
		}
	}
	var sums []reg.VecVirtual
	each(func(u int, m reg.Register) {
		sums = append(sums, v.load(Mem{Base: dst, Disp: 4 * v.lanes * u}, m))
	})
	Label(v.label("%srow", label))
	each(func(u int, m reg.Register) {
		VADDPS(v.load(Mem{Base: src, Disp: 4 * v.lanes * u}, m), sums[u], sums[u])
	})
	ADDQ(stride, src)
	DECQ(rows)
	JNZ(LabelRef(v.label("%srow", label)))
	each(func(u int, m reg.Register) { v.store(sums[u], Mem{Base: dst, Disp: 4 * v.lanes * u}, m) })
}
