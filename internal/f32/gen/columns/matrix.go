package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
)

// A matrix addresses rows with few registers: a base for every eight of them, and
// odd multiples of their distance.
type matrix struct {
	distance string
	base     []reg.GPVirtual
	odd      [8]reg.GPVirtual
}

func newMatrix(distance string, rows int) *matrix {
	m := &matrix{distance: distance}
	for i := 0; i == 0 || i < rows-1; i += 8 {
		m.base = append(m.base, GP64())
	}
	for k := 1; k < min(rows, 8); k += 2 {
		m.odd[k] = GP64()
	}
	return m
}

func (m *matrix) prepare() {
	for k, r := range m.odd {
		switch {
		case r == nil:
		case k == 1:
			LoadTo(m.distance, r)
			SHLQ(U8(2), r)
		default:
			LEAQ(Mem{Base: m.odd[k-2], Index: m.odd[1], Scale: 2}, r)
		}
	}
}

// begin sets the bases after the first.
func (m *matrix) begin() {
	for i, p := range m.base[1:] {
		LEAQ(Mem{Base: m.base[i], Index: m.odd[1], Scale: 8}, p)
	}
}

// at is the address of row i.
func (m *matrix) at(i int) Mem {
	k := min(i/8, len(m.base)-1)
	at := Mem{Base: m.base[k]}
	if i -= 8 * k; i > 0 {
		for at.Scale = 1; i%2 == 0; i /= 2 {
			at.Scale *= 2
		}
		at.Index = m.odd[i]
	}
	return at
}

func (m *matrix) next(step reg.Register) {
	for _, p := range m.base {
		ADDQ(step, p)
	}
}

// begin sets p to a parameter, bytes further, and further by an offset in elements.
func begin(name string, bytes reg.Register, offset Mem, p reg.GPVirtual) {
	at := GP64()
	LoadTo(name, p)
	ADDQ(bytes, p)
	MOVQ(offset, at)
	LEAQ(Mem{Base: p, Index: at, Scale: 4}, p)
}

// distance loads a distance in elements, and makes it one in bytes.
func distance(name string) reg.GPVirtual {
	d := Load(name)
	SHLQ(U8(2), d)
	return d
}
