// Command columns writes the products of package f32 that go column by column, in
// assembly:
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

// A size is how many rows the tiles of one, two and four vectors have, and how many
// vectors the widest tile of groups has.
type size struct {
	most    []int
	grouped int
}

var sizes = map[string]size{
	"avx512": {[]int{12, 12, 6}, 2},
	"avx2":   {[]int{12, 6, 3}, 1},
	"neon":   {[]int{12, 12, 6}, 2},
}

func main() {
	Constraint("!noasm")
	for _, s := range lanes.Sets() {
		size := sizes[s.Name()]
		for i, rows := range size.most {
			product(tile{Set: s, vectors: 1 << i}, rows)
		}
		product(tile{Set: s, vectors: 1, masked: true}, size.most[0])
		for vectors := 1; vectors <= size.grouped; vectors++ {
			product(tile{Set: s, vectors: vectors, grouped: true}, 8)
		}
		product(tile{Set: s, vectors: 1, grouped: true, masked: true}, 8)
	}
	Generate("columns")
}

// product writes a function for up to most rows, whose sums of some vectors of
// columns stay in registers. If it is masked, the columns are the first of one
// vector. If it is grouped, each column sees all columns of its group.
func product(t tile, most int) {
	width := t.Lanes() * t.vectors
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
		text = append(text, "The values from lanes to end say, for each column of a group, which lane of a vector each lane sees.")
	}
	TEXT(name, "func(rows, "+parameter+", depth int, a *float32, row, step int, b *float32, ldb int, segments *int, n int, c *float32, ldc int, accumulate bool"+parameters+")", t.Limits())
	Doc(append([]string{fmt.Sprintf("%s computes a product %s and of 1 to %d rows, %s.", name, doc, most, by)}, text...)...)
	t.end = Load(parameter)
	if t.masked {
		t.mask = t.Masks(t.end, 1)[0]
	} else {
		IMUL3Q(U32(4*width), t.end, t.end)
	}
	rows := Load("rows")
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
	lanes.Set
	vectors int
	masked  bool
	grouped bool
	end     reg.GPVirtual     // of the columns, in bytes
	mask    func() lanes.Mask // if it is masked
}

// load loads a vector, of which only the columns exist.
func (t tile) load(m Mem) reg.VecVirtual {
	if t.masked {
		return t.Load(m, t.mask())
	}
	return t.Load(m, nil)
}

func (t tile) store(r reg.Register, m Mem) {
	if t.masked {
		t.Store(r, m, t.mask())
	} else {
		t.Store(r, m, nil)
	}
}

// multiply adds a·b to a sum.
func (t tile) multiply(a Mem, b, sum reg.Register) {
	if ARM64() || t.masked {
		t.FmaTo(t.load(a), b, sum)
	} else {
		AMD64.VFMADD231PS(a, b, sum)
	}
}

// body writes the product of a number of rows: all terms for a group of columns,
// and then the next group.
func (t tile) body(rows int) {
	name := fmt.Sprintf("rows%d", rows)
	to := func(s string) LabelRef { return LabelRef(name + s) }
	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		for range t.vectors {
			sums[i] = append(sums[i], t.Reg())
		}
	}
	a := newMatrix("row", rows)
	b, at, segment, last, left := GP64(), GP64(), GP64(), GP64(), GP64()
	each := func(do func(c Mem, sum reg.VecVirtual)) {
		c := Mem{Base: GP64()}
		LoadTo("c", c.Base)
		ldc := distance("ldc")
		ADDQ(at, c.Base)
		for i := range sums {
			for v, s := range sums[i] {
				do(c.Offset(4*t.Lanes()*v), s)
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
	accumulate := Load("accumulate")
	TESTQ(accumulate, accumulate)
	JZ(to("zeros"))
	each(func(c Mem, s reg.VecVirtual) { t.Move(t.load(c), s) })
	JMP(to("sums"))
	Label(name + "zeros")
	for i := range sums {
		for _, s := range sums[i] {
			t.Clear(s)
		}
	}
	Label(name + "sums")
	LoadTo("segments", segment)
	LoadTo("n", last)
	SHLQ(U8(4), last)
	ADDQ(segment, last)

	Label(name + "segment")
	begin("a", at, Mem{Base: segment}, a.base[0])
	a.begin()
	begin("b", at, Mem{Base: segment, Disp: 8}, b)
	LoadTo("depth", left)
	Label(name + "term")
	if t.grouped {
		t.group(name, rows, a, b, ldb, sums)
	} else {
		for v := range t.vectors {
			x := t.load(Mem{Base: b, Disp: 4 * t.Lanes() * v})
			for i := range rows {
				t.multiply(a.at(i).Offset(4*t.Lanes()*v), x, sums[i][v])
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

	each(func(c Mem, s reg.VecVirtual) { t.store(s, c) })
	if !t.masked {
		ADDQ(U32(4*t.Lanes()*t.vectors), at)
		CMPQ(at, t.end)
		JNE(to("group"))
	}
	t.Return()
}

// group adds the terms of all columns of the groups, one after the other.
func (t tile) group(name string, rows int, a *matrix, b, ldb reg.GPVirtual, sums [][]reg.VecVirtual) {
	shares := Load("lanes")
	Label(name + "share")
	index := t.Index(Mem{Base: shares})
	for v := range t.vectors {
		x := t.load(Mem{Base: b, Disp: 4 * t.Lanes() * v})
		for i := range rows {
			from := a.at(i).Offset(4 * t.Lanes() * v)
			if t.masked || ARM64() {
				t.FmaTo(t.Permute(t.load(from), index), x, sums[i][v])
				continue
			}
			seen := t.Reg()
			AMD64.VPERMPS(from, index, seen)
			t.FmaTo(seen, x, sums[i][v])
		}
	}
	ADDQ(ldb, b)
	ADDQ(U8(4*t.Lanes()), shares)
	CMPQ(shares, Param("end"))
	JNE(LabelRef(name + "share"))
}
