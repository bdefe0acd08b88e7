// Command columns writes the products of package f32 that go column by column, in
// assembly:
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
	for _, isa := range []set{avx512{}, &avx2{lanes.AVX2{Table: lanes.Masks()}}} {
		for i, rows := range isa.most() {
			product(tile{set: isa, vectors: 1 << i}, rows)
		}
		product(tile{set: isa, vectors: 1, masked: true}, isa.most()[0])
		for vectors := 1; vectors <= isa.grouped(); vectors++ {
			product(tile{set: isa, vectors: vectors, grouped: true}, 8)
		}
		product(tile{set: isa, vectors: 1, grouped: true, masked: true}, 8)
	}
	Generate()
}

// product writes a function for up to most rows, whose sums of some vectors of
// columns stay in registers. If it is masked, the columns are the first of one
// vector. If it is grouped, each column sees all columns of its group.
func product(t tile, most int) {
	width := t.Bytes() / 4 * t.vectors
	name, parameter, doc := t.Name()+"columns", "groups", fmt.Sprintf("of %d·groups columns", width)
	if t.grouped {
		name = t.Name() + "grouped"
	}
	if t.masked {
		parameter, doc = "columns", fmt.Sprintf("of 1 to %d columns", width)
	} else {
		name += fmt.Sprint(width)
	}
	parameters, by := "", "column by column"
	text := []string{"segments points to n pairs of offsets, in a and in b."}
	if t.grouped {
		parameters, by = ", lanes, end *int32", "in which a column sees its group"
		text = append(text, "From lanes to end lies, for each column of a group, which lane of a vector each lane sees.")
	}
	TEXT(name, NOSPLIT, "func(rows, "+parameter+", depth int, a *float32, row, step int, b *float32, ldb int, segments *int, n int, c *float32, ldc int, accumulate bool"+parameters+")")
	Pragma("noescape")
	Doc(append([]string{fmt.Sprintf("%s computes a product %s and of 1 to %d rows, %s.", name, doc, most, by)}, text...)...)
	t.end = Load(Param(parameter), GP64()).(reg.GPVirtual)
	if t.masked {
		t.Mask(t.end)
	} else {
		IMUL3Q(U32(4*width), t.end, t.end)
	}
	rows := Load(Param("rows"), GP64()).(reg.GPVirtual)
	dispatch(rows, 1, most)
	for rows := 1; rows <= most; rows++ {
		t.body(rows)
	}
}

// dispatch jumps to the body for the number of rows, by bisection.
func dispatch(rows reg.GPVirtual, lo, hi int) {
	if lo == hi {
		JMP(LabelRef(fmt.Sprintf("rows%d", lo)))
		return
	}
	mid := (lo + hi) / 2
	CMPQ(rows, U8(mid))
	above := fmt.Sprintf("above%d", mid)
	JHI(LabelRef(above))
	dispatch(rows, lo, mid)
	Label(above)
	dispatch(rows, mid+1, hi)
}

type tile struct {
	set
	vectors int
	masked  bool
	grouped bool
	end     reg.GPVirtual // of the columns, in bytes
}

// body writes the product of a number of rows: all terms for a group of columns,
// and then the next group.
func (t tile) body(rows int) {
	name := fmt.Sprintf("rows%d", rows)
	to := func(s string) LabelRef { return LabelRef(name + s) }
	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		for range t.vectors {
			sums[i] = append(sums[i], t.Vector())
		}
	}
	a := newMatrix("row", rows)
	b, at, segment, last, left := GP64(), GP64(), GP64(), GP64(), GP64()
	each := func(do func(c Mem, sum reg.VecVirtual)) {
		c := Mem{Base: GP64()}
		Load(Param("c"), c.Base)
		ldc := distance("ldc")
		ADDQ(at, c.Base)
		for i := range sums {
			for v, s := range sums[i] {
				do(c.Offset(v*t.Bytes()), s)
			}
			if i < rows-1 {
				ADDQ(ldc, c.Base)
			}
		}
	}

	Label(name)
	a.prepare()
	step, ldb := distance("step"), distance("ldb")
	XORQ(at, at)
	Label(name + "group")
	accumulate := Load(Param("accumulate"), GP8())
	TESTB(accumulate, accumulate)
	JZ(to("zeros"))
	each(func(c Mem, s reg.VecVirtual) { t.Load(c, s, t.masked) })
	JMP(to("sums"))
	Label(name + "zeros")
	for i := range sums {
		for _, s := range sums[i] {
			t.Zero(s)
		}
	}
	Label(name + "sums")
	Load(Param("segments"), segment)
	Load(Param("n"), last)
	SHLQ(U8(4), last)
	ADDQ(segment, last)

	Label(name + "segment")
	begin("a", at, Mem{Base: segment}, a.base[0])
	a.begin()
	begin("b", at, Mem{Base: segment, Disp: 8}, b)
	Load(Param("depth"), left)
	Label(name + "term")
	if t.grouped {
		t.group(name, rows, a, b, ldb, sums)
	} else {
		for v := range t.vectors {
			x := t.Vector()
			t.Load(Mem{Base: b, Disp: v * t.Bytes()}, x, t.masked)
			for i := range rows {
				t.multiply(a.at(i).Offset(v*t.Bytes()), x, sums[i][v], t.masked)
			}
		}
	}
	a.next(step)
	if !t.grouped {
		ADDQ(ldb, b)
	}
	DECQ(left)
	JNZ(to("term"))
	ADDQ(U8(16), segment)
	CMPQ(segment, last)
	JNE(to("segment"))

	each(func(c Mem, s reg.VecVirtual) { t.Store(s, c, t.masked) })
	if !t.masked {
		ADDQ(U32(t.vectors*t.Bytes()), at)
		CMPQ(at, t.end)
		JNE(to("group"))
	}
	VZEROUPPER()
	RET()
}

// group adds the terms of all columns of the groups, one after the other.
func (t tile) group(name string, rows int, a *matrix, b, ldb reg.GPVirtual, sums [][]reg.VecVirtual) {
	lanes := GP64()
	Load(Param("lanes"), lanes)
	Label(name + "share")
	index := t.Vector()
	VMOVUPS(Mem{Base: lanes}, index)
	for v := range t.vectors {
		x := t.Vector()
		t.Load(Mem{Base: b, Disp: v * t.Bytes()}, x, t.masked)
		for i := range rows {
			seen, from := t.Vector(), a.at(i).Offset(v*t.Bytes())
			if t.masked {
				t.Load(from, seen, true)
				VPERMPS(seen, index, seen)
			} else {
				VPERMPS(from, index, seen)
			}
			VFMADD231PS(seen, x, sums[i][v])
		}
	}
	ADDQ(ldb, b)
	ADDQ(U8(t.Bytes()), lanes)
	end, err := Param("end").Resolve()
	if err != nil {
		panic(err)
	}
	CMPQ(lanes, end.Addr)
	JNE(LabelRef(name + "share"))
}
