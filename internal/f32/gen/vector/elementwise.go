package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elementwiseKernels writes the loops that know no columns.
func elementwiseKernels() {
	type body = func(v isa, in, s []Op) reg.VecVirtual
	for _, l := range []struct {
		name, doc, out, in, scalars string
		body                        body
	}{
		{"relu", "dst = max(src, 0).", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.relu(in[0]) }},
		{"reluGrad", "dx = dy where y is not 0, else 0.", "dx", "dy y", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.keep(v.compare(in[1], notEqual, v.zero()), in[0]) }},
		{"leaky", "dst = max(src, 0) + slope·min(src, 0).", "dst", "src", "slope",
			func(v isa, in, s []Op) reg.VecVirtual { return v.leaky(in[0], s[0]) }},
		{"leakyGrad", "dx = dy where v is positive, else slope·dy.", "dx", "dy v", "slope",
			func(v isa, in, s []Op) reg.VecVirtual { return v.leakyGrad(in[0], in[1], s[0]) }},
		{"eluGrad", "dx = dy where y is positive, else dy·(y + alpha).", "dx", "dy y", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual {
				return v.choose(v.compare(in[1], greater, v.zero()), in[0], v.mul(in[0], v.add(in[1], s[0])))
			}},
		{"sigmoidGrad", "dx = dy·y·(1 − y).", "dx", "dy y", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.mul(v.mul(in[0], in[1]), v.sub(v.constant(1), in[1])) }},
		{"tanhGrad", "dx = dy·(top − curve·y²).", "dx", "dy y", "top curve",
			func(v isa, in, s []Op) reg.VecVirtual {
				return v.mul(in[0], v.fnma(v.mul(s[1], in[1]), in[1], s[0]))
			}},
		{"relu6", "dst = min(max(src, 0), 6).", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.clamp6(in[0]) }},
		{"relu6Grad", "dx = 0 where y is 0 or 6, else dy.", "dx", "dy y", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.between(in[1], 6, in[0]) }},
		{"hardSigmoid", "dst = min(max(src + 3, 0), 6)/6.", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.hardSigmoid(in[0]) }},
		{"hardSigmoidGrad", "dx = 0 where y is 0 or 1, else dy/6.", "dx", "dy y", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.between(in[1], 1, v.mul(in[0], v.constant(sixth))) }},
		{"hardSwish", "dst = src·hardSigmoid(src).", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.mul(in[0], v.hardSigmoid(in[0])) }},
		{"hardSwishGrad", "dx = 0 where x is at most −3, dy where it is at least 3, else dy·(2x + 3)/6.", "dx", "dy x", "",
			func(v isa, in, _ []Op) reg.VecVirtual {
				x, dy := in[1], in[0]
				slope := v.mul(v.add(v.add(x, x), v.constant(3)), v.constant(sixth))
				above := v.choose(v.compare(v.constant(3), lessEqual, x), dy, v.mul(dy, slope))
				return v.keep(v.compare(x, notLessEqual, v.constant(-3)), above)
			}},
		{"add", "dst = a + b.", "dst", "a b", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.add(in[0], in[1]) }},
		{"mul", "dst = a·b.", "dst", "a b", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.mul(in[0], in[1]) }},
		{"scale", "dst = alpha·src.", "dst", "src", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual { return v.mul(in[0], s[0]) }},
		{"axpy", "dst += alpha·src.", "dst", "dst src", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual { return v.fma(s[0], in[1], in[0]) }},
		{"axpyDifference", "dst += alpha·(x − y).", "dst", "dst x y", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual { return v.fma(s[0], v.sub(in[1], in[2]), in[0]) }},
		{"softmaxGrad", "dx = scale·p·(dp − sum).", "dx", "dp p", "sum scale",
			func(v isa, in, s []Op) reg.VecVirtual { return v.mul(v.mul(s[1], in[1]), v.sub(in[0], s[0])) }},
	} {
		loop{name: l.name + "Vector", doc: l.doc, out: words(l.out), in: words(l.in), scalars: words(l.scalars), group: 4,
			body: func(v isa, in, _, s []Op) []reg.VecVirtual { return one(l.body(v, in, s)) }}.write()
	}
}

// sixth is the slope of hardSigmoid.
const sixth = float32(1. / 6)

// clamp6 returns min(max(x, 0), 6).
func (v isa) clamp6(x Op) reg.VecVirtual {
	return v.min(v.constant(6), v.max(v.zero(), x))
}

func (v isa) hardSigmoid(x Op) reg.VecVirtual {
	return v.mul(v.clamp6(v.add(x, v.constant(3))), v.constant(sixth))
}

// between returns g, or 0 where y is 0 or top.
func (v isa) between(y Op, top float32, g Op) reg.VecVirtual {
	below := v.keep(v.compare(y, notEqual, v.constant(top)), g)
	return v.keep(v.compare(y, notEqual, v.zero()), below)
}

// maximum returns the larger operand, and NaN where either is. It overwrites
// neither.
func (v isa) maximum(a, b Op) reg.VecVirtual {
	m := v.max(a, b) // b where either is NaN
	nan := v.compare(a, unordered, a)
	if v.wide() {
		VMOVAPS(a, nan, m)
		return m
	}
	return v.choose(nan, a, m)
}
