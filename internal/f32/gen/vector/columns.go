package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A columnLoop is a kernel that adds up columns: for every row, its body adds to
// the sums what it computes from the elements of in and of columns. It may also
// compute an element of out. The sums are float32 for 64 rows, and are then
// added to the float64 sums in memory. It takes as many columns as a group of
// vectors has lanes, or fewer; of the sums in memory it touches all the lanes.
type columnLoop struct {
	name, doc              string
	out, in, columns, sums []string
	body                   func(v isa, in, columns []Op, sums []reg.VecVirtual) (out []reg.VecVirtual)
}

const (
	columnGroup = 4  // vectors
	blockRows   = 64 // rows of a float32 sum
)

func (l columnLoop) write() {
	matrices := append(union(l.out, l.in), l.columns...)
	kernel(l.name, "rows, stride, width int, "+strings.Join(matrices, ", ")+" *float32, "+strings.Join(l.sums, ", ")+" *float64", l.doc, l.emit)
}

func (l columnLoop) emit(v isa) {
	width := Load(Param("width"), GP64())
	CMPQ(width, I32(columnGroup*v.lanes))
	JLT(LabelRef(v.label("narrow")))
	l.block(v, "whole", nil)
	VZEROUPPER()
	RET()
	Label(v.label("narrow"))
	l.block(v, "masked", v.masks(width, columnGroup))
}

func (l columnLoop) block(v isa, label string, masks []func() reg.Register) {
	rows, stride := Load(Param("rows"), GP64()), Load(Param("stride"), GP64())
	SHLQ(Imm(2), stride)
	pointers := map[string]reg.Register{}
	for _, name := range append(union(l.out, l.in), append(l.columns, l.sums...)...) {
		pointers[name] = Load(Param(name), GP64())
	}
	at := func(name string, u int) Mem { return Mem{Base: pointers[name], Disp: 4 * v.lanes * u} }
	mask := func(u int) reg.Register {
		if masks == nil {
			return nil
		}
		return masks[u]()
	}
	columnsAt := func(u int, mask reg.Register) (columns []Op) {
		for _, name := range l.columns {
			columns = append(columns, v.load(at(name, u), mask))
		}
		return columns
	}
	kept := make([][]Op, columnGroup)
	if v.wide() { // AVX2 has too few registers to keep them
		for u := range kept {
			kept[u] = columnsAt(u, mask(u))
		}
	}
	sums := make([][]reg.VecVirtual, columnGroup)
	for u := range sums {
		for range l.sums {
			sums[u] = append(sums[u], v.reg())
		}
	}
	left := GP64()
	Label(v.label("%sblock", label))
	for u := range sums {
		for _, s := range sums[u] {
			v.clear(s)
		}
	}
	MOVQ(I32(blockRows), left)
	CMPQ(rows, left)
	CMOVQLT(rows, left)
	SUBQ(left, rows)
	Label(v.label("%srow", label))
	for u := range columnGroup {
		m := mask(u)
		var in []Op
		for _, name := range l.in {
			in = append(in, v.load(at(name, u), m))
		}
		columns := kept[u]
		if columns == nil {
			columns = columnsAt(u, m)
		}
		for k, r := range l.body(v, in, columns, sums[u]) {
			v.store(r, at(l.out[k], u), m)
		}
	}
	for _, name := range union(l.out, l.in) {
		ADDQ(stride, pointers[name])
	}
	DECQ(left)
	JNZ(LabelRef(v.label("%srow", label)))
	for u := range sums {
		for k, name := range l.sums {
			v.addWide(sums[u][k], Mem{Base: pointers[name], Disp: 8 * v.lanes * u})
		}
	}
	TESTQ(rows, rows)
	JNZ(LabelRef(v.label("%sblock", label)))
}

// halves returns the two halves of x as float64.
func (v isa) halves(x reg.VecVirtual) (low, high reg.VecVirtual) {
	low, high = v.reg(), v.reg()
	if v.wide() {
		half := YMM()
		VCVTPS2PD(x.AsY(), low)
		VEXTRACTF64X4(Imm(1), x, half)
		VCVTPS2PD(half, high)
	} else {
		half := XMM()
		VCVTPS2PD(x.AsX(), low)
		VEXTRACTF128(Imm(1), x, half)
		VCVTPS2PD(half, high)
	}
	return low, high
}

// addWide adds x to the float64 values in memory.
func (v isa) addWide(x reg.VecVirtual, m Mem) {
	low, high := v.halves(x)
	for i, r := range []reg.VecVirtual{low, high} {
		at := m
		at.Disp += 4 * v.lanes * i
		VADDPD(at, r, r)
		VMOVUPD(r, at)
	}
}

// columnKernels writes the sums over the rows of channels.
func columnKernels() {
	columnLoop{name: "columnSumsBlock", doc: "sum += Σx.", in: words("x"), sums: words("sum"),
		body: func(v isa, in, _ []Op, sums []reg.VecVirtual) []reg.VecVirtual {
			VADDPS(in[0], sums[0], sums[0])
			return nil
		}}.write()
	columnLoop{name: "momentsBlock", doc: "sum += Σ(x − pivot) and dot += Σ(x − pivot)².",
		in: words("x"), columns: words("pivot"), sums: words("sum dot"),
		body: func(v isa, in, c []Op, sums []reg.VecVirtual) []reg.VecVirtual {
			d := v.sub(in[0], c[0])
			VADDPS(d, sums[0], sums[0])
			VFMADD231PS(d, d, sums[1])
			return nil
		}}.write()
	gradients := func(v isa, g, x Op, c []Op, sums []reg.VecVirtual) {
		VADDPS(g, sums[0], sums[0])
		VFMADD231PS(v.sub(x, c[0]), g, sums[1])
	}
	columnLoop{name: "gradSumsBlock", doc: "sum += Σdy and dot += Σdy·(x − mean).",
		in: words("dy x"), columns: words("mean"), sums: words("sum dot"),
		body: func(v isa, in, c []Op, sums []reg.VecVirtual) []reg.VecVirtual {
			gradients(v, in[0], in[1], c, sums)
			return nil
		}}.write()
	columnLoop{name: "reluGradSumsBlock", doc: "dx = dy where y is not 0, else 0, with sum += Σdx and dot += Σdx·(x − mean).",
		out: words("dx"), in: words("dy y x"), columns: words("mean"), sums: words("sum dot"),
		body: func(v isa, in, c []Op, sums []reg.VecVirtual) []reg.VecVirtual {
			g := v.keep(v.compare(in[1], notEqual, v.zero()), in[0])
			gradients(v, g, in[2], c, sums)
			return one(g)
		}}.write()
	columnLoop{name: "preluSlopeBlock", doc: "sum += Σdy·min(x, 0).", in: words("dy x"), sums: words("sum"),
		body: func(v isa, in, _ []Op, sums []reg.VecVirtual) []reg.VecVirtual {
			VFMADD231PS(v.min(v.zero(), in[1]), in[0], sums[0])
			return nil
		}}.write()
	sumRowsKernel()
}
