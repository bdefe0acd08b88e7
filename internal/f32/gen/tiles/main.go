// Command tiles writes the matrix products of package f32 in assembly. It lies in
// a module of its own, so that the generator is no dependency of zoo:
//
//	go generate ./internal/f32
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/lanes"
)

func main() {
	ConstraintExpr("!noasm")
	table := lanes.Masks()
	for vectors, rows := range []int{16, 14, 9, 6} {
		product(avx512{}, vectors+1, rows)
	}
	for vectors, rows := range []int{12, 6, 4} {
		product(&avx2{lanes.AVX2{Table: table}}, vectors+1, rows)
	}
	copyPanel()
	Generate()
}

// A set is a set of instructions, as far as the tiles differ by it.
type set interface {
	lanes.Set
	add(from Mem, to reg.Register, masked bool)
	// multiply adds a, broadcast, times each vector of b to its sum.
	multiply(a Mem, b, sums []reg.VecVirtual)
}

// product writes a function for tiles of up to most rows and as many columns as
// the vectors hold.
func product(isa set, vectors, most int) {
	width := isa.Bytes() / 4
	name := fmt.Sprintf("%sx%d", isa.Name(), width*vectors)
	TEXT(name, NOSPLIT, "func(rows, columns, depth, fours int, a *float32, row, step int, b *float32, ldb int, segments *int, n int, c *float32, ldc int, accumulate bool)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s computes a product of 1 to %d rows and %d to %d columns, with the sums in registers.", name, most, width*(vectors-1)+1, width*vectors),
		"segments points to n pairs of offsets, in a and in b. Of the terms of each segment, 4·fours are read in whole vectors.")
	t := tile{set: isa, vectors: vectors, rows: Load(Param("rows"), GP64()).(reg.GPVirtual)}
	last := Load(Param("columns"), GP64()).(reg.GPVirtual) // of the last vector
	SUBQ(U32(width*(vectors-1)), last)
	isa.Mask(last)
	row := Load(Param("row"), GP64())
	CMPQ(row, U8(1))
	JE(LabelRef("transposed"))
	t.bodies("", most, func(rows int) operand { return newStrided(rows) })
	Label("transposed")
	t.bodies("transposed", most, func(int) operand { return newColumns() })
}

type tile struct {
	set
	vectors int
	rows    reg.GPVirtual
}

// bodies writes a body for every number of rows.
func (t tile) bodies(prefix string, most int, a func(rows int) operand) {
	t.dispatch(prefix, 1, most)
	for rows := 1; rows <= most; rows++ {
		t.body(fmt.Sprintf("%srows%d", prefix, rows), rows, a(rows))
	}
}

// dispatch jumps to the body for the number of rows, by bisection.
func (t tile) dispatch(prefix string, lo, hi int) {
	if lo == hi {
		JMP(LabelRef(fmt.Sprintf("%srows%d", prefix, lo)))
		return
	}
	mid := (lo + hi) / 2
	CMPQ(t.rows, U32(mid))
	above := fmt.Sprintf("%sabove%d", prefix, mid)
	JHI(LabelRef(above))
	t.dispatch(prefix, lo, mid)
	Label(above)
	t.dispatch(prefix, mid+1, hi)
}

// body writes the product of a number of rows.
func (t tile) body(name string, rows int, a operand) {
	Label(name)
	to := func(s string) LabelRef { return LabelRef(name + s) }
	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		sums[i] = t.registers()
		for _, s := range sums[i] {
			t.Zero(s)
		}
	}
	a.prepare()
	b := newLines()
	b.prepare()
	segment, end := Load(Param("segments"), GP64()), Load(Param("n"), GP64())
	SHLQ(U8(4), end)
	ADDQ(segment, end)
	left, fours := GP64(), GP64()
	term := func(l, terms int, masked bool) {
		x := t.registers()
		for v, x := range x {
			t.Load(b.at(l).Offset(v*t.Bytes()), x, masked && v == t.vectors-1)
		}
		for i := range rows {
			t.multiply(a.at(i, l), x, sums[i])
		}
		a.next(l, terms)
		b.next(l, terms)
	}

	Label(name + "segment")
	a.begin(Mem{Base: segment})
	b.begin(Mem{Base: segment, Disp: 8})
	Load(Param("depth"), left)
	a.skip(to("single"))
	Load(Param("fours"), fours)
	TESTQ(fours, fours)
	JZ(to("single"))
	Label(name + "four")
	for l := range unroll {
		term(l, unroll, false)
	}
	SUBQ(U8(unroll), left)
	DECQ(fours)
	JNZ(to("four"))
	TESTQ(left, left)
	JZ(to("next"))
	Label(name + "single")
	term(0, 1, true)
	DECQ(left)
	JNZ(to("single"))
	Label(name + "next")
	ADDQ(U8(16), segment)
	CMPQ(segment, end)
	JNE(to("segment"))

	c, ldc := Load(Param("c"), GP64()), distance("ldc")
	q := Mem{Base: GP64()}
	accumulate := Load(Param("accumulate"), GP8())
	TESTB(accumulate, accumulate)
	JZ(to("overwrite"))
	MOVQ(c, q.Base)
	for i := range rows {
		for v, s := range sums[i] {
			t.add(q.Offset(v*t.Bytes()), s, v == t.vectors-1)
		}
		ADDQ(ldc, q.Base)
	}
	Label(name + "overwrite")
	for i := range rows {
		for v, s := range sums[i] {
			t.Store(s, Mem{Base: c, Disp: v * t.Bytes()}, v == t.vectors-1)
		}
		if i < rows-1 {
			ADDQ(ldc, c)
		}
	}
	VZEROUPPER()
	RET()
}

func (t tile) registers() (r []reg.VecVirtual) {
	for range t.vectors {
		r = append(r, t.Vector())
	}
	return r
}
