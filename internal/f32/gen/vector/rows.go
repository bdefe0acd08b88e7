package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
	"zoo/internal/f32/gen/lanes"
)

// A loop is a kernel that computes each element of out from the same element of
// in, from the element of columns in its column, and from scalars. What is in
// both out and in is updated.
type loop struct {
	name, doc        string
	out, in, columns []string
	scalars          []string
	group            int // how many vectors an iteration computes
	body             func(v isa, in, columns, scalars []Op) (out []reg.VecVirtual)
}

// parameters returns the kernel's parameters: n elements, and where there are
// columns, in rows of width.
func (l loop) parameters() string {
	p := "n int"
	if len(l.columns) > 0 {
		p = "n, width int"
	}
	if names := append(union(l.out, l.in), l.columns...); len(names) > 0 {
		p += ", " + strings.Join(names, ", ") + " *float32"
	}
	if len(l.scalars) > 0 {
		p += ", " + strings.Join(l.scalars, ", ") + " float32"
	}
	return p
}

// union returns the names of a followed by those of b that are not in a.
func union(a, b []string) []string {
	all := append([]string{}, a...)
	for _, name := range b {
		if !strings.Contains(" "+strings.Join(a, " ")+" ", " "+name+" ") {
			all = append(all, name)
		}
	}
	return all
}

func (l loop) write() { kernel(l.name, l.parameters(), l.doc, l.emit) }

func (l loop) emit(v isa) {
	n := Load("n")
	pointers := map[string]reg.Register{}
	for _, name := range append(union(l.out, l.in), l.columns...) {
		pointers[name] = Load(name)
	}
	var scalars []Op
	for _, name := range l.scalars {
		scalars = append(scalars, v.Scalar(name))
	}
	i, j, left := GP64(), GP64(), GP64()
	XORQ(i, i)
	var width reg.Register
	if len(l.columns) > 0 {
		width = Load("width")
		Label("row")
		Comment("the last row may be shorter")
		CMPQ(n, width)
		CMOVQLT(n, width)
		MOVQ(width, left)
		XORQ(j, j)
	} else {
		MOVQ(n, left)
	}
	step := l.group * v.Lanes()
	compute := func(masks []func() reg.Register) {
		for u := range l.group {
			var mask reg.Register
			if masks != nil {
				mask = masks[u]()
			}
			at := func(name string, index reg.Register) Mem {
				return Mem{Base: pointers[name], Index: index, Scale: 4, Disp: 4 * v.Lanes() * u}
			}
			var in, columns []Op
			for _, name := range l.in {
				in = append(in, v.Load(at(name, i), mask))
			}
			for _, name := range l.columns {
				columns = append(columns, v.Load(at(name, j), mask))
			}
			for k, r := range l.body(v, in, columns, scalars) {
				v.Store(r, at(l.out[k], i), mask)
			}
		}
	}
	Label("group")
	CMPQ(left, I32(step))
	JLT(LabelRef("tail"))
	compute(nil)
	ADDQ(I32(step), i)
	if width != nil {
		ADDQ(I32(step), j)
	}
	SUBQ(I32(step), left)
	JMP(LabelRef("group"))
	Label("tail")
	TESTQ(left, left)
	JZ(LabelRef("next"))
	compute(v.Masks(left, l.group))
	ADDQ(left, i)
	Label("next")
	if width != nil {
		SUBQ(width, n)
		JGT(LabelRef("row"))
	}
}

// words splits a list of names.
func words(s string) []string { return strings.Fields(s) }

// one is a body's single result.
func one(r reg.VecVirtual) []reg.VecVirtual { return []reg.VecVirtual{r} }

