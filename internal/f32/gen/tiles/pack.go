package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// panel is the width of a packed panel.
const panel = 64

// ahead is how many lines before its turn a line is fetched: pieces of distant
// lines are too short for the machine to see where they go on.
const ahead = 12

// copyPanel writes the function that packs lines.
func copyPanel() {
	TEXT("copyPanel", NOSPLIT, "func(dst, src *float32, ld, lines int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("copyPanel copies %d values of each line. Lines are ld apart in src, and neighbours in dst.", panel))
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	ld, lines, far := distance("ld"), Load(Param("lines"), GP64()), GP64()
	IMUL3Q(U8(ahead), ld, far)
	Label("line")
	for at := 0; at < 4*panel; at += 64 {
		PREFETCHT0(Mem{Base: src, Index: far, Scale: 1, Disp: at})
	}
	for at := 0; at < 4*panel; at += 32 {
		x := YMM()
		VMOVUPS(Mem{Base: src, Disp: at}, x)
		VMOVUPS(x, Mem{Base: dst, Disp: at})
	}
	ADDQ(ld, src)
	ADDQ(U32(4*panel), dst)
	DECQ(lines)
	JNZ(LabelRef("line"))
	VZEROUPPER()
	RET()
}
