// Command pause writes the assembly of a worker that waits for work:
//
//	go generate ./internal/f32
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func main() {
	ConstraintExpr("!noasm")
	TEXT("pause", NOSPLIT, "func(n int)")
	Doc("pause lets n moments pass, in which the core's other thread has the core.")
	n := Load(Param("n"), GP64())
	Label("loop")
	PAUSE()
	DECQ(n)
	JNZ(LabelRef("loop"))
	RET()
	Generate()
}
