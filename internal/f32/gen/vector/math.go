package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/lanes"
)

// The elementary functions, in float32 throughout. Their polynomials were fitted
// by weighted least squares towards the least maximal error. All pass NaN on.

// ln 2 in two parts: products of the first one with small integers are exact.
const (
	ln2High = float32(0.69314575)
	ln2Low  = float32(1.4286068e-06)
)

// A power is mantissa·2^exponent, the exponent an integer as float32.
type power struct{ mantissa, exponent reg.VecVirtual }

// reduce returns n = round(x/ln 2) and r = x − n·ln 2.
func (v isa) reduce(x Op) (n, r reg.VecVirtual) {
	scaled := v.Mul(v.Constant(math.Log2E), x)
	n = v.Round(scaled)
	r = v.Fnma(n, v.Constant(ln2High), x)
	v.FnmaTo(v.Constant(ln2Low), n, r)
	return n, r
}

// expm1Reduced returns eʳ − 1 for |r| ≤ ½ ln 2.
func (v isa) expm1Reduced(r Op) reg.VecVirtual {
	q := v.horner(v.Constant(0.0013941878), r, 0.00836867932, 0.0416663885, 0.166665211, 0.5)
	return v.Fma(q, v.Mul(r, r), r)
}

// The exponential function of less is 0 even when multiplied by a hundred, and
// of more it is infinite.
const least, most = -115, 89

// expPower returns eˣ. The caller scales it, after multiplying it: a result that
// is denormal is rounded once.
func (v isa) expPower(x Op) power {
	n, r := v.reduce(v.Min(v.Constant(most), v.Max(v.Constant(least), x)))
	return power{v.Add(v.Constant(1), v.expm1Reduced(r)), n}
}

// expPowerOf returns e^(x + low), for a low that is an error of x.
func (v isa) expPowerOf(x, low Op) power {
	n, r := v.reduce(v.Min(v.Constant(most), v.Max(v.Constant(least), x)))
	one, p := v.Constant(1), v.expm1Reduced(r)
	m := v.Add(one, p)
	lost := v.Sub(p, v.Sub(m, one))
	return power{v.Add(m, v.Fma(m, low, lost)), n}
}

// scale returns the value of a power.
func (v isa) scale(p power) reg.VecVirtual { return v.Power(p.mantissa, p.exponent) }

// powerOf2 returns 2ⁿ as float32, for integers n from −126 to 127.
func (v isa) powerOf2(n reg.VecVirtual) reg.VecVirtual {
	return v.AddInt(v.ShiftLeft(23, n), v.Constant(1))
}

func (v isa) exp(x Op) reg.VecVirtual { return v.scale(v.expPower(x)) }

// expm1 returns eˣ − 1, for x that are not positive.
func (v isa) expm1(x Op) reg.VecVirtual {
	n, r := v.reduce(v.Max(v.Constant(-30), x))
	p := v.expm1Reduced(r)
	s := v.powerOf2(v.ToInt(n))
	return v.Fma(p, s, v.Sub(s, v.Constant(1)))
}

// log returns the natural logarithm: e·ln 2 + log m for x = m·2^e with m from √½
// to √2, where log m = 2s + s·R(s²) with s = (m − 1)/(m + 1).
func (v isa) log(x Op) reg.VecVirtual {
	small := v.Compare(x, lanes.Less, v.Constant(0x1p-126))
	y := v.Choose(small, v.Mul(x, v.Constant(0x1p23)), x)
	bits := v.ShiftRight(23, v.SubInt(y, v.Constant(math.Sqrt2/2)))
	e := v.FromInt(bits)
	m := v.SubInt(y, v.ShiftLeft(23, bits))
	e = v.Sub(e, v.Keep(small, v.Constant(23)))
	f := v.Sub(m, v.Constant(1))
	s := v.Div(f, v.Add(f, v.Constant(2)))
	z := v.Mul(s, s)
	rest := v.Mul(z, v.horner(v.Constant(0.298714608), z, 0.399775684, 0.666667759))
	// 2s = f − f·s: the largest part is exact.
	rest = v.Fma(e, v.Constant(ln2Low), v.Mul(s, v.Sub(rest, f)))
	y = v.Fma(e, v.Constant(ln2High), v.Add(f, rest))
	infinity := v.Constant(float32(math.Inf(1)))
	y = v.Choose(v.Compare(x, lanes.NotLess, infinity), x, y)
	y = v.Choose(v.Compare(x, lanes.Less, v.Zero()), v.Constant(float32(math.NaN())), y)
	return v.Choose(v.Compare(x, lanes.Equal, v.Zero()), v.Constant(float32(math.Inf(-1))), y)
}

// abs returns |x|.
func (v isa) abs(x Op) reg.VecVirtual {
	return v.AndNot(x, v.signs())
}

// signs returns −0 in every lane.
func (v isa) signs() reg.VecVirtual { return v.Constant(float32(math.Copysign(0, -1))) }

// copySign returns a, which has no sign, with the sign of x.
func (v isa) copySign(a, x Op) reg.VecVirtual {
	return v.Or(a, v.And(x, v.signs()))
}

// tanh is −t/(2 + t) with t = e^(−2|x|) − 1.
func (v isa) tanh(x Op) reg.VecVirtual {
	t := v.expm1(v.Mul(v.Constant(-2), v.abs(x)))
	return v.copySign(v.abs(v.Div(t, v.Add(t, v.Constant(2)))), x)
}
