package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// mathKernels writes the loops of the elementary functions.
func mathKernels() {
	type body = func(v isa, in, s []Op) reg.VecVirtual
	unary := func(f func(v isa, x Op) reg.VecVirtual) body {
		return func(v isa, in, _ []Op) reg.VecVirtual { return f(v, in[0]) }
	}
	gradient := func(f func(v isa, x Op) reg.VecVirtual) body {
		return func(v isa, in, _ []Op) reg.VecVirtual { return v.mul(in[0], f(v, in[1])) }
	}
	sigmoid := func(v isa, x Op) reg.VecVirtual { return v.times(v.constant(1), v.newLogistic(x, nil)) }
	for _, l := range []struct {
		name, doc, out, in, scalars string
		body                        body
	}{
		{"exp", "dst = exp(src).", "dst", "src", "", unary(isa.exp)},
		{"log", "dst = log(src).", "dst", "src", "", unary(isa.log)},
		{"erf", "dst = erf(src).", "dst", "src", "", unary(isa.erf)},
		{"rsqrt", "dst = 1/√src.", "dst", "src", "",
			func(v isa, in, _ []Op) reg.VecVirtual { return v.div(v.constant(1), v.sqrt(in[0])) }},
		{"tanh", "dst = a·tanh(s·src).", "dst", "src", "a s",
			func(v isa, in, s []Op) reg.VecVirtual { return v.mul(s[0], v.tanh(v.mul(s[1], in[0]))) }},
		{"sigmoid", "dst = 1/(1 + exp(−src)).", "dst", "src", "", unary(sigmoid)},
		{"silu", "dst = src·sigmoid(src).", "dst", "src", "", unary(isa.silu)},
		{"siluGrad", "dx = dy times the derivative of silu.", "dx", "dy x", "", gradient(isa.siluSlope)},
		{"gelu", "dst = src·Φ(src).", "dst", "src", "", unary(isa.gelu)},
		{"geluGrad", "dx = dy times the derivative of gelu.", "dx", "dy x", "", gradient(isa.geluSlope)},
		{"geluTanh", "gelu in its tanh approximation.", "dst", "src", "", unary(isa.geluTanh)},
		{"geluTanhGrad", "dx = dy times the derivative of geluTanh.", "dx", "dy x", "", gradient(isa.geluTanhSlope)},
		{"elu", "dst = src where that is positive, else alpha·(exp(src) − 1).", "dst", "src", "alpha",
			func(v isa, in, s []Op) reg.VecVirtual {
				below := v.mul(s[0], v.expm1(v.min(v.zero(), in[0])))
				return v.choose(v.compare(in[0], greater, v.zero()), in[0], below)
			}},
		{"scaledExp", "dst = scale·exp(src − top) + shift.", "dst", "src", "top scale shift",
			func(v isa, in, s []Op) reg.VecVirtual { return v.fma(v.exp(v.sub(in[0], s[0])), s[1], s[2]) }},
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
	left, x := Load(Param("n"), GP64()), Load(Param("x"), GP64())
	Label(v.label("vector"))
	CMPQ(left, I32(v.lanes))
	JLT(LabelRef(v.label("last")))
	f(v.load(Mem{Base: x}, nil), nil)
	for _, p := range append(also, x) {
		ADDQ(I32(4*v.lanes), p)
	}
	SUBQ(I32(v.lanes), left)
	JMP(LabelRef(v.label("vector")))
	Label(v.label("last"))
	TESTQ(left, left)
	JZ(LabelRef(v.label("done")))
	mask := v.masks(left, 1)[0]()
	f(v.load(Mem{Base: x}, mask), mask)
	Label(v.label("done"))
}

func maximumKernel() {
	kernel("maxVector", "n int, x *float32, largest *float32", "the largest of x, or NaN where one is; it may be one of several zeros.", func(v isa) {
		first := Load(Param("x"), GP64())
		largest := v.broadcast(Mem{Base: first})
		v.eachVector(func(x reg.VecVirtual, mask reg.Register) {
			if mask != nil {
				x = v.choose(mask, x, largest)
			}
			VMOVAPS(v.maximum(largest, x), largest)
		})
		// Each lane with its neighbours, further and further away.
		other := v.reg()
		if v.wide() {
			VSHUFF32X4(Imm(0x4e), largest, largest, other)
			VMOVAPS(v.maximum(largest, other), largest)
			VSHUFF32X4(Imm(0xb1), largest, largest, other)
		} else {
			VPERM2F128(Imm(1), largest, largest, other)
		}
		VMOVAPS(v.maximum(largest, other), largest)
		for _, order := range []U8{0x4e, 0xb1} {
			VPERMILPS(order, largest, other)
			VMOVAPS(v.maximum(largest, other), largest)
		}
		result := Load(Param("largest"), GP64())
		VMOVSS(largest.AsX(), Mem{Base: result})
	})
}

func sumExpKernels() {
	kernel("sumExpVector", "n int, x *float32, sum *float64, top float32", "Σ exp(x − top).", func(v isa) { v.sumExp(nil) })
	kernel("expSumVector", "n int, dst, x *float32, sum *float64, top float32", "dst = exp(x − top), and sumExpVector.",
		func(v isa) { v.sumExp(Load(Param("dst"), GP64())) })
}

// sumExp adds up exponentials, and stores them at dst, if it is not nil.
func (v isa) sumExp(dst reg.Register) {
	top := v.scalar("top")
	low, high := v.zero(), v.zero()
	var also []reg.Register
	if dst != nil {
		also = append(also, dst)
	}
	v.eachVector(func(x reg.VecVirtual, mask reg.Register) {
		e := v.exp(v.sub(x, top))
		if mask != nil {
			e = v.keep(mask, e)
		}
		if dst != nil {
			v.store(e, Mem{Base: dst}, mask)
		}
		l, h := v.halves(e)
		VADDPD(l, low, low)
		VADDPD(h, high, high)
	}, also...)
	VADDPD(high, low, low)
	result := Load(Param("sum"), GP64())
	VMOVSD(v.sumLanes(low, true), Mem{Base: result})
}
