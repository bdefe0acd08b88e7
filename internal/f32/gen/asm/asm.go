// Package asm is the assembler in which the generators of package f32 write their
// kernels. General instructions bear their names of amd64, and are written for amd64 or
// for arm64, as the flag -arch says; vector instructions come from package lanes.
// Registers are virtual: avo allocates them for both architectures.
package asm

import (
	"flag"
	"fmt"
	"go/types"
	"log"
	"os"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

var (
	arch = flag.String("arch", "amd64", "amd64 or arm64")
	to   = flag.String("to", "", "the assembly to write, without _ARCH.s; its Go declarations are written beside it")
)

// AMD64 has amd64's instructions, for the code that is its own.
var AMD64 = build.NewContext()

// sets are the sets of instructions of the functions so far.
var sets = map[string]Limits{}

// Limits is what a function may use: avo's names of instruction sets, and how many
// vector registers there are.
type Limits struct {
	Extensions []string
	Vectors    int
}

// ARM64 says that arm64 is what code is written for.
func ARM64() bool {
	if !flag.Parsed() {
		flag.Parse()
		if *arch != "amd64" && *arch != "arm64" {
			log.Fatalf("have -arch %s, want amd64 or arm64", *arch)
		}
	}
	return *arch == "arm64"
}

// TEXT begins a function that may use what the limits allow.
func TEXT(name, signature string, limits Limits) {
	forgetAddresses()
	functions = append(functions, name)
	sets[name] = limits
	AMD64.Function(name)
	AMD64.Attributes(attr.NOSPLIT)
	AMD64.SignatureExpr(signature)
	AMD64.Pragma("noescape")
}

// Doc sets the function's comment.
func Doc(lines ...string) { AMD64.Doc(lines...) }

// GLOBL begins a table, to which DATA adds values.
func GLOBL(name string) operand.Mem {
	m := AMD64.StaticGlobal(name)
	AMD64.DataAttributes(attr.RODATA | attr.NOPTR)
	return m
}

// DATA adds a value to the table.
func DATA(offset int, v operand.Constant) { AMD64.AddDatum(offset, v) }

// GP64 is a new general register.
func GP64() reg.GPVirtual { return AMD64.GP64() }

// Comment writes a comment into the code.
func Comment(lines ...string) { AMD64.Comment(lines...) }

// Param is the place of a parameter.
func Param(name string) operand.Mem {
	p, err := AMD64.Param(name).Resolve()
	if err != nil {
		log.Fatal(err)
	}
	return p.Addr
}

// Load returns a parameter in a new register.
func Load(name string) reg.GPVirtual {
	r := GP64()
	LoadTo(name, r)
	return r
}

// LoadTo loads a parameter: a number, a pointer or a bool.
func LoadTo(name string, to reg.Register) {
	p, err := AMD64.Param(name).Resolve()
	if err != nil {
		log.Fatal(err)
	}
	if types.Identical(p.Type, types.Typ[types.Bool]) {
		MOVBQZX(p.Addr, to)
	} else {
		MOVQ(p.Addr, to)
	}
}

// Generate compiles what was written, and writes the assembly and its declarations.
func Generate(command string) {
	arm := ARM64()
	file, err := AMD64.Result()
	if err != nil {
		log.Fatal(err)
	}
	config := printer.Config{Name: "go", Argv: []string{"go", "run", "./" + command}, Pkg: "f32"}
	assembly := printer.NewGoAsm(config)
	passes := []pass.Interface{
		pass.Verify,
		pass.FunctionPass(pass.PruneJumpToFollowingLabel),
		pass.FunctionPass(pass.PruneDanglingLabels),
		pass.FunctionPass(pass.LabelTarget),
		pass.FunctionPass(pass.CFG),
		pass.InstructionPass(pass.ZeroExtend32BitOutputs),
		pass.FunctionPass(pass.Liveness),
		pass.FunctionPass(allocate),
		pass.FunctionPass(pass.BindRegisters),
		pass.FunctionPass(pass.VerifyAllocation),
		pass.Func(pass.IncludeTextFlagHeader),
	}
	if arm {
		assembly = &armPrinter{config: config}
		passes = slices.Insert(passes, 0, pass.Interface(pass.FunctionPass(addressConstants)))
		passes = append(passes, pass.FunctionPass(pruneMoves))
	} else {
		passes = append(passes, pass.FunctionPass(pass.EnsureBasePointerCalleeSaved), pass.FunctionPass(pass.PruneSelfMoves), pass.FunctionPass(pass.RequiredISAExtensions))
	}
	passes = append(passes, pass.FunctionPass(check))
	for _, p := range passes {
		if err := p.Execute(file); err != nil {
			log.Fatal(err)
		}
	}
	write := func(name string, p printer.Printer) {
		text, err := p.Print(file)
		if err == nil {
			err = os.WriteFile(name, text, 0o644)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	write(fmt.Sprintf("%s_%s.s", *to, *arch), assembly)
	write(fmt.Sprintf("%s_%s.go", *to, *arch), printer.NewStubs(config))
}

// emit adds an instruction to the function.
func emit(i *ir.Instruction) {
	AMD64.Instruction(i)
	if *arch == "arm64" {
		forgetWritten(i)
	}
}

// Constraint is the build constraint of the files.
func Constraint(expression string) { AMD64.ConstraintExpr(expression) }
