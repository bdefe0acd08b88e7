package asm

import (
	"fmt"
	"math/bits"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An op is an operand: a register, a constant, a Mem or a label.
type op = operand.Op

// Label names a place in the function.
func Label(name string) {
	forgetAddresses()
	AMD64.Label(name)
}

// MOVQ copies 64 bits.
func MOVQ(from, to op) {
	if !ARM64() {
		AMD64.MOVQ(from, to)
		return
	}
	ARM("MOVD %, %", ins(from), outs(to), reach(from), reach(to))
}

// MOVBQZX loads a byte.
func MOVBQZX(from, to op) {
	if !ARM64() {
		AMD64.MOVBQZX(from, to)
		return
	}
	ARM("MOVBU %, %", ins(from), outs(to), reach(from), to)
}

// XORQ sets a register to 0; the operands are the same.
func XORQ(a, to op) {
	if !ARM64() {
		AMD64.XORQ(a, to)
		return
	}
	ARM("MOVD $0, %", nil, outs(to), to)
}

// ADDQ is to += a. Unlike amd64's, its result cannot be tested.
func ADDQ(a, to op) {
	if !ARM64() {
		AMD64.ADDQ(a, to)
		return
	}
	ARM("ADD %, %", ins(a, to), outs(to), inRegister(a), to)
}

// SUBQ is to −= a, and compares to with a.
func SUBQ(a, to op) {
	if !ARM64() {
		AMD64.SUBQ(a, to)
		return
	}
	ARM("SUBS %, %", ins(a, to), outs(to), inRegister(a), to)
}

// DECQ is to −= 1, and compares the result with 0.
func DECQ(to op) {
	if !ARM64() {
		AMD64.DECQ(to)
		return
	}
	ARM("SUBS $1, %", ins(to), outs(to), to)
}

// NEGQ is to = −to.
func NEGQ(to op) {
	if !ARM64() {
		AMD64.NEGQ(to)
		return
	}
	ARM("NEG %, %", ins(to), outs(to), to, to)
}

// ANDQ is to &= a, for a constant a.
func ANDQ(a, to op) {
	if !ARM64() {
		AMD64.ANDQ(a, to)
		return
	}
	ARM("AND %, %", ins(to), outs(to), a, to)
}

// SHLQ shifts to the left, by a constant.
func SHLQ(n, to op) {
	if !ARM64() {
		AMD64.SHLQ(n, to)
		return
	}
	ARM("LSL %, %", ins(to), outs(to), n, to)
}

// IMUL3Q is to = n·a, for a constant n.
func IMUL3Q(n, a, to op) {
	if !ARM64() {
		AMD64.IMUL3Q(n, a, to)
		return
	}
	ARM("MOVD %, R27", nil, nil, n)
	ARM("MUL R27, %, %", ins(a), outs(to), a, to)
}

// LEAQ is the address of m.
func LEAQ(m operand.Mem, to op) {
	if !ARM64() {
		AMD64.LEAQ(m, to)
		return
	}
	switch {
	case m.Base == reg.StaticBase:
		ARM("MOVD $%, %", nil, outs(to), m, to)
		return
	case m.Index == nil:
		ARM("MOVD $%, %", ins(m), outs(to), m, to)
		return
	}
	ARM(fmt.Sprintf("ADD %%<<%d, %%, %%", bits.TrailingZeros8(m.Scale)), ins(m.Base, m.Index), outs(to), m.Index, m.Base, to)
	if m.Disp != 0 {
		ARM("ADD %, %", ins(to), outs(to), operand.I32(m.Disp), to)
	}
}

// CMPQ compares a with b, for the jump or the CMOVQLT that follows.
func CMPQ(a, b op) {
	if !ARM64() {
		AMD64.CMPQ(a, b)
		return
	}
	ARM("CMP %, %", ins(a, b), nil, inRegister(b), a)
}

// TESTQ compares a register with 0; the operands are the same.
func TESTQ(a, b op) {
	if !ARM64() {
		AMD64.TESTQ(a, b)
		return
	}
	ARM("CMP $0, %", ins(a), nil, a)
}

// CMOVQLT copies a register if the comparison found less.
func CMOVQLT(from, to op) {
	if !ARM64() {
		AMD64.CMOVQLT(from, to)
		return
	}
	ARM("CSEL LT, %, %, %", ins(from, to), outs(to), from, to, to)
}

// JMP goes to a label.
func JMP(to operand.LabelRef) {
	if !ARM64() {
		AMD64.JMP(to)
		return
	}
	emit(&ir.Instruction{Opcode: "JMP %", Operands: []op{to}, IsBranch: true})
}

// JMPTo goes on in another function with the same parameters.
func JMPTo(function string) {
	opcode := "JMP"
	if ARM64() {
		opcode = "JMP %"
	}
	emit(&ir.Instruction{Opcode: opcode, Operands: []op{operand.NewDataAddr(operand.Symbol{Name: "·" + function}, 0)}, IsTerminal: true})
}

func jump(x86 func(op), arm string, to operand.LabelRef) {
	if !ARM64() {
		x86(to)
		return
	}
	emit(&ir.Instruction{Opcode: arm + " %", Operands: []op{to}, IsBranch: true, IsConditional: true})
}

// JE and the others go to a label if the last comparison found what they say; JHI is for
// numbers without a sign.
func JE(to operand.LabelRef)  { jump(AMD64.JE, "BEQ", to) }
func JZ(to operand.LabelRef)  { jump(AMD64.JZ, "BEQ", to) }
func JNE(to operand.LabelRef) { jump(AMD64.JNE, "BNE", to) }
func JNZ(to operand.LabelRef) { jump(AMD64.JNZ, "BNE", to) }
func JLT(to operand.LabelRef) { jump(AMD64.JLT, "BLT", to) }
func JLE(to operand.LabelRef) { jump(AMD64.JLE, "BLE", to) }
func JGE(to operand.LabelRef) { jump(AMD64.JGE, "BGE", to) }
func JGT(to operand.LabelRef) { jump(AMD64.JGT, "BGT", to) }
func JHI(to operand.LabelRef) { jump(AMD64.JHI, "BHI", to) }

// PREFETCHT0 brings a line near.
func PREFETCHT0(m operand.Mem) {
	if !ARM64() {
		AMD64.PREFETCHT0(m)
		return
	}
	ARM("PRFM %, PLDL1KEEP", ins(m), nil, Reach(m))
}

// RET ends the function.
func RET() {
	if !ARM64() {
		AMD64.RET()
		return
	}
	emit(&ir.Instruction{Opcode: "RET", IsTerminal: true})
}
