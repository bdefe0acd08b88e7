// Command peak writes the assembly that measures how fast a processor multiplies
// and adds:
//
//	go generate ./internal/f32
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!noasm")
	loop("fmaAVX2", 8, YMM)
	loop("fmaAVX512", 16, ZMM)
	Generate()
}

// chains is how many sums are under way at once: more than the 8 to 10 that two
// units with latencies of 4 or 5 cycles can have, and few enough for 16 registers.
const chains = 12

// loop writes a loop of multiply-adds that depend on no memory and, within a
// round, on none of the others.
func loop(name string, lanes int, register func() reg.VecVirtual) {
	TEXT(name, NOSPLIT, "func(n int, sums *float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s adds 1·1 to each of %d sums, n times: %d vectors of %d.", name, chains*lanes, chains, lanes))
	n, sums := Load(Param("n"), GP64()), Load(Param("sums"), GP64())
	one := register()
	Comment("1 in each lane, from its bits")
	bits := GP32()
	MOVL(U32(0x3f800000), bits)
	x := XMM()
	VMOVD(bits, x)
	VBROADCASTSS(x, one)
	var sum []reg.VecVirtual
	for range chains {
		s := register()
		if lanes == 16 {
			VPXORD(s, s, s)
		} else {
			VXORPS(s, s, s)
		}
		sum = append(sum, s)
	}
	Label("loop")
	for _, s := range sum {
		VFMADD231PS(one, one, s)
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	for i, s := range sum {
		VMOVUPS(s, Mem{Base: sums, Disp: 4 * lanes * i})
	}
	VZEROUPPER()
	RET()
}