// rowKernels writes the loops on rows of channels.
func rowKernels() {
	normalized := func(v isa, in, c []Op) reg.VecVirtual { return v.Fma(v.Sub(in[0], c[0]), c[1], c[2]) }
	for _, add := range []bool{false, true} {
		for _, relu := range []bool{false, true} {
			name, formula, in := "normalize", "(x − mean)·scale + shift", "x"
			if add {
				name, formula, in = name+"Add", formula+" + other", "x other"
			}
			if relu {
				name, formula = name+"Relu", fmt.Sprintf("max(%s, 0)", formula)
			}
			loop{name: name + "Rows", doc: "y = " + formula + ".", group: 4,
				out: words("y"), in: words(in), columns: words("mean scale shift"),
				body: func(v isa, in, c, _ []Op) []reg.VecVirtual {
					y := normalized(v, in, c)
					if add {
						y = v.Add(y, in[1])
					}
					if relu {
						y = v.Relu(y)
					}
					return one(y)
				}}.write()
		}
	}
	loop{name: "normalizeGradRows", doc: "dx = dy·scale − (x − mean)·slope − shift.", group: 4,
		out: words("dx"), in: words("dy x"), columns: words("mean scale slope shift"),
		body: func(v isa, in, c, _ []Op) []reg.VecVirtual {
			g := v.Mul(in[0], c[1])
			v.FnmaTo(c[2], v.Sub(in[1], c[0]), g)
			return one(v.Sub(g, c[3]))
		}}.write()
	loop{name: "layerNormVector", doc: "y = (x − mean)·rstd·gamma + beta.", group: 4,
		out: words("y"), in: words("x gamma beta"), scalars: words("mean rstd"),
		body: func(v isa, in, _, s []Op) []reg.VecVirtual {
			return one(v.Fma(v.Mul(v.Sub(in[0], s[0]), s[1]), in[1], in[2]))
		}}.write()
	loop{name: "layerNormGradVector", doc: "dx = dy·gamma·rstd − (x − mean)·slope − shift, dgamma += dy·(x − mean)·rstd and dbeta += dy.", group: 2,
		out: words("dx dgamma dbeta"), in: words("dgamma dbeta dy x gamma"), scalars: words("mean rstd slope shift"),
		body: func(v isa, in, _, s []Op) []reg.VecVirtual {
			dgamma, dbeta, dy, x, gamma := in[0], in[1], in[2], in[3], in[4]
			d := v.Sub(x, s[0])
			dx := v.Mul(v.Mul(dy, gamma), s[1])
			v.FnmaTo(s[2], d, dx)
			return []reg.VecVirtual{v.Sub(dx, s[3]), v.Fma(dy, v.Mul(d, s[1]), dgamma), v.Add(dbeta, dy)}
		}}.write()
	loop{name: "scaleRows", doc: "y = x·scale.", group: 4,
		out: words("y"), in: words("x"), columns: words("scale"),
		body: func(v isa, in, c, _ []Op) []reg.VecVirtual { return one(v.Mul(in[0], c[0])) }}.write()
	loop{name: "preluRows", doc: "y = max(x, 0) + slope·min(x, 0).", group: 4,
		out: words("y"), in: words("x"), columns: words("slope"),
		body: func(v isa, in, c, _ []Op) []reg.VecVirtual { return one(v.leaky(in[0], c[0])) }}.write()
	loop{name: "preluGradRows", doc: "dx = dy where x is positive, else slope·dy.", group: 4,
		out: words("dx"), in: words("dy x"), columns: words("slope"),
		body: func(v isa, in, c, _ []Op) []reg.VecVirtual { return one(v.leakyGrad(in[0], in[1], c[0])) }}.write()
}

// leaky returns max(x, 0) + slope·min(x, 0).
func (v isa) leaky(x, slope Op) reg.VecVirtual {
	return v.Fma(slope, v.Min(v.Zero(), x), v.Max(v.Zero(), x))
}

// leakyGrad returns dy where x is positive, else slope·dy.
func (v isa) leakyGrad(dy, x, slope Op) reg.VecVirtual {
	return v.Choose(v.Compare(x, lanes.Greater, v.Zero()), dy, v.Mul(dy, slope))
}
