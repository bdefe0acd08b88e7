package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
)

// avxTerms multiplies each value of a, broadcast, with vectors of b.
type avxTerms struct {
	tile
	a operand
	b *lines
}

func (t *avxTerms) prepare() {
	t.a.prepare()
	t.b.prepare()
}

func (t *avxTerms) begin(segment reg.Register) {
	t.a.begin(segment)
	t.b.begin(segment)
}

func (t *avxTerms) skip(to LabelRef) { t.a.skip(to) }

func (t *avxTerms) four(sums [][]reg.VecVirtual) {
	for l := range unroll {
		t.term(sums, l, unroll, false)
	}
}

func (t *avxTerms) one(sums [][]reg.VecVirtual) { t.term(sums, 0, 1, true) }

// term adds term l of those in a turn of the loop.
func (t *avxTerms) term(sums [][]reg.VecVirtual, l, terms int, masked bool) {
	x := t.registers()
	for v, x := range x {
		m := t.b.at(l).Offset(4 * t.Lanes() * v)
		if masked {
			t.LoadTo(m, x, t.maskOf(v))
		} else {
			t.LoadTo(m, x, nil)
		}
	}
	for i := range sums {
		t.multiply(t.a.at(i, l), x, sums[i])
	}
	t.a.next(l, terms)
	t.b.next(l, terms)
}

// multiply adds a, broadcast, times each vector of b to its sum. AVX-512 reads a once for
// each vector where that is once, and else through a register: two loads a cycle feed
// two multiplications.
func (t *avxTerms) multiply(a Mem, b, sums []reg.VecVirtual) {
	if t.Lanes() == 16 && len(b) == 1 {
		AMD64.VFMADD231PS_BCST(a, b[0], sums[0])
		return
	}
	x := t.Broadcast(a)
	for v := range b {
		t.FmaTo(x, b[v], sums[v])
	}
}
