package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
)

// sumRowsKernel writes the addition of rows in float32 and in their order.
func sumRowsKernel() {
	kernel("addRowsGroup", "rows, stride, width int, dst, src *float32", "dst += the sum of the rows of src, for one group of columns.", func(v isa) {
		width := Load("width")
		CMPQ(width, I32(columnGroup*v.Lanes()))
		JLT(LabelRef("narrow"))
		addRows(v, "whole", nil)
		v.Return()
		Label("narrow")
		addRows(v, "masked", v.Masks(width, columnGroup))
	})
}

func addRows(v isa, label string, masks []func() reg.Register) {
	rows, stride := Load("rows"), Load("stride")
	dst, src := Load("dst"), Load("src")
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
		sums = append(sums, v.Load(Mem{Base: dst, Disp: 4 * v.Lanes() * u}, m))
	})
	Label(fmt.Sprintf("%srow", label))
	each(func(u int, m reg.Register) {
		v.AddTo(v.Load(Mem{Base: src, Disp: 4 * v.Lanes() * u}, m), sums[u])
	})
	ADDQ(stride, src)
	DECQ(rows)
	JNZ(LabelRef(fmt.Sprintf("%srow", label)))
	each(func(u int, m reg.Register) { v.Store(sums[u], Mem{Base: dst, Disp: 4 * v.Lanes() * u}, m) })
}
