// Command vector writes the vector loops of package f32: every kernel once for each set of
// instructions, and on amd64 one function that asks vectorLanes which of
// them to run.
//
//	go generate ./internal/f32
package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/operand"

	. "zoo/internal/f32/gen/asm"
)

func main() {
	Constraint("!noasm")
	elementwiseKernels()
	rowKernels()
	columnKernels()
	mathKernels()
	recurrentKernels()
	solverKernels()
	reductionKernels()
	poolKernels()
	lrnKernels()
	dropoutKernel()
	copyRowsKernel()
	transposeKernel()
	Generate("vector")
}

// kernel writes a function whose body is written by emit, once for each set.
func kernel(name, parameters, doc string, emit func(v isa)) {
	signature := "func(" + parameters + ")"
	all := isas()
	if len(all) > 1 {
		dispatch(name, signature, doc, all)
	}
	for _, v := range all {
		if len(all) > 1 {
			TEXT(v.Name()+capital(name), signature, v.Limits())
		} else {
			TEXT(name, signature, v.Limits())
			Doc(name + " is " + doc)
		}
		emit(v)
		v.Return()
	}
}

// dispatch writes the function that goes on in that of the set that runs, the widest
// first.
func dispatch(name, signature, doc string, all []isa) {
	TEXT(name, signature, Limits{})
	Doc(name + " is " + doc)
	for i, v := range all[:len(all)-1] {
		next := fmt.Sprint("narrower", i)
		CMPQ(NewDataAddr(Symbol{Name: "·vectorLanes"}, 0), Imm(uint64(v.Lanes())))
		JNE(LabelRef(next))
		JMPTo(v.Name() + capital(name))
		Label(next)
	}
	JMPTo(all[len(all)-1].Name() + capital(name))
}

// capital begins a name with a capital letter.
func capital(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
