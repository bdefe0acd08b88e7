package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// unroll is the number of terms in a turn of the loop: fewer turns leave the
// ports of the multiplications to the multiplications.
const unroll = 4

// An operand addresses a or b.
type operand interface {
	prepare()
	// begin sets the operand to the beginning of a segment, and skip jumps where
	// single terms only can be addressed.
	begin(offset Mem)
	skip(to LabelRef)
	// at is the address of term l of row i, and advance goes some terms further.
	at(i, l int) Mem
	advance(terms int)
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
			Load(Param("row"), r)
			SHLQ(U8(2), r)
		default:
			LEAQ(Mem{Base: a.odd[k-2], Index: a.odd[1], Scale: 2}, r)
		}
	}
}

func (a *strided) begin(offset Mem) {
	begin("a", offset, a.base[0])
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

func (a *strided) advance(terms int) {
	for _, p := range a.base {
		if terms == 1 {
			ADDQ(a.step, p)
		} else {
			ADDQ(U8(4*terms), p)
		}
	}
}

// transposed is a matrix whose rows are neighbours.
type transposed struct {
	name, distance string
	base           reg.GPVirtual
	odd            [4]reg.GPVirtual // 1 and 3 times the distance of terms
}

func newTransposed(name, distance string) *transposed {
	return &transposed{name, distance, GP64(), [4]reg.GPVirtual{1: GP64(), 3: GP64()}}
}

func (a *transposed) prepare() {
	Load(Param(a.distance), a.odd[1])
	SHLQ(U8(2), a.odd[1])
	LEAQ(Mem{Base: a.odd[1], Index: a.odd[1], Scale: 2}, a.odd[3])
}

func (a *transposed) begin(offset Mem) { begin(a.name, offset, a.base) }
func (a *transposed) skip(LabelRef)    {}

func (a *transposed) at(i, l int) Mem {
	m := multiple(a.base, l, a.odd[:])
	m.Disp = 4 * i
	return m
}

func (a *transposed) advance(terms int) {
	LEAQ(Mem{Base: a.base, Index: a.odd[1], Scale: uint8(terms)}, a.base)
}

// begin adds an offset in elements to a parameter.
func begin(name string, offset Mem, p reg.GPVirtual) {
	at := GP64()
	Load(Param(name), p)
	MOVQ(offset, at)
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
	d := Load(Param(name), GP64()).(reg.GPVirtual)
	SHLQ(U8(2), d)
	return d
}
