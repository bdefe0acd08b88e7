package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"

	. "zoo/internal/f32/gen/asm"
	"zoo/internal/f32/gen/lanes"
)

// panel is the width of a packed panel.
const panel = 64

// ahead is how many lines before its turn a line is fetched: pieces of distant
// lines are too short for the machine to see where they go on.
const ahead = 12

// copyPanel writes the function that packs lines, in the narrowest vectors.
func copyPanel() {
	sets := lanes.Sets()
	v := sets[len(sets)-1]
	TEXT("copyPanel", "func(dst, src *float32, ld, lines int)", v.Limits())
	Doc(fmt.Sprintf("copyPanel copies %d values of each line. Lines are ld apart in src, and neighbours in dst.", panel))
	dst, src := Load("dst"), Load("src")
	ld, lines, far := distance("ld"), Load("lines"), GP64()
	IMUL3Q(U8(ahead), ld, far)
	Label("line")
	for at := 0; at < 4*panel; at += 64 {
		PREFETCHT0(Mem{Base: src, Index: far, Scale: 1, Disp: at})
	}
	for at := 0; at < 4*panel; at += 4 * v.Lanes() {
		v.Store(v.Load(Mem{Base: src, Disp: at}, nil), Mem{Base: dst, Disp: at}, nil)
	}
	ADDQ(ld, src)
	ADDQ(U32(4*panel), dst)
	DECQ(lines)
	JNZ(LabelRef("line"))
	v.Return()
}
