package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lrnKernels writes the loops of local response normalisation with β = ¾. Each
// takes n values of a row, and sums up windows of an array that has size − 1 values
// more, and may be read a vector further.
func lrnKernels() {
	// root is b^¼, for which b^−¾ is root/b.
	root := func(v isa, b Op) reg.VecVirtual { return v.sqrt(v.sqrt(b)) }
	for _, l := range []struct {
		name, doc, out, in, scalars string
		body                        func(v isa, sum Op, in, s []Op) []reg.VecVirtual
	}{
		{"lrn", "y = x·b^−¾ with b = k + alpha·Σ window.", "y", "x", "k alpha",
			func(v isa, sum Op, in, s []Op) []reg.VecVirtual {
				b := v.fma(s[1], sum, s[0])
				return one(v.div(v.mul(in[0], root(v, b)), b))
			}},
		{"lrnGrad", "dx = dy·b^−¾ and outer = dx·x/b, with b = k + alpha·Σ window.", "dx outer", "dy x", "k alpha",
			func(v isa, sum Op, in, s []Op) []reg.VecVirtual {
				b := v.fma(s[1], sum, s[0])
				inverse := v.div(v.constant(1), b)
				dx := v.mul(in[0], v.mul(root(v, b), inverse))
				return []reg.VecVirtual{dx, v.mul(dx, v.mul(in[1], inverse))}
			}},
		{"lrnInner", "dx −= slope·x·Σ window.", "dx", "dx x", "slope",
			func(v isa, sum Op, in, s []Op) []reg.VecVirtual {
				return one(v.fnma(v.mul(s[0], in[1]), sum, in[0]))
			}},
	} {
		out, in := words(l.out), words(l.in)
		arrays := append(union(out, in), "window")
		parameters := loop{out: arrays, scalars: words(l.scalars)}.parameters()
		kernel(l.name+"Vector", "size int, "+parameters, l.doc, func(v isa) {
			left, i := Load(Param("n"), GP64()), GP64()
			pointers := map[string]reg.Register{}
			for _, name := range arrays {
				pointers[name] = Load(Param(name), GP64())
			}
			var scalars []Op
			for _, name := range words(l.scalars) {
				scalars = append(scalars, v.scalar(name))
			}
			XORQ(i, i)
			compute := func(label string, mask reg.Register) {
				sum, tap, taps := v.zero(), GP64(), Load(Param("size"), GP64())
				LEAQ(Mem{Base: pointers["window"], Index: i, Scale: 4}, tap)
				Label(v.label("%s", label))
				VADDPS(Mem{Base: tap}, sum, sum)
				ADDQ(U8(4), tap)
				DECQ(taps)
				JNZ(LabelRef(v.label("%s", label)))
				at := func(name string) Mem { return Mem{Base: pointers[name], Index: i, Scale: 4} }
				var values []Op
				for _, name := range in {
					values = append(values, v.load(at(name), mask))
				}
				for k, r := range l.body(v, sum, values, scalars) {
					v.store(r, at(out[k]), mask)
				}
			}
			Label(v.label("vector"))
			CMPQ(left, I32(v.lanes))
			JLT(LabelRef(v.label("last")))
			compute("tap", nil)
			ADDQ(I32(v.lanes), i)
			SUBQ(I32(v.lanes), left)
			JMP(LabelRef(v.label("vector")))
			Label(v.label("last"))
			TESTQ(left, left)
			JZ(LabelRef(v.label("done")))
			compute("lastTap", v.masks(left, 1)[0]())
			Label(v.label("done"))
		})
	}
}
