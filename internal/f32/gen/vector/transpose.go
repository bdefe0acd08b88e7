package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposeKernel writes the transposition of 8×8 values: rows are joined in
// pairs, then in fours, then in eights. It is the same for both ISAs.
func transposeKernel() {
	declare("transpose8x8", "dst *float32, ldd int, src *float32, lds int",
		"dst = srcᵀ for 8×8 values; ldd and lds are the lengths of the matrices' rows.")
	dst, ldd := Load(Param("dst"), GP64()), Load(Param("ldd"), GP64())
	src, lds := Load(Param("src"), GP64()), Load(Param("lds"), GP64())
	SHLQ(Imm(2), ldd)
	SHLQ(Imm(2), lds)
	var rows, twos, fours [8]reg.VecVirtual
	for i := range rows {
		rows[i] = YMM()
		VMOVUPS(Mem{Base: src}, rows[i])
		ADDQ(lds, src)
	}
	for i := 0; i < 8; i += 2 {
		twos[i], twos[i+1] = YMM(), YMM()
		VUNPCKLPS(rows[i+1], rows[i], twos[i])
		VUNPCKHPS(rows[i+1], rows[i], twos[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for k := range 2 {
			low, high := YMM(), YMM()
			VSHUFPS(U8(0x44), twos[i+k+2], twos[i+k], low)
			VSHUFPS(U8(0xee), twos[i+k+2], twos[i+k], high)
			fours[i+2*k], fours[i+2*k+1] = low, high
		}
	}
	for _, half := range []U8{0x20, 0x31} {
		for i := range 4 {
			eight := YMM()
			VPERM2F128(half, fours[i+4], fours[i], eight)
			VMOVUPS(eight, Mem{Base: dst})
			ADDQ(ldd, dst)
		}
	}
	VZEROUPPER()
	RET()
}
