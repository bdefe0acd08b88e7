package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
	"zoo/internal/f32/gen/lanes"
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
	width := Load("width")
	CMPQ(width, I32(columnGroup*v.Lanes()))
	JLT(LabelRef("narrow"))
	l.block(v, "whole", nil)
	v.Return()
	Label("narrow")
	l.block(v, "masked", v.Masks(width, columnGroup))
}

func (l columnLoop) block(v isa, label string, masks []func() reg.Register) {
	rows, stride := Load("rows"), Load("stride")
	SHLQ(Imm(2), stride)
	pointers := map[string]reg.Register{}
	for _, name := range append(union(l.out, l.in), append(l.columns, l.sums...)...) {
		pointers[name] = Load(name)
	}
	at := func(name string, u int) Mem { return Mem{Base: pointers[name], Disp: 4 * v.Lanes() * u} }
	mask := func(u int) reg.Register {
		if masks == nil {
			return nil
		}
		return masks[u]()
	}
	columnsAt := func(u int, mask reg.Register) (columns []Op) {
		for _, name := range l.columns {
			columns = append(columns, v.Load(at(name, u), mask))
		}
		return columns
	}
	kept := make([][]Op, columnGroup)
	if v.Limits().Vectors == 32 { // 16 are too few to keep them
		for u := range kept {
			kept[u] = columnsAt(u, mask(u))
		}
	}
	sums := make([][]reg.VecVirtual, columnGroup)
	for u := range sums {
		for range l.sums {
			sums[u] = append(sums[u], v.Reg())
		}
	}
	left := GP64()
	Label(fmt.Sprintf("%sblock", label))
	for u := range sums {
		for _, s := range sums[u] {
			v.Clear(s)
		}
	}
	MOVQ(I32(blockRows), left)
	CMPQ(rows, left)
	CMOVQLT(rows, left)
	SUBQ(left, rows)
	Label(fmt.Sprintf("%srow", label))
	for u := range columnGroup {
		m := mask(u)
		var in []Op
		for _, name := range l.in {
			in = append(in, v.Load(at(name, u), m))
		}
		columns := kept[u]
		if columns == nil {
			columns = columnsAt(u, m)
		}
		for k, r := range l.body(v, in, columns, sums[u]) {
			v.Store(r, at(l.out[k], u), m)
		}
	}
	for _, name := range union(l.out, l.in) {
		ADDQ(stride, pointers[name])
	}
	DECQ(left)
	JNZ(LabelRef(fmt.Sprintf("%srow", label)))
	for u := range sums {
		for k, name := range l.sums {
			v.addWide(sums[u][k], Mem{Base: pointers[name], Disp: 8 * v.Lanes() * u})
		}
	}
	TESTQ(rows, rows)
	JNZ(LabelRef(fmt.Sprintf("%sblock", label)))
}

// addWide adds x to the float64 values in memory.
func (v isa) addWide(x reg.VecVirtual, m Mem) {
	low, high := v.Halves(x)
	v.AddDoublesTo(low, m)
	v.AddDoublesTo(high, m.Offset(4*v.Lanes()))
}

// columnKernels writes the sums over the rows of channels.
func columnKernels() {
	columnLoop{name: "columnSumsBlock", doc: "sum += Σx.", in: words("x"), sums: words("sum"),
		body: func(v isa, in, _ []Op, sums []reg.VecVirtual) []reg.VecVirtual {
			v.AddTo(in[0], sums[0])
			return nil
		}}.write()
	columnLoop{name: "momentsBlock", doc: "sum += Σ(x − pivot) and dot += Σ(x − pivot)².",
		in: words("x"), columns: words("pivot"), sums: words("sum dot"),
		body: func(v isa, in, c []Op, sums []reg.VecVirtual) []reg.VecVirtual {
			d := v.Sub(in[0], c[0])
			v.AddTo(d, sums[0])
			v.FmaTo(d, d, sums[1])
			return nil
		}}.write()
	gradients := func(v isa, g, x Op, c []Op, sums []reg.VecVirtual) {
		v.AddTo(g, sums[0])
		v.FmaTo(v.Sub(x, c[0]), g, sums[1])
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
			g := v.Keep(v.Compare(in[1], lanes.NotEqual, v.Zero()), in[0])
			gradients(v, g, in[2], c, sums)
			return one(g)
		}}.write()
	columnLoop{name: "preluSlopeBlock", doc: "sum += Σdy·min(x, 0).", in: words("dy x"), sums: words("sum"),
		body: func(v isa, in, _ []Op, sums []reg.VecVirtual) []reg.VecVirtual {
			v.FmaTo(v.Min(v.Zero(), in[1]), in[0], sums[0])
			return nil
		}}.write()
	sumRowsKernel()
}
