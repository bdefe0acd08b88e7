package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
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
	left := Load(Param("n"), GP64())
	var pointers []reg.Register
	for _, name := range l.in {
		pointers = append(pointers, Load(Param(name), GP64()))
	}
	var sums []reg.VecVirtual
	for range reductionGroup {
		sums = append(sums, v.zero())
	}
	step := reductionGroup * v.lanes
	compute := func(masks []func() reg.Register) {
		for u := range reductionGroup {
			var m reg.Register
			if masks != nil {
				m = masks[u]()
			}
			var in []reg.VecVirtual
			for _, p := range pointers {
				in = append(in, v.load(Mem{Base: p, Disp: 4 * v.lanes * u}, m))
			}
			if l.wide { // two sums, and each of them for every other vector
				l.body(v, in, sums[2*(u%2):])
			} else {
				l.body(v, in, sums[u:])
			}
		}
	}
	Label(v.label("group"))
	CMPQ(left, I32(step))
	JLT(LabelRef(v.label("tail")))
	compute(nil)
	for _, p := range pointers {
		ADDQ(I32(4*step), p)
	}
	SUBQ(I32(step), left)
	JMP(LabelRef(v.label("group")))
	Label(v.label("tail"))
	compute(v.masks(left, reductionGroup))
	add, move := VADDPS, VMOVSS
	if l.wide {
		add, move = VADDPD, VMOVSD
	}
	add(sums[2], sums[0], sums[0])
	add(sums[3], sums[1], sums[1])
	add(sums[1], sums[0], sums[0])
	total := Load(Param("sum"), GP64())
	move(v.sumLanes(sums[0], l.wide), Mem{Base: total})
}

// sumLanes returns the sum of all lanes of x in the first lane.
func (v isa) sumLanes(x reg.VecVirtual, wide bool) reg.Register {
	add := VADDPS
	if wide {
		add = VADDPD
	}
	if v.wide() {
		half := YMM()
		VEXTRACTF64X4(Imm(1), x, half)
		add(half, x.AsY(), x.AsY())
	}
	quarter := XMM()
	VEXTRACTF128(Imm(1), x.AsY(), quarter)
	add(quarter, x.AsX(), x.AsX())
	VSHUFPD(Imm(1), x.AsX(), x.AsX(), quarter)
	add(quarter, x.AsX(), x.AsX())
	if !wide {
		VSHUFPS(Imm(1), x.AsX(), x.AsX(), quarter)
		add(quarter, x.AsX(), x.AsX())
	}
	return x.AsX()
}

func reductionKernels() {
	reduction{name: "sumVector", doc: "sum = Σx.", in: words("x"), wide: true,
		body: func(v isa, in, sums []reg.VecVirtual) {
			low, high := v.halves(in[0])
			VADDPD(low, sums[0], sums[0])
			VADDPD(high, sums[1], sums[1])
		}}.write()
	reduction{name: "dotVector", doc: "sum = Σx·y.", in: words("x y"), wide: true,
		body: func(v isa, in, sums []reg.VecVirtual) {
			lowX, highX := v.halves(in[0])
			lowY, highY := v.halves(in[1])
			VFMADD231PD(lowX, lowY, sums[0])
			VFMADD231PD(highX, highY, sums[1])
		}}.write()
	reduction{name: "squaredDistanceVector", doc: "sum = Σ(x − y)².", in: words("x y"),
		body: func(v isa, in, sums []reg.VecVirtual) {
			d := v.sub(in[0], in[1])
			VFMADD231PS(d, d, sums[0])
		}}.write()
}
