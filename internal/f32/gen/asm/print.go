package asm

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/mmcloughlin/avo/buildtags"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

// An armPrinter writes the assembly of arm64.
type armPrinter struct {
	config printer.Config
	bytes.Buffer
}

func (p *armPrinter) Print(f *ir.File) ([]byte, error) {
	constraints, err := buildtags.Format(f.Constraints)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(p, "// %s\n\n%s\n", p.config.GeneratedWarning(), strings.TrimSpace(constraints))
	for _, include := range f.Includes {
		fmt.Fprintf(p, "\n#include %q\n", include)
	}
	for _, s := range f.Sections {
		switch s := s.(type) {
		case *ir.Function:
			p.function(s)
		case *ir.Global:
			p.WriteByte('\n')
			for _, d := range s.Data {
				fmt.Fprintf(p, "DATA %s/%d, %s\n", operand.NewDataAddr(s.Symbol, d.Offset).Asm(), d.Value.Bytes(), d.Value.Asm())
			}
			fmt.Fprintf(p, "GLOBL %s(SB), %s, $%d\n", s.Symbol, s.Attributes.Asm(), s.Size)
		}
	}
	return p.Bytes(), nil
}

func (p *armPrinter) function(f *ir.Function) {
	fmt.Fprintf(p, "\n// %s\nTEXT ·%s(SB), %s, $%d-%d\n", f.Stub(), f.Name, f.Attributes.Asm(), f.FrameBytes(), f.ArgumentBytes())
	for _, n := range f.Nodes {
		switch n := n.(type) {
		case *ir.Instruction:
			fmt.Fprintf(p, "\t%s\n", text(n))
		case ir.Label:
			fmt.Fprintf(p, "\n%s:\n", n)
		case *ir.Comment:
			fmt.Fprintf(p, "\n\t// %s\n", strings.Join(n.Lines, "\n\t// "))
		}
	}
}

// text is an instruction as the assembler reads it.
func text(i *ir.Instruction) string {
	name, rest := i.Opcode, ""
	if at := strings.IndexByte(name, ' '); at > 0 {
		name, rest = name[:at], name[at+1:]
	}
	for _, op := range i.Operands {
		rest = strings.Replace(rest, "%", strings.ReplaceAll(operandText(op), "%", ""), 1)
	}
	meaning := strings.TrimSpace(name + " " + rest)
	if len(i.Suffixes) == 0 {
		return meaning
	}
	code, err := strconv.ParseUint(i.Suffixes[0], 16, 32)
	if err != nil {
		panic(err)
	}
	for k, op := range i.Operands {
		code |= uint64(number(op.(reg.Register))) << [...]int{0, 5, 16}[k]
	}
	return fmt.Sprintf("WORD $0x%08x // %s", code, meaning)
}

// number is that of a register of arm64: those of amd64 count the stack pointer.
func number(r reg.Register) int { return int(reg.ToPhysical(r).PhysicalIndex()) }

func operandText(o op) string {
	switch o := o.(type) {
	case fixed:
		return o.name
	case reg.Register:
		if o.Kind() == reg.KindGP {
			return fmt.Sprint("R", number(o))
		}
		return fmt.Sprint(number(o))
	case operand.Mem:
		_, held := o.Base.(fixed)
		if !held && o.Base.Kind() != reg.KindGP {
			break
		}
		m := "(" + operandText(o.Base) + ")"
		if o.Disp != 0 {
			m = fmt.Sprint(o.Disp) + m
		}
		return m
	}
	return o.Asm()
}
