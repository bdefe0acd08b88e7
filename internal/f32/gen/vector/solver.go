package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// solverKernels writes the updates of weights, each in one pass.
func solverKernels() {
	// decayed returns g + decay·w.
	decayed := func(v isa, w, g, decay Op) reg.VecVirtual { return v.Fma(decay, w, g) }
	for _, l := range []loop{
		{name: "sgd", doc: "w −= rate·(g + decay·w).",
			out: words("w"), in: words("w grad"), scalars: words("rate decay"), group: 4,
			body: func(v isa, in, _, s []Op) []reg.VecVirtual {
				return one(v.Fnma(s[0], decayed(v, in[0], in[1], s[1]), in[0]))
			}},
		{name: "momentum", doc: "b = momentum·b + g + decay·w and w −= rate·b.",
			out: words("w b"), in: words("w grad b"), scalars: words("rate momentum decay"), group: 4,
			body: func(v isa, in, _, s []Op) []reg.VecVirtual {
				b := v.Fma(s[1], in[2], decayed(v, in[0], in[1], s[2]))
				return []reg.VecVirtual{v.Fnma(s[0], b, in[0]), b}
			}},
		{name: "nesterov", doc: "d = g + decay·w, b = momentum·b + d and w −= rate·(d + momentum·b).",
			out: words("w b"), in: words("w grad b"), scalars: words("rate momentum decay"), group: 4,
			body: func(v isa, in, _, s []Op) []reg.VecVirtual {
				d := decayed(v, in[0], in[1], s[2])
				b := v.Fma(s[1], in[2], d)
				return []reg.VecVirtual{v.Fnma(s[0], v.Fma(s[1], b, d), in[0]), b}
			}},
		{name: "adam", doc: "the update of Adam.",
			out: words("w m v"), in: words("w grad m v"), group: 1,
			scalars: words("rate beta1 rest1 beta2 rest2 root eps decay shrink"),
			body: func(v isa, in, _, s []Op) []reg.VecVirtual {
				d := decayed(v, in[0], in[1], s[7])
				mean := v.Fma(s[2], d, v.Mul(s[1], in[2]))
				square := v.Fma(s[4], v.Mul(d, d), v.Mul(s[3], in[3]))
				step := v.Div(v.Mul(s[0], mean), v.Add(v.Div(v.Sqrt(square), s[5]), s[6]))
				return []reg.VecVirtual{v.Sub(v.Mul(s[8], in[0]), step), mean, square}
			}},
		{name: "rmsprop", doc: "d = g + decay·w, v = alpha·v + rest·d² and w −= rate·d/(√v + eps).",
			out: words("w v"), in: words("w grad v"), scalars: words("rate alpha rest eps decay"), group: 2,
			body: func(v isa, in, _, s []Op) []reg.VecVirtual {
				d := decayed(v, in[0], in[1], s[4])
				square := v.Fma(s[2], v.Mul(d, d), v.Mul(s[1], in[2]))
				return []reg.VecVirtual{v.Fnma(s[0], v.Div(d, v.Add(v.Sqrt(square), s[3])), in[0]), square}
			}},
		{name: "rmspropMomentum", doc: "rmsprop with b = momentum·b + d/(√v + eps) and w −= rate·b.",
			out: words("w v b"), in: words("w grad v b"), scalars: words("rate alpha rest eps decay momentum"), group: 1,
			body: func(v isa, in, _, s []Op) []reg.VecVirtual {
				d := decayed(v, in[0], in[1], s[4])
				square := v.Fma(s[2], v.Mul(d, d), v.Mul(s[1], in[2]))
				b := v.Fma(s[5], in[3], v.Div(d, v.Add(v.Sqrt(square), s[3])))
				return []reg.VecVirtual{v.Fnma(s[0], b, in[0]), square, b}
			}},
		{name: "axpby", doc: "dst = alpha·src + beta·dst.",
			out: words("dst"), in: words("dst src"), scalars: words("alpha beta"), group: 4,
			body: func(v isa, in, _, s []Op) []reg.VecVirtual {
				return one(v.Fma(s[0], in[1], v.Mul(s[1], in[0])))
			}},
	} {
		l.name += "Vector"
		l.write()
	}
}
