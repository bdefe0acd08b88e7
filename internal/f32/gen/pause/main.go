// Command pause writes the assembly of a worker that waits for work:
//
//	go generate ./internal/f32
package main

import (
	. "github.com/mmcloughlin/avo/operand"

	. "zoo/internal/f32/gen/asm"
)

func main() {
	Constraint("!noasm")
	TEXT("pause", "func(n int)", Limits{})
	Doc("pause lets n moments pass, in which the core's other thread has the core.")
	n := Load("n")
	Label("loop")
	if ARM64() {
		ARM("YIELD", nil, nil)
	} else {
		AMD64.PAUSE()
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	RET()
	Generate("pause")
}
