package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/lanes"
)

// elementwiseKernels writes the loops that do not depend on columns.
func elementwiseKernels() {
	type body = func(v isa, in, s []Op) reg.VecVirtual
	for _, l := range []struct {
		name, doc, out, in, scalars string
		body                        body
	}{
		{"relu", "dst = max(src, 0).", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.Relu(in[0]) }},
		{"reluGrad", "dx = dy where y is not 0, else 0.", "dx", "dy y", "",
			func(v isa, in, _ []Op) reg.VecVirtual {
				return v.Keep(v.Compare(in[1], lanes.NotEqual, v.Zero()), in[0])
			}},
		{"leaky", "dst = max(src, 0) + slope·min(src, 0).", "dst", "src", "slope",
			func(v isa, in, s []Op) reg.VecVirtual { return v.leaky(in[0], s[0]) }},
		{"leakyGrad", "dx = dy where v is positive, else slope·dy.", "dx", "dy v", "slope",
			func(v isa, in, s []Op) reg.VecVirtual { return v.leakyGrad(in[0], in[1], s[0]) }},
		{"eluGrad", "dx = dy where y is positive, else dy·(y + alpha).", "dx", "dy y", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual {
				return v.Choose(v.Compare(in[1], lanes.Greater, v.Zero()), in[0], v.Mul(in[0], v.Add(in[1], s[0])))
			}},
		{"sigmoidGrad", "dx = dy·y·(1 − y).", "dx", "dy y", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.Mul(v.Mul(in[0], in[1]), v.Sub(v.Constant(1), in[1])) }},
		{"tanhGrad", "dx = dy·(top − curve·y²).", "dx", "dy y", "top curve",
			func(v isa, in, s []Op) reg.VecVirtual {
				return v.Mul(in[0], v.Fnma(v.Mul(s[1], in[1]), in[1], s[0]))
			}},
		{"relu6", "dst = min(max(src, 0), 6).", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.clamp6(in[0]) }},
		{"relu6Grad", "dx = 0 where y is 0 or 6, else dy.", "dx", "dy y", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.between(in[1], 6, in[0]) }},
		{"hardSigmoid", "dst = min(max(src + 3, 0), 6)/6.", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.hardSigmoid(in[0]) }},
		{"hardSigmoidGrad", "dx = 0 where y is 0 or 1, else dy/6.", "dx", "dy y", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.between(in[1], 1, v.Mul(in[0], v.Constant(sixth))) }},
		{"hardSwish", "dst = src·hardSigmoid(src).", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.Mul(in[0], v.hardSigmoid(in[0])) }},
		{"hardSwishGrad", "dx = 0 where x is at most −3, dy where it is at least 3, else dy·(2x + 3)/6.", "dx", "dy x", "",
			func(v isa, in, _ []Op) reg.VecVirtual {
				x, dy := in[1], in[0]
				slope := v.Mul(v.Add(v.Add(x, x), v.Constant(3)), v.Constant(sixth))
				above := v.Choose(v.Compare(v.Constant(3), lanes.LessEqual, x), dy, v.Mul(dy, slope))
				return v.Keep(v.Compare(x, lanes.NotLessEqual, v.Constant(-3)), above)
			}},
		{"add", "dst = a + b.", "dst", "a b", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.Add(in[0], in[1]) }},
		{"mul", "dst = a·b.", "dst", "a b", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.Mul(in[0], in[1]) }},
		{"mix", "y = (1 − gate)·a + gate·b.", "y", "a b gate", "",
			func(v isa, in, _ []Op) reg.VecVirtual {
				return v.Add(v.Mul(v.Sub(v.Constant(1), in[2]), in[0]), v.Mul(in[2], in[1]))
			}},
		{"mulDifference", "dst = x·(a − b).", "dst", "x a b", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.Mul(in[0], v.Sub(in[1], in[2])) }},
		{"mulComplement", "dst = x·(1 − gate).", "dst", "x gate", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.Mul(in[0], v.Sub(v.Constant(1), in[1])) }},
		{"scale", "dst = alpha·src.", "dst", "src", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual { return v.Mul(in[0], s[0]) }},
		{"axpy", "dst += alpha·src.", "dst", "dst src", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual { return v.Fma(s[0], in[1], in[0]) }},
		{"axpyFour", "dst += alpha·a, then beta·b, gamma·c and delta·d.", "dst", "dst a b c d", "alpha beta gamma delta",
			func(v isa, in, s []Op) reg.VecVirtual {
				return v.Fma(s[3], in[4], v.Fma(s[2], in[3], v.Fma(s[1], in[2], v.Fma(s[0], in[1], in[0]))))
			}},
		{"axpyDifference", "dst += alpha·(x − y).", "dst", "dst x y", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual { return v.Fma(s[0], v.Sub(in[1], in[2]), in[0]) }},
		{"softmaxGrad", "dx = scale·p·(dp − sum).", "dx", "dp p", "sum scale",
			func(v isa, in, s []Op) reg.VecVirtual { return v.Mul(v.Mul(s[1], in[1]), v.Sub(in[0], s[0])) }},
	} {
		loop{name: l.name + "Vector", doc: l.doc, out: words(l.out), in: words(l.in), scalars: words(l.scalars), group: 4,
			body: func(v isa, in, _, s []Op) []reg.VecVirtual { return one(l.body(v, in, s)) }}.write()
	}
}

// sixth is the slope of hardSigmoid.
const sixth = float32(1. / 6)

// clamp6 returns min(max(x, 0), 6).
func (v isa) clamp6(x Op) reg.VecVirtual {
	return v.Min(v.Constant(6), v.Max(v.Zero(), x))
}

func (v isa) hardSigmoid(x Op) reg.VecVirtual {
	return v.Mul(v.clamp6(v.Add(x, v.Constant(3))), v.Constant(sixth))
}

// between returns g, or 0 where y is 0 or top.
func (v isa) between(y Op, top float32, g Op) reg.VecVirtual {
	below := v.Keep(v.Compare(y, lanes.NotEqual, v.Constant(top)), g)
	return v.Keep(v.Compare(y, lanes.NotEqual, v.Zero()), below)
}
