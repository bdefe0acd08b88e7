// Command gen writes the assembly of package f32. It is a module of its own, so
// that the generator is no dependency of zoo:
//
//	go generate ./internal/f32
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!noasm")
	for _, masked := range []bool{false, true} {
		for _, rows := range []int{12, 6, 4, 2, 1} {
			tile(rows, 1, masked)
		}
		for _, rows := range []int{6, 4, 2, 1} {
			tile(rows, 2, masked)
		}
	}
	Generate()
}

// tile writes the product of rows rows of a and 8·vectors columns of b. All sums
// stay in registers; masked tiles read and write only some of the last vector's
// columns.
func tile(rows, vectors int, masked bool) {
	name := fmt.Sprintf("tile%dx%d", rows, 8*vectors)
	columns := fmt.Sprintf("%d columns", 8*vectors)
	if masked {
		name += "masked"
		columns += ", those of the last 8 whose mask is set"
	}
	TEXT(name, NOSPLIT, "func(k int, a *float32, row, step int, b *float32, ldb int, c *float32, ldc int, accumulate bool, mask *int32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s computes %d rows and %s of c = a·b, or c += a·b:", name, rows, columns), "",
		"\tfor l := range k {",
		"\t\tc[i, j] += a[i·row + l·step] · b[l·ldb + j]",
		"\t}", "", "row, step, ldb and ldc are in bytes.")
	k := Load(Param("k"), GP64())
	row, step := Load(Param("row"), GP64()), Load(Param("step"), GP64())
	b, ldb := Load(Param("b"), GP64()), Load(Param("ldb"), GP64())

	// A pointer for every three rows: the others are one and two row lengths away.
	at := []reg.Register{Load(Param("a"), GP64())}
	for i := 3; i < rows; i += 3 {
		p := GP64()
		LEAQ(Mem{Base: at[len(at)-1], Index: row, Scale: 2}, p)
		ADDQ(row, p)
		at = append(at, p)
	}
	a := func(i int) Op {
		if i%3 == 0 {
			return Mem{Base: at[i/3]}
		}
		return Mem{Base: at[i/3], Index: row, Scale: uint8(i % 3)}
	}

	var mask reg.VecVirtual
	if masked {
		mask = YMM()
		p := Load(Param("mask"), GP64())
		VMOVUPS(Mem{Base: p}, mask)
	}
	last := func(v int) bool { return masked && v == vectors-1 }

	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		for range vectors {
			y := YMM()
			VXORPS(y, y, y)
			sums[i] = append(sums[i], y)
		}
	}
	Comment("b is read once for all rows")
	columnsOfB := make([]reg.VecVirtual, vectors)
	for v := range columnsOfB {
		columnsOfB[v] = YMM()
	}
	x := YMM()
	loop := "loop"
	Label(loop)
	for v, y := range columnsOfB {
		if last(v) {
			VMASKMOVPS(Mem{Base: b, Disp: 32 * v}, mask, y)
		} else {
			VMOVUPS(Mem{Base: b, Disp: 32 * v}, y)
		}
	}
	for i := range rows {
		VBROADCASTSS(a(i), x)
		for v, y := range columnsOfB {
			VFMADD231PS(y, x, sums[i][v])
		}
	}
	for _, p := range at {
		ADDQ(step, p)
	}
	ADDQ(ldb, b)
	DECQ(k)
	JNZ(LabelRef(loop))

	c, ldc := Load(Param("c"), GP64()), Load(Param("ldc"), GP64())
	accumulate := Load(Param("accumulate"), GP8())
	TESTB(accumulate, accumulate)
	JZ(LabelRef("overwrite"))
	Comment("add what is there")
	q := GP64()
	MOVQ(c, q)
	for i := range rows {
		for v, s := range sums[i] {
			if last(v) {
				VMASKMOVPS(Mem{Base: q, Disp: 32 * v}, mask, x)
				VADDPS(x, s, s)
			} else {
				VADDPS(Mem{Base: q, Disp: 32 * v}, s, s)
			}
		}
		ADDQ(ldc, q)
	}
	Label("overwrite")
	for i := range rows {
		for v, s := range sums[i] {
			if last(v) {
				VMASKMOVPS(s, mask, Mem{Base: c, Disp: 32 * v})
			} else {
				VMOVUPS(s, Mem{Base: c, Disp: 32 * v})
			}
		}
		ADDQ(ldc, c)
	}
	VZEROUPPER()
	RET()
}
