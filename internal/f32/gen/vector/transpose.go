package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
	"zoo/internal/f32/gen/lanes"
)

// transposeKernel writes the transposition of 8×8 values.
func transposeKernel() {
	kernel("transpose8x8", "dst *float32, ldd int, src *float32, lds int",
		"dst = srcᵀ for 8×8 values; ldd and lds are the lengths of the matrices' rows.", func(v isa) {
			dst, ldd := Load("dst"), Load("ldd")
			src, lds := Load("src"), Load("lds")
			SHLQ(Imm(2), ldd)
			SHLQ(Imm(2), lds)
			if ARM64() {
				transposeQuarters(v, dst, ldd, src, lds)
			} else {
				transposeWhole(dst, ldd, src, lds)
			}
		})
}

// transposeWhole joins rows in pairs, then in fours, then in eights. It is the same
// for both sets of amd64.
func transposeWhole(dst, ldd, src, lds reg.Register) {
	var rows, twos, fours [8]reg.VecVirtual
	for i := range rows {
		rows[i] = AMD64.YMM()
		AMD64.VMOVUPS(Mem{Base: src}, rows[i])
		ADDQ(lds, src)
	}
	for i := 0; i < 8; i += 2 {
		twos[i], twos[i+1] = AMD64.YMM(), AMD64.YMM()
		AMD64.VUNPCKLPS(rows[i+1], rows[i], twos[i])
		AMD64.VUNPCKHPS(rows[i+1], rows[i], twos[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for k := range 2 {
			low, high := AMD64.YMM(), AMD64.YMM()
			AMD64.VSHUFPS(U8(0x44), twos[i+k+2], twos[i+k], low)
			AMD64.VSHUFPS(U8(0xee), twos[i+k+2], twos[i+k], high)
			fours[i+2*k], fours[i+2*k+1] = low, high
		}
	}
	for _, half := range []U8{0x20, 0x31} {
		for i := range 4 {
			eight := AMD64.YMM()
			AMD64.VPERM2F128(half, fours[i+4], fours[i], eight)
			AMD64.VMOVUPS(eight, Mem{Base: dst})
			ADDQ(ldd, dst)
		}
	}
}

// transposeQuarters transposes four times 4×4 values, in vectors of four.
func transposeQuarters(v isa, dst, ldd, src, lds reg.Register) {
	var columns [8][2]reg.VecVirtual // of the result's rows
	for half := range 2 {
		var rows [4][2]reg.VecVirtual
		for i := range rows {
			for k := range 2 {
				rows[i][k] = v.Load(Mem{Base: src, Disp: 16 * k}, nil)
			}
			ADDQ(lds, src)
		}
		for k := range 2 {
			for i, r := range lanes.Transpose(rows[0][k], rows[1][k], rows[2][k], rows[3][k]) {
				columns[4*k+i][half] = r
			}
		}
	}
	for _, row := range columns {
		for k, r := range row {
			v.Store(r, Mem{Base: dst, Disp: 16 * k}, nil)
		}
		ADDQ(ldd, dst)
	}
}
