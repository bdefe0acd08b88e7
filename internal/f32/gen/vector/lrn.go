package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
)

// lrnKernels writes the loops of local response normalisation with β = ¾. Each
// takes n values of a row, and sums up windows of an array that has size − 1 values
// more, and may be read a vector further.
func lrnKernels() {
	// root is b^¼, for which b^−¾ is root/b.
	root := func(v isa, b Op) reg.VecVirtual { return v.Sqrt(v.Sqrt(b)) }
	for _, l := range []struct {
		name, doc, out, in, scalars string
		body                        func(v isa, sum Op, in, s []Op) []reg.VecVirtual
	}{
		{"lrn", "y = x·b^−¾ with b = k + alpha·Σ window.", "y", "x", "k alpha",
			func(v isa, sum Op, in, s []Op) []reg.VecVirtual {
				b := v.Fma(s[1], sum, s[0])
				return one(v.Div(v.Mul(in[0], root(v, b)), b))
			}},
		{"lrnGrad", "dx = dy·b^−¾ and outer = dx·x/b, with b = k + alpha·Σ window.", "dx outer", "dy x", "k alpha",
			func(v isa, sum Op, in, s []Op) []reg.VecVirtual {
				b := v.Fma(s[1], sum, s[0])
				inverse := v.Div(v.Constant(1), b)
				dx := v.Mul(in[0], v.Mul(root(v, b), inverse))
				return []reg.VecVirtual{dx, v.Mul(dx, v.Mul(in[1], inverse))}
			}},
		{"lrnInner", "dx −= slope·x·Σ window.", "dx", "dx x", "slope",
			func(v isa, sum Op, in, s []Op) []reg.VecVirtual {
				return one(v.Fnma(v.Mul(s[0], in[1]), sum, in[0]))
			}},
	} {
		out, in := words(l.out), words(l.in)
		arrays := append(union(out, in), "window")
		parameters := loop{out: arrays, scalars: words(l.scalars)}.parameters()
		kernel(l.name+"Vector", "size int, "+parameters, l.doc, func(v isa) {
			left, i := Load("n"), GP64()
			pointers := map[string]reg.Register{}
			for _, name := range arrays {
				pointers[name] = Load(name)
			}
			var scalars []Op
			for _, name := range words(l.scalars) {
				scalars = append(scalars, v.Scalar(name))
			}
			XORQ(i, i)
			compute := func(label string, mask reg.Register) {
				sum, tap, taps := v.Zero(), GP64(), Load("size")
				LEAQ(Mem{Base: pointers["window"], Index: i, Scale: 4}, tap)
				Label(fmt.Sprintf("%s", label))
				v.AddTo(v.Load(Mem{Base: tap}, nil), sum)
				ADDQ(U8(4), tap)
				DECQ(taps)
				JNZ(LabelRef(fmt.Sprintf("%s", label)))
				at := func(name string) Mem { return Mem{Base: pointers[name], Index: i, Scale: 4} }
				var values []Op
				for _, name := range in {
					values = append(values, v.Load(at(name), mask))
				}
				for k, r := range l.body(v, sum, values, scalars) {
					v.Store(r, at(out[k]), mask)
				}
			}
			Label("vector")
			CMPQ(left, I32(v.Lanes()))
			JLT(LabelRef("last"))
			compute("tap", nil)
			ADDQ(I32(v.Lanes()), i)
			SUBQ(I32(v.Lanes()), left)
			JMP(LabelRef("vector"))
			Label("last")
			TESTQ(left, left)
			JZ(LabelRef("done"))
			compute("lastTap", v.Masks(left, 1)[0]())
			Label("done")
		})
	}
}
