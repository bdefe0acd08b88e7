package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
	"zoo/internal/f32/gen/lanes"
)

// neonTerms is what both layouts of a have in common on arm64, which multiplies a vector
// of b with a lane of a register: a is read in vectors, too.
type neonTerms struct {
	tile
	rows    int
	a, step reg.GPVirtual
	b, ldb  reg.GPVirtual
}

func (t *neonTerms) prepare() {
	t.a, t.step = GP64(), distance("step")
	t.b, t.ldb = GP64(), distance("ldb")
}

func (t *neonTerms) begin(segment reg.Register) {
	begin("a", segment, 0, t.a)
	begin("b", segment, 8, t.b)
}

// line loads the next line of b.
func (t *neonTerms) line(masked bool) []reg.VecVirtual {
	x := t.registers()
	for v, x := range x {
		m := Mem{Base: t.b, Disp: 16 * v}
		if masked {
			t.LoadTo(m, x, t.maskOf(v))
		} else {
			t.LoadTo(m, x, nil)
		}
	}
	ADDQ(t.ldb, t.b)
	return x
}

// neonRows reads four terms of each row at once, where they are neighbours.
type neonRows struct{ neonTerms }

// pointers are the rows of a, in registers that avo does not know.
var pointers = []reg.Register{Fixed(19), Fixed(20), Fixed(21), Fixed(22), Fixed(23), Fixed(24), Fixed(25), Fixed(16)}

func (t *neonRows) begin(segment reg.Register) {
	t.neonTerms.begin(segment)
	row := distance("row")
	for i := range t.rows {
		if i == 0 {
			ARM("MOVD %, %", In(t.a), nil, t.a, pointers[0])
		} else {
			ARM("ADD %, %, %", In(row), nil, row, pointers[i-1], pointers[i])
		}
	}
}

func (t *neonRows) skip(to LabelRef) {
	CMPQ(t.step, U8(4))
	JNE(to)
}

func (t *neonRows) four(sums [][]reg.VecVirtual) {
	x := make([]reg.VecVirtual, t.rows)
	for i := range x {
		x[i] = t.Reg()
		ARM("FMOVQ.P 16(%), F%", nil, Out(x[i]), pointers[i], x[i])
	}
	for l := range unroll {
		for v, b := range t.line(false) {
			for i := range x {
				lanes.FmaLane(b, x[i], l, sums[i][v])
			}
		}
	}
}

func (t *neonRows) one(sums [][]reg.VecVirtual) {
	b := t.line(true)
	for i := range t.rows {
		x := t.Reg()
		ARM("FMOVS (%), F%", nil, Out(x), pointers[i], x)
		ARM("ADD %, %", In(t.step), nil, t.step, pointers[i])
		for v := range b {
			lanes.FmaLane(b[v], x, 0, sums[i][v])
		}
	}
}

// neonColumns reads a term of four rows at once, as these are neighbours.
type neonColumns struct{ neonTerms }

func (t *neonColumns) skip(LabelRef) {}

func (t *neonColumns) four(sums [][]reg.VecVirtual) {
	for range unroll {
		t.term(sums, false)
	}
}

func (t *neonColumns) one(sums [][]reg.VecVirtual) { t.term(sums, true) }

func (t *neonColumns) term(sums [][]reg.VecVirtual, masked bool) {
	var x []reg.VecVirtual
	load := func(instruction string, at int) {
		r := t.Reg()
		m := Mem{Base: t.a, Disp: 4 * at}
		ARM(instruction, In(m), Out(r), m, r)
		x = append(x, r)
	}
	rest := t.rows &^ 3
	for i := 0; i < rest; i += 4 {
		load("FMOVQ %, F%", i)
	}
	if t.rows&2 != 0 {
		load("FMOVD %, F%", rest)
		rest += 2
	}
	if t.rows&1 != 0 {
		load("FMOVS %, F%", rest)
	}
	ADDQ(t.step, t.a)
	for v, b := range t.line(masked) {
		for i := range t.rows {
			k, lane := i/4, i%4
			if i >= t.rows&^3 && t.rows&3 == 3 { // two in one register, and one in another
				k, lane = k+lane/2, lane%2
			}
			lanes.FmaLane(b, x[k], lane, sums[i][v])
		}
	}
}
