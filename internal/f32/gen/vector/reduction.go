package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
)

// A reduction is a kernel that returns one sum over all elements of in.
type reduction struct {
	name, doc string
	in        []string
	wide      bool // the sum is float64
	body      func(v isa, in []reg.VecVirtual, sums []reg.VecVirtual)
}

const reductionGroup = 4

func (l reduction) write() {
	result := "float32"
	if l.wide {
		result = "float64"
	}
	kernel(l.name, "n int, "+strings.Join(l.in, ", ")+" *float32, sum *"+result, l.doc, l.emit)
}

// emit keeps a sum for every vector of the group, or two where they are float64.
func (l reduction) emit(v isa) {
	left := Load("n")
	var pointers []reg.Register
	for _, name := range l.in {
		pointers = append(pointers, Load(name))
	}
	var sums []reg.VecVirtual
	for range reductionGroup {
		sums = append(sums, v.Zero())
	}
	step := reductionGroup * v.Lanes()
	compute := func(masks []func() reg.Register) {
		for u := range reductionGroup {
			var m reg.Register
			if masks != nil {
				m = masks[u]()
			}
			var in []reg.VecVirtual
			for _, p := range pointers {
				in = append(in, v.Load(Mem{Base: p, Disp: 4 * v.Lanes() * u}, m))
			}
			if l.wide { // two sums, and each of them for every other vector
				l.body(v, in, sums[2*(u%2):])
			} else {
				l.body(v, in, sums[u:])
			}
		}
	}
	Label("group")
	CMPQ(left, I32(step))
	JLT(LabelRef("tail"))
	compute(nil)
	for _, p := range pointers {
		ADDQ(I32(4*step), p)
	}
	SUBQ(I32(step), left)
	JMP(LabelRef("group"))
	Label("tail")
	compute(v.Masks(left, reductionGroup))
	add, store := v.AddTo, v.StoreSum
	if l.wide {
		add, store = v.AddDouble, v.StoreSumDouble
	}
	add(sums[2], sums[0])
	add(sums[3], sums[1])
	add(sums[1], sums[0])
	store(sums[0], Mem{Base: Load("sum")})
}

func reductionKernels() {
	reduction{name: "sumVector", doc: "sum = Σx.", in: words("x"), wide: true,
		body: func(v isa, in, sums []reg.VecVirtual) {
			low, high := v.Halves(in[0])
			v.AddDouble(low, sums[0])
			v.AddDouble(high, sums[1])
		}}.write()
	reduction{name: "dotVector", doc: "sum = Σx·y.", in: words("x y"), wide: true,
		body: func(v isa, in, sums []reg.VecVirtual) {
			lowX, highX := v.Halves(in[0])
			lowY, highY := v.Halves(in[1])
			v.FmaDouble(lowX, lowY, sums[0])
			v.FmaDouble(highX, highY, sums[1])
		}}.write()
	reduction{name: "squaredDistanceVector", doc: "sum = Σ(x − y)².", in: words("x y"),
		body: func(v isa, in, sums []reg.VecVirtual) {
			d := v.Sub(in[0], in[1])
			v.FmaTo(d, d, sums[0])
		}}.write()
}
