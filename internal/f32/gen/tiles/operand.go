package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
)

// unroll is the number of terms in a turn of the loop: fewer turns leave the
// ports of the multiplications to the multiplications.
const unroll = 4

// An operand addresses a.
type operand interface {
	prepare()
	// begin sets the operand to the beginning of a segment, and skip jumps where
	// single terms only can be addressed.
	begin(segment reg.Register)
	skip(to LabelRef)
	// at is the address of term l of row i. next is called after term l of those
	// in a turn of the loop.
	at(i, l int) Mem
	next(l, terms int)
}

// strided is a matrix of any distances. Rows are addressed with few registers: a
// base for every eight of them and odd multiples of their distance. Several terms
// are addressed at once if they are neighbours.
type strided struct {
	base []reg.GPVirtual
	odd  [8]reg.GPVirtual // 1, 3, 5 and 7 times the distance of rows
	step reg.GPVirtual
}

func newStrided(rows int) *strided {
	a := &strided{}
	for i := 0; i == 0 || i < rows-1; i += 8 {
		a.base = append(a.base, GP64())
	}
	for k := 1; k < min(rows, 8); k += 2 {
		a.odd[k] = GP64()
	}
	return a
}

func (a *strided) prepare() {
	a.step = distance("step")
	for k, r := range a.odd {
		switch {
		case r == nil:
		case k == 1:
			LoadTo("row", r)
			SHLQ(U8(2), r)
		default:
			LEAQ(Mem{Base: a.odd[k-2], Index: a.odd[1], Scale: 2}, r)
		}
	}
}

func (a *strided) begin(segment reg.Register) {
	begin("a", segment, 0, a.base[0])
	for i, p := range a.base[1:] {
		LEAQ(Mem{Base: a.base[i], Index: a.odd[1], Scale: 8}, p)
	}
}

func (a *strided) skip(to LabelRef) {
	CMPQ(a.step, U8(4))
	JNE(to)
}

func (a *strided) at(i, l int) Mem {
	k := min(i/8, len(a.base)-1)
	m := multiple(a.base[k], i-8*k, a.odd[:])
	m.Disp = 4 * l
	return m
}

func (a *strided) next(l, terms int) {
	for _, p := range a.base {
		switch {
		case terms == 1:
			ADDQ(a.step, p)
		case l == terms-1:
			ADDQ(U8(4*terms), p)
		}
	}
}

// columns is a matrix a whose rows are neighbours. The pointer moves with every term,
// because an index would split a multiplication that broadcasts in two.
type columns struct{ base, step reg.GPVirtual }

func newColumns() *columns                    { return &columns{base: GP64()} }
func (a *columns) prepare()                   { a.step = distance("step") }
func (a *columns) begin(segment reg.Register) { begin("a", segment, 0, a.base) }
func (a *columns) skip(LabelRef)              {}
func (a *columns) at(i, l int) Mem            { return Mem{Base: a.base, Disp: 4 * i} }
func (a *columns) next(int, int)              { ADDQ(a.step, a.base) }

// lines is the matrix b.
type lines struct {
	base reg.GPVirtual
	odd  [4]reg.GPVirtual // 1 and 3 times the distance
}

func newLines() *lines { return &lines{GP64(), [4]reg.GPVirtual{3: GP64()}} }

func (b *lines) prepare() {
	b.odd[1] = distance("ldb")
	LEAQ(Mem{Base: b.odd[1], Index: b.odd[1], Scale: 2}, b.odd[3])
}

func (b *lines) begin(segment reg.Register) { begin("b", segment, 8, b.base) }
func (b *lines) at(l int) Mem               { return multiple(b.base, l, b.odd[:]) }

func (b *lines) next(l, terms int) {
	if l == terms-1 {
		LEAQ(Mem{Base: b.base, Index: b.odd[1], Scale: uint8(terms)}, b.base)
	}
}

// begin sets p to where a segment begins in a parameter: the offset, in elements, is that
// many bytes after the beginning of the pair.
func begin(name string, segment reg.Register, bytes int, p reg.Register) {
	at := GP64()
	LoadTo(name, p)
	MOVQ(Mem{Base: segment, Disp: bytes}, at)
	LEAQ(Mem{Base: p, Index: at, Scale: 4}, p)
}

// multiple is the address n distances from a base, of which there are the odd
// multiples.
func multiple(base reg.GPVirtual, n int, odd []reg.GPVirtual) Mem {
	m := Mem{Base: base}
	if n == 0 {
		return m
	}
	for m.Scale = 1; n%2 == 0; n /= 2 {
		m.Scale *= 2
	}
	m.Index = odd[n]
	return m
}

// distance loads a distance in elements, and makes it one in bytes.
func distance(name string) reg.GPVirtual {
	d := Load(name)
	SHLQ(U8(2), d)
	return d
}
