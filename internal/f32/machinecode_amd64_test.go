//go:build linux && !noasm

package f32

import (
	"debug/elf"
	"debug/gosym"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// TestMachineCode decodes what was made of the assembly. A processor without AVX-512 knows
// no EVEX encoding, and the assembler takes one of its own accord for an instruction of
// AVX2 that names a register which only AVX-512 has. Nothing may be SSE, which is slow
// between AVX instructions.
func TestMachineCode(t *testing.T) {
	found := map[string]int{}
	for name, code := range assembled(t) {
		set := "general"
		for _, s := range []string{"avx512", "avx2"} {
			if strings.HasPrefix(name, s) {
				set = s
			}
		}
		found[set]++
		encodings, err := count(code)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := encodings["EVEX"]; n > 0 && set != "avx512" {
			t.Errorf("%s: %d instructions are of AVX-512", name, n)
		}
		if n := encodings["SSE"]; n > 0 {
			t.Errorf("%s: %d instructions are of SSE", name, n)
		}
		if set != "general" && encodings["EVEX"]+encodings["VEX"] == 0 {
			t.Errorf("%s: no instruction is of AVX", name)
		}
	}
	if found["avx2"] < 80 || found["avx512"] < 80 || found["general"] < 70 {
		t.Errorf("have %v functions, want at least 80 of each set and 70 others", found)
	}
}

// assembled returns the code of this package's functions in assembly, from the program
// that runs. (Go's wrappers of them have the same names: of two, the longer one is kept.)
func assembled(t *testing.T) map[string][]byte {
	f, err := elf.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := f.Section(".text")
	code, err := text.Data()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := f.Section(".gopclntab").Data()
	if err != nil {
		t.Fatal(err)
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(lines, text.Addr))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range table.Funcs {
		name, ours := strings.CutPrefix(f.Name, "zoo/internal/f32.")
		file, _, _ := table.PCToLine(f.Entry)
		if ours && strings.HasSuffix(file, "_amd64.s") && f.End-f.Entry > uint64(len(all[name])) {
			all[name] = code[f.Entry-text.Addr : f.End-text.Addr]
		}
	}
	if len(all) == 0 {
		t.Fatal("no function of this package is in assembly")
	}
	return all
}

// count decodes code, and counts the instructions by their encoding: EVEX, VEX, SSE and
// general.
func count(code []byte) (map[string]int, error) {
	n := map[string]int{}
	for at := 0; at < len(code); {
		kind, length, err := decode(code[at:])
		if err != nil {
			return nil, fmt.Errorf("at byte %d, % x: %w", at, code[at:min(at+15, len(code))], err)
		}
		n[kind]++
		at += length
	}
	return n, nil
}

// decode returns the encoding and the length of an instruction. x86asm does not know the
// encodings of AVX: Intel's manual, volume 2, sections 2.3 and 2.7.
func decode(code []byte) (kind string, length int, err error) {
	code = append(code[:len(code):len(code)], make([]byte, 16)...)
	var table byte
	prefix := 0
	switch code[0] {
	case 0xc5:
		kind, prefix, table = "VEX", 2, 1
	case 0xc4:
		kind, prefix, table = "VEX", 3, code[1]&0x1f
	case 0x62:
		kind, prefix, table = "EVEX", 4, code[1]&7
	default:
		i, err := x86asm.Decode(code, 64)
		if err != nil {
			return "", 0, err
		}
		for _, a := range i.Args {
			if r, ok := a.(x86asm.Reg); ok && r >= x86asm.X0 && r <= x86asm.X15 {
				return "SSE", i.Len, nil
			}
		}
		return "general", i.Len, nil
	}
	op, modrm := code[prefix], code[prefix+1]
	length = prefix + 2
	switch {
	case table < 1 || table > 3:
		return "", 0, fmt.Errorf("opcode table %d is none of AVX", table)
	case table == 1 && op == 0x77: // VZEROUPPER
		return kind, length - 1, nil
	case table == 3, table == 1 && (op >= 0x70 && op <= 0x73 || op == 0xc2 || op >= 0xc4 && op <= 0xc6):
		length++ // an immediate byte
	}
	mod, rm := modrm>>6, modrm&7
	if mod == 3 {
		return kind, length, nil
	}
	base := rm
	if rm == 4 {
		base = code[prefix+2] & 7
		length++
	}
	switch {
	case mod == 1:
		length++
	case mod == 2, mod == 0 && base == 5:
		length += 4
	}
	return kind, length, nil
}
