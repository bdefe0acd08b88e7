package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// recurrentKernels writes the loops over the units of recurrent layers and of gated
// convolutions.
func recurrentKernels() {
	sigmoid := func(v isa, x Op) reg.VecVirtual { return v.times(v.Constant(1), v.newLogistic(x, nil)) }
	// slope returns y·(1 − y), the derivative of a sigmoid with the result y.
	slope := func(v isa, y Op) reg.VecVirtual { return v.Fnma(y, y, y) }
	for _, l := range []loop{
		{name: "mulAdd", doc: "dst += a·b.", out: words("dst"), in: words("dst a b"), group: 4,
			body: func(v isa, in, _, _ []Op) []reg.VecVirtual { return one(v.Fma(in[1], in[2], in[0])) }},
		{name: "lstmCellGrad", doc: "dc += dh·o·(1 − tanh²), and then tanh = dh·tanh·o·(1 − o).",
			out: words("dc tanh"), in: words("dc tanh dh o"), group: 2,
			body: func(v isa, in, _, _ []Op) []reg.VecVirtual {
				dc, tanh, dh, o := in[0], in[1], in[2], in[3]
				flat := v.Fnma(tanh, tanh, v.Constant(1))
				return []reg.VecVirtual{v.Fma(v.Mul(dh, o), flat, dc), v.Mul(v.Mul(dh, tanh), slope(v, o))}
			}},
		{name: "lstmGateGrad", doc: "the gradients of the input, forget and new gates of an LSTM, and dc ·= f.",
			out: words("di df dn dc"), in: words("dc i f new before"), group: 1,
			body: func(v isa, in, _, _ []Op) []reg.VecVirtual {
				dc, i, f, n, before := in[0], in[1], in[2], in[3], in[4]
				return []reg.VecVirtual{
					v.Mul(v.Mul(dc, n), slope(v, i)),
					v.Mul(v.Mul(dc, before), slope(v, f)),
					v.Mul(v.Mul(dc, i), v.Fnma(n, n, v.Constant(1))),
					v.Mul(dc, f),
				}
			}},
		{name: "gruGrad", doc: "the gradients of a GRU's reset and update gates, its new values and their product, and dh ·= z.",
			out: words("dr dz dn dq dh"), in: words("dh r z new last before"), group: 1,
			body: func(v isa, in, _, _ []Op) []reg.VecVirtual {
				dh, r, z, n, last, before := in[0], in[1], in[2], in[3], in[4], in[5]
				kept := v.Mul(dh, z)
				dn := v.Mul(v.Sub(dh, kept), v.Fnma(n, n, v.Constant(1)))
				return []reg.VecVirtual{
					v.Mul(v.Mul(dn, last), slope(v, r)),
					v.Mul(v.Mul(dh, v.Sub(before, n)), slope(v, z)),
					dn,
					v.Mul(dn, r),
					kept,
				}
			}},
		{name: "gatedTanh", doc: "y = tanh(x)·sigmoid(gate).", out: words("y"), in: words("x gate"), group: 1,
			body: func(v isa, in, _, _ []Op) []reg.VecVirtual { return one(v.Mul(v.tanh(in[0]), sigmoid(v, in[1]))) }},
		{name: "gatedTanhGrad", doc: "the gradients of gatedTanh, from x and gate.", out: words("dx dgate"), in: words("dy x gate"), group: 1,
			body: func(v isa, in, _, _ []Op) []reg.VecVirtual {
				t, s := v.tanh(in[1]), sigmoid(v, in[2])
				return []reg.VecVirtual{
					v.Mul(v.Mul(in[0], s), v.Fnma(t, t, v.Constant(1))),
					v.Mul(v.Mul(in[0], t), slope(v, s)),
				}
			}},
	} {
		l.name += "Vector"
		l.write()
	}
}
