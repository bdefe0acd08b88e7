package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
	"zoo/internal/f32/gen/lanes"
)

// mathKernels writes the loops of the elementary functions.
func mathKernels() {
	type body = func(v isa, in, s []Op) reg.VecVirtual
	unary := func(f func(v isa, x Op) reg.VecVirtual) body {
		return func(v isa, in, _ []Op) reg.VecVirtual { return f(v, in[0]) }
	}
	gradient := func(f func(v isa, x Op) reg.VecVirtual) body {
		return func(v isa, in, _ []Op) reg.VecVirtual { return v.Mul(in[0], f(v, in[1])) }
	}
	sigmoid := func(v isa, x Op) reg.VecVirtual { return v.times(v.Constant(1), v.newLogistic(x, nil)) }
	for _, l := range []struct {
		name, doc, out, in, scalars string
		body                        body
	}{
		{"exp", "dst = exp(src).", "dst", "src", "", unary(isa.exp)},
		{"log", "dst = log(src).", "dst", "src", "", unary(isa.log)},
		{"erf", "dst = erf(src).", "dst", "src", "", unary(isa.erf)},
		{"rsqrt", "dst = 1/√src.", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.Div(v.Constant(1), v.Sqrt(in[0])) }},
		{"tanh", "dst = a·tanh(s·src).", "dst", "src", "a s",
			func(v isa, in, s []Op) reg.VecVirtual { return v.Mul(s[0], v.tanh(v.Mul(s[1], in[0]))) }},
		{"sigmoid", "dst = 1/(1 + exp(−src)).", "dst", "src", "", unary(sigmoid)},
		{"silu", "dst = src·sigmoid(src).", "dst", "src", "", unary(isa.silu)},
		{"siluGrad", "dx = dy times the derivative of silu.", "dx", "dy x", "", gradient(isa.siluSlope)},
		{"gelu", "dst = src·Φ(src).", "dst", "src", "", unary(isa.gelu)},
		{"geluGrad", "dx = dy times the derivative of gelu.", "dx", "dy x", "", gradient(isa.geluSlope)},
		{"geluTanh", "gelu in its tanh approximation.", "dst", "src", "", unary(isa.geluTanh)},
		{"geluTanhGrad", "dx = dy times the derivative of geluTanh.", "dx", "dy x", "", gradient(isa.geluTanhSlope)},
		{"elu", "dst = src where that is positive, else alpha·(exp(src) − 1).", "dst", "src", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual {
				below := v.Mul(s[0], v.expm1(v.Min(v.Zero(), in[0])))
				return v.Choose(v.Compare(in[0], lanes.Greater, v.Zero()), in[0], below)
			}},
		{"scaledExp", "dst = scale·exp(src − top) + shift.", "dst", "src", "top scale shift",
			func(v isa, in, s []Op) reg.VecVirtual { return v.Fma(v.exp(v.Sub(in[0], s[0])), s[1], s[2]) }},
	} {
		loop{name: l.name + "Vector", doc: l.doc, out: words(l.out), in: words(l.in), scalars: words(l.scalars), group: 1,
			body: func(v isa, in, _, s []Op) []reg.VecVirtual { return one(l.body(v, in, s)) }}.write()
	}
	maximumKernel()
	sumExpKernels()
}

// eachVector writes a loop over the n values at x. f gets the mask of the last
// vector; for the others it is nil. The pointers also move on with x.
func (v isa) eachVector(f func(x reg.VecVirtual, mask reg.Register), also ...reg.Register) {
	left, x := Load("n"), Load("x")
	Label("vector")
	CMPQ(left, I32(v.Lanes()))
	JLT(LabelRef("last"))
	f(v.Load(Mem{Base: x}, nil), nil)
	for _, p := range append(also, x) {
		ADDQ(I32(4*v.Lanes()), p)
	}
	SUBQ(I32(v.Lanes()), left)
	JMP(LabelRef("vector"))
	Label("last")
	TESTQ(left, left)
	JZ(LabelRef("done"))
	mask := v.Masks(left, 1)[0]()
	f(v.Load(Mem{Base: x}, mask), mask)
	Label("done")
}

func maximumKernel() {
	kernel("maxVector", "n int, x *float32, largest *float32", "the largest of x, or NaN where one is; it may be one of several zeros.", func(v isa) {
		first := Load("x")
		largest := v.Broadcast(Mem{Base: first})
		v.eachVector(func(x reg.VecVirtual, mask reg.Register) {
			if mask != nil {
				x = v.Choose(mask, x, largest)
			}
			v.Move(v.Maximum(largest, x), largest)
		})
		v.StoreMax(largest, Mem{Base: Load("largest")})
	})
}

func sumExpKernels() {
	kernel("sumExpVector", "n int, x *float32, sum *float64, top float32", "Σ exp(x − top).", func(v isa) { v.sumExp(nil) })
	kernel("expSumVector", "n int, dst, x *float32, sum *float64, top float32", "dst = exp(x − top), and sumExpVector.",
		func(v isa) { v.sumExp(Load("dst")) })
}

// sumExp adds up exponentials, and stores them at dst, if it is not nil.
func (v isa) sumExp(dst reg.Register) {
	top := v.Scalar("top")
	low, high := v.Zero(), v.Zero()
	var also []reg.Register
	if dst != nil {
		also = append(also, dst)
	}
	v.eachVector(func(x reg.VecVirtual, mask reg.Register) {
		e := v.exp(v.Sub(x, top))
		if mask != nil {
			e = v.Keep(mask, e)
		}
		if dst != nil {
			v.Store(e, Mem{Base: dst}, mask)
		}
		l, h := v.Halves(e)
		v.AddDouble(l, low)
		v.AddDouble(h, high)
	}, also...)
	v.AddDouble(high, low)
	result := Load("sum")
	v.StoreSumDouble(low, Mem{Base: result})
}
