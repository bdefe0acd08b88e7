// Command tiles writes the matrix products of package f32 in assembly. It is in a
// module of its own, so that zoo does not depend on the generator:
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

// most is how many rows a tile of one, two, ... vectors has: as many as the registers
// hold, with what is multiplied.
var most = map[string][]int{
	"avx512": {16, 14, 9, 6},
	"avx2":   {12, 6, 4},
	"neon":   {8, 8, 7, 5},
}

func main() {
	Constraint("!noasm")
	for _, s := range lanes.Sets() {
		for vectors, rows := range most[s.Name()] {
			product(tile{Set: s, vectors: vectors + 1}, rows)
		}
	}
	copyPanel()
	Generate("tiles")
}

// A tile is a product whose columns fill some vectors, the last of them perhaps in part.
type tile struct {
	lanes.Set
	vectors int
	rows    reg.GPVirtual
	mask    func() lanes.Mask // of the last vector
}

// product writes a function for tiles of up to most rows and as many columns as
// the vectors hold.
func product(t tile, most int) {
	width := t.Lanes()
	name := fmt.Sprintf("%sx%d", t.Name(), width*t.vectors)
	TEXT(name, "func(rows, columns, depth, fours int, a *float32, row, step int, b *float32, ldb int, segments *int, n int, c *float32, ldc int, accumulate bool)", t.Limits())
	Doc(fmt.Sprintf("%s computes a product of 1 to %d rows and %d to %d columns, with the sums in registers.", name, most, width*(t.vectors-1)+1, width*t.vectors),
		"segments points to n pairs of offsets, in a and in b. Of the terms of each segment, 4·fours are read in whole vectors.")
	t.rows = Load("rows")
	last := Load("columns")
	SUBQ(I32(width*(t.vectors-1)), last)
	t.mask = t.Masks(last, 1)[0]
	row := Load("row")
	CMPQ(row, U8(1))
	JE(LabelRef("transposed"))
	t.bodies("", most, false)
	Label("transposed")
	t.bodies("transposed", most, true)
}

// bodies writes a body for every number of rows. In a transposed a they are neighbours.
func (t tile) bodies(prefix string, most int, transposed bool) {
	t.dispatch(prefix, 1, most)
	for rows := 1; rows <= most; rows++ {
		t.body(fmt.Sprintf("%srows%d", prefix, rows), rows, newTerms(t, rows, transposed))
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

// terms are what a product sums up.
type terms interface {
	prepare()
	// begin goes to the beginning of a segment, and skip jumps where single terms only
	// can be addressed.
	begin(segment reg.Register)
	skip(to LabelRef)
	// four adds the next four terms, whose vectors of b are whole, and one adds the next.
	four(sums [][]reg.VecVirtual)
	one(sums [][]reg.VecVirtual)
}

func newTerms(t tile, rows int, transposed bool) terms {
	switch {
	case ARM64() && transposed:
		return &neonColumns{neonTerms: neonTerms{tile: t, rows: rows}}
	case ARM64():
		return &neonRows{neonTerms: neonTerms{tile: t, rows: rows}}
	case transposed:
		return &avxTerms{tile: t, a: newColumns(), b: newLines()}
	}
	return &avxTerms{tile: t, a: newStrided(rows), b: newLines()}
}

// body writes the product of a number of rows.
func (t tile) body(name string, rows int, terms terms) {
	Label(name)
	to := func(s string) LabelRef { return LabelRef(name + s) }
	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		sums[i] = t.registers()
		for _, s := range sums[i] {
			t.Clear(s)
		}
	}
	terms.prepare()
	segment, end := Load("segments"), Load("n")
	SHLQ(U8(4), end)
	ADDQ(segment, end)
	left, fours := GP64(), GP64()

	Label(name + "segment")
	terms.begin(segment)
	LoadTo("depth", left)
	terms.skip(to("single"))
	LoadTo("fours", fours)
	TESTQ(fours, fours)
	JZ(to("single"))
	Label(name + "four")
	terms.four(sums)
	SUBQ(U8(unroll), left)
	DECQ(fours)
	JNZ(to("four"))
	TESTQ(left, left)
	JZ(to("next"))
	Label(name + "single")
	terms.one(sums)
	DECQ(left)
	JNZ(to("single"))
	Label(name + "next")
	ADDQ(U8(16), segment)
	CMPQ(segment, end)
	JNE(to("segment"))

	c, ldc, q := Load("c"), distance("ldc"), GP64()
	accumulate := Load("accumulate")
	TESTQ(accumulate, accumulate)
	JZ(to("overwrite"))
	MOVQ(c, q)
	for i := range rows {
		for v, s := range sums[i] {
			t.AddTo(t.Load(Mem{Base: q, Disp: 4 * t.Lanes() * v}, t.maskOf(v)), s)
		}
		ADDQ(ldc, q)
	}
	Label(name + "overwrite")
	for i := range rows {
		for v, s := range sums[i] {
			t.Store(s, Mem{Base: c, Disp: 4 * t.Lanes() * v}, t.maskOf(v))
		}
		if i < rows-1 {
			ADDQ(ldc, c)
		}
	}
	t.Return()
}

// maskOf is the mask of a vector: the last one has one.
func (t tile) maskOf(v int) lanes.Mask {
	if v < t.vectors-1 {
		return nil
	}
	return t.mask()
}

func (t tile) registers() (r []reg.VecVirtual) {
	for range t.vectors {
		r = append(r, t.Reg())
	}
	return r
}
