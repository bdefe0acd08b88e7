// Command peak writes the assembly that measures how fast a processor multiplies
// and adds:
//
//	go generate ./internal/f32
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
	"zoo/internal/f32/gen/lanes"
)

func main() {
	Constraint("!noasm")
	for _, v := range lanes.Sets() {
		loop(v)
	}
	Generate("peak")
}

// loop writes a loop of multiply-adds that depend on no memory and, within a
// round, on none of the others.
func loop(v lanes.Set) {
	// More sums than two units with latencies of 4 or 5 cycles can have under way, or
	// four of an arm64 processor, and few enough for the registers.
	chains := 12
	if v.Limits().Vectors == 32 {
		chains = 24
	}
	name := v.Name() + "Fma"
	TEXT(name, "func(n int, sums *float32)", v.Limits())
	Doc(fmt.Sprintf("%s adds 1·1 to each of %d sums, n times: %d vectors of %d.", name, chains*v.Lanes(), chains, v.Lanes()))
	n, sums := Load("n"), Load("sums")
	one := v.Constant(1)
	var sum []reg.VecVirtual
	for range chains {
		sum = append(sum, v.Zero())
	}
	Label("loop")
	for _, s := range sum {
		v.FmaTo(one, one, s)
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	for i, s := range sum {
		v.Store(s, Mem{Base: sums, Disp: 4 * v.Lanes() * i}, nil)
	}
	v.Return()
}
