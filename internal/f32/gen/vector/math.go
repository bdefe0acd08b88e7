package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The elementary functions, in float32 throughout. Their polynomials were fitted
// by weighted least squares towards the least maximal error. All pass NaN on.

// horner sets p to p·x + c, for each coefficient c in turn.
func (v isa) horner(p reg.VecVirtual, x Op, coefficients ...float32) reg.VecVirtual {
	for _, c := range coefficients {
		if v.wide() {
			VFMADD213PS_BCST(constantAddress(c), x, p)
		} else {
			VFMADD213PS(v.constant(c), x, p)
		}
	}
	return p
}

// ln 2 in two parts: products of the first one with small integers are exact.
const (
	ln2High = float32(0.69314575)
	ln2Low  = float32(1.4286068e-06)
)

// A power is mantissa·2^exponent, the exponent an integer as float32.
type power struct{ mantissa, exponent reg.VecVirtual }

// reduce returns n = round(x/ln 2) and r = x − n·ln 2.
func (v isa) reduce(x Op) (n, r reg.VecVirtual) {
	scaled := v.mul(v.constant(math.Log2E), x)
	n = v.reg()
	if v.wide() {
		VRNDSCALEPS(Imm(0), scaled, n)
	} else {
		VROUNDPS(Imm(0), scaled, n)
	}
	r = v.fnma(n, v.constant(ln2High), x)
	VFNMADD231PS(v.constant(ln2Low), n, r)
	return n, r
}

// expm1Reduced returns eʳ − 1 for |r| ≤ ½ ln 2.
func (v isa) expm1Reduced(r Op) reg.VecVirtual {
	q := v.horner(v.constant(0.0013941878), r, 0.00836867932, 0.0416663885, 0.166665211, 0.5)
	return v.fma(q, v.mul(r, r), r)
}

// The exponential function of less is 0 even when multiplied by a hundred, and
// of more it is infinite.
const least, most = -115, 89

// expPower returns eˣ. The caller scales it, after multiplying it: a result that
// is denormal is rounded once.
func (v isa) expPower(x Op) power {
	n, r := v.reduce(v.min(v.constant(most), v.max(v.constant(least), x)))
	return power{v.add(v.constant(1), v.expm1Reduced(r)), n}
}

// expPowerOf returns e^(x + low), for a low that is an error of x.
func (v isa) expPowerOf(x, low Op) power {
	n, r := v.reduce(v.min(v.constant(most), v.max(v.constant(least), x)))
	one, p := v.constant(1), v.expm1Reduced(r)
	m := v.add(one, p)
	lost := v.sub(p, v.sub(m, one))
	return power{v.add(m, v.fma(m, low, lost)), n}
}

// scale returns the value of a power.
func (v isa) scale(p power) reg.VecVirtual {
	if v.wide() {
		r := v.reg()
		VSCALEFPS(p.exponent, p.mantissa, r)
		return r
	}
	// In two steps, as the exponent may be that of no normal number.
	n, half := v.reg(), v.reg()
	VCVTPS2DQ(p.exponent, n)
	VPSRAD(Imm(1), n, half)
	VPSUBD(half, n, n)
	return v.mul(v.mul(p.mantissa, v.powerOf2(half)), v.powerOf2(n))
}

// powerOf2 returns 2ⁿ as float32, for integers n.
func (v isa) powerOf2(n reg.VecVirtual) reg.VecVirtual {
	r := v.reg()
	VPSLLD(Imm(23), n, r)
	VPADDD(v.constant(1), r, r)
	return r
}

func (v isa) exp(x Op) reg.VecVirtual { return v.scale(v.expPower(x)) }

// expm1 returns eˣ − 1, for x that are not positive.
func (v isa) expm1(x Op) reg.VecVirtual {
	n, r := v.reduce(v.max(v.constant(-30), x))
	p := v.expm1Reduced(r)
	integer := v.reg()
	VCVTPS2DQ(n, integer)
	s := v.powerOf2(integer)
	return v.fma(p, s, v.sub(s, v.constant(1)))
}

// log returns the natural logarithm: e·ln 2 + log m for x = m·2^e with m from √½
// to √2, where log m = 2s + s·R(s²) with s = (m − 1)/(m + 1).
func (v isa) log(x Op) reg.VecVirtual {
	small := v.compare(x, less, v.constant(0x1p-126))
	y := v.choose(small, v.mul(x, v.constant(0x1p23)), x)
	bits, e := v.reg(), v.reg()
	VPSUBD(v.constant(math.Sqrt2/2), y, bits)
	VPSRAD(Imm(23), bits, bits)
	VCVTDQ2PS(bits, e)
	VPSLLD(Imm(23), bits, bits)
	VPSUBD(bits, y, bits) // m
	e = v.sub(e, v.keep(small, v.constant(23)))
	f := v.sub(bits, v.constant(1))
	s := v.div(f, v.add(f, v.constant(2)))
	z := v.mul(s, s)
	rest := v.mul(z, v.horner(v.constant(0.298714608), z, 0.399775684, 0.666667759))
	// 2s = f − f·s: the largest part is exact.
	rest = v.fma(e, v.constant(ln2Low), v.mul(s, v.sub(rest, f)))
	y = v.fma(e, v.constant(ln2High), v.add(f, rest))
	infinity := v.constant(float32(math.Inf(1)))
	y = v.choose(v.compare(x, notLess, infinity), x, y)
	y = v.choose(v.compare(x, less, v.zero()), v.constant(float32(math.NaN())), y)
	return v.choose(v.compare(x, equal, v.zero()), v.constant(float32(math.Inf(-1))), y)
}

// abs returns |x|.
func (v isa) abs(x Op) reg.VecVirtual {
	r := v.reg()
	VANDNPS(x, v.signs(), r)
	return r
}

// signs returns −0 in every lane.
func (v isa) signs() reg.VecVirtual { return v.constant(float32(math.Copysign(0, -1))) }

// copySign returns a, which has no sign, with the sign of x.
func (v isa) copySign(a, x Op) reg.VecVirtual {
	s := v.and(x, v.signs())
	VORPS(a, s, s)
	return s
}

// tanh is −t/(2 + t) with t = e^(−2|x|) − 1.
func (v isa) tanh(x Op) reg.VecVirtual {
	t := v.expm1(v.mul(v.constant(-2), v.abs(x)))
	return v.copySign(v.abs(v.div(t, v.add(t, v.constant(2)))), x)
}
