package asm

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ARM adds an instruction of arm64 to the function. Its format is the assembler's, with
// a % for each operand: of a vector register it is the number only, as the
// instruction says what it sees in it. in and out are what the instruction reads and
// writes, for the allocation of registers.
func ARM(format string, in, out []op, operands ...op) {
	emit(&ir.Instruction{Opcode: format, Operands: operands, Inputs: in, Outputs: out})
}

// Word adds an instruction that Go's assembler does not know: its bits, to which the
// numbers of the registers d, n and m are added. The meaning is written beside it.
func Word(code uint32, meaning string, in, out []op, registers ...op) {
	emit(&ir.Instruction{Opcode: meaning, Suffixes: []string{fmt.Sprintf("%08x", code)}, Operands: registers, Inputs: in, Outputs: out})
}

func ins(ops ...op) (registers []op) {
	for _, op := range ops {
		for _, r := range operand.Registers(op) {
			if _, ok := r.(fixed); !ok && r.Kind() != reg.KindPseudo {
				registers = append(registers, r)
			}
		}
	}
	return registers
}

// outs are the registers among the operands, as memory is not allocated.
func outs(ops ...op) (registers []op) {
	for _, op := range ops {
		if _, ok := op.(operand.Mem); !ok {
			registers = append(registers, ins(op)...)
		}
	}
	return registers
}

// In and Out list what an instruction reads and writes.
func In(ops ...op) []op  { return ins(ops...) }
func Out(ops ...op) []op { return outs(ops...) }

// A fixed register is one that is never allocated: avo knows amd64's only, and those are
// arm64's R0 to R15.
type fixed struct {
	reg.Physical
	name string
}

func (f fixed) Asm() string { return f.name }

// Fixed returns one of arm64's registers that are not allocated. R16, R17 and R19 to R25
// hold addresses that Reach computes, in functions that call it with an index, and R26
// that of the constants.
func Fixed(n int) reg.Register { return fixed{reg.FramePointer, fmt.Sprint("R", n)} }

// An address is a base and an index whose sum a fixed register holds.
type address struct {
	base, index reg.Register
	scale       uint8
	in          reg.Register
}

var (
	holders   = []reg.Register{Fixed(16), Fixed(17), Fixed(19), Fixed(20), Fixed(21), Fixed(22), Fixed(23), Fixed(24), Fixed(25)}
	addresses []address // that are held, the oldest first
)

func forgetAddresses() { addresses = nil }

// Within writes code in whose labels nothing is forgotten, as it begins and ends there,
// and computes no address.
func Within(code func()) {
	kept := addresses
	code()
	addresses = kept
}

// forgetWritten forgets the addresses that depend on a register that is written.
func forgetWritten(i *ir.Instruction) {
	for _, out := range i.Outputs {
		addresses = slices.DeleteFunc(addresses, func(a address) bool {
			return a.base == out || a.index == out
		})
	}
}

// Reach returns m as the loads and stores of vectors can address it on arm64, which is
// without an index.
func Reach(m operand.Mem) operand.Mem {
	if m.Index == nil {
		return m
	}
	for _, a := range addresses {
		if a.base == m.Base && a.index == m.Index && a.scale == m.Scale {
			return operand.Mem{Base: a.in, Disp: m.Disp}
		}
	}
	a := address{m.Base, m.Index, m.Scale, nil}
	if len(addresses) == len(holders) {
		a.in = addresses[0].in
		addresses = addresses[1:]
	} else {
		for _, h := range holders {
			if !slices.ContainsFunc(addresses, func(a address) bool { return a.in == h }) {
				a.in = h
				break
			}
		}
	}
	addresses = append(addresses, a)
	ARM(fmt.Sprintf("ADD %%<<%d, %%, %%", bits.TrailingZeros8(m.Scale)), ins(m.Base, m.Index), nil, m.Index, m.Base, a.in)
	return operand.Mem{Base: a.in, Disp: m.Disp}
}

func reach(o op) op {
	if m, ok := o.(operand.Mem); ok {
		return Reach(m)
	}
	return o
}

// inRegister loads an operand from memory into R27, which the assembler uses, too, but
// never from one instruction to the next.
func inRegister(o op) op {
	m, ok := o.(operand.Mem)
	if !ok {
		return o
	}
	ARM("MOVD %, %", ins(m), nil, Reach(m), Fixed(27))
	return Fixed(27)
}

// Constants is the place of 16 bytes that are constant. All of them are in one table, whose
// address a function that has some begins with.
func Constants(values [4]operand.U32) operand.Mem {
	if len(constants) == 0 {
		GLOBL("constants")
	}
	at, ok := constants[values]
	if !ok {
		at = 16 * len(constants)
		constants[values] = at
		for i, v := range values {
			DATA(at+4*i, v)
		}
	}
	if f := functions[len(functions)-1]; len(withConstants) == 0 || withConstants[len(withConstants)-1] != f {
		withConstants = append(withConstants, f)
	}
	return operand.Mem{Base: Fixed(26), Disp: at}
}

var (
	constants     = map[[4]operand.U32]int{}
	functions     []string // so far
	withConstants []string
)

// addressConstants writes the beginning of the functions that have constants.
func addressConstants(f *ir.Function) error {
	if slices.Contains(withConstants, f.Name) {
		table := operand.NewDataAddr(operand.NewStaticSymbol("constants"), 0)
		f.Nodes = slices.Insert(f.Nodes, 0, ir.Node(&ir.Instruction{Opcode: "MOVD $%, %", Operands: []op{table, Fixed(26)}}))
	}
	return nil
}

// pruneMoves removes copies of registers to themselves.
func pruneMoves(f *ir.Function) error {
	f.Nodes = slices.DeleteFunc(f.Nodes, func(n ir.Node) bool {
		i, ok := n.(*ir.Instruction)
		return ok && len(i.Operands) == 2 && i.Operands[0] == i.Operands[1] && (i.Opcode == "MOVD %, %" || i.Opcode == "VMOV V%.B16, V%.B16")
	})
	return nil
}
