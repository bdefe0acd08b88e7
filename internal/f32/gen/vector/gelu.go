package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tail returns the normal distribution function of −t, for t in [0, 15], as
// G/d·e^(−t²/2) with d = t + 3 and G a polynomial in (t − 3)/(t + 3).
func (v isa) tail(t Op) (g, d reg.VecVirtual, e power) {
	d = v.add(t, v.constant(3))
	q := v.div(v.sub(t, v.constant(3)), d)
	g = v.horner(v.constant(4.19471216e-05), q, 0.000151751563, -0.000183518889, -0.00104236265, 0.000972037204,
		0.00696870452, -0.0104464339, -0.0472622439, 0.230016053, -0.509332001, tailLow)
	g = v.add(g, v.constant(tailHigh))
	half := v.mul(t, v.constant(-0.5))
	square := v.mul(half, t)
	low := v.copy(square) // what the square lost
	VFMSUB231PS(t, half, low)
	return g, d, v.expPowerOf(square, low)
}

// The polynomial's last coefficient, in two parts.
const (
	tailHigh = float32(0.7290837)
	tailLow  = float32(-2.6735981e-08)
)

// erf is x + x·P(x²) up to 1, and 1 − 2·Φ(−√2·x) above.
func (v isa) erf(x Op) reg.VecVirtual {
	a := v.abs(x)
	g, d, e := v.tail(v.min(v.constant(15), v.mul(a, v.constant(math.Sqrt2))))
	large := v.sub(v.constant(1), v.div(v.mul(v.add(g, g), v.scale(e)), d))
	z := v.mul(x, x)
	p := v.horner(v.constant(7.80690389e-05), z, -0.00079978531, 0.0051871622, -0.0268533472, 0.112835787, -0.37612626, 0.128379166)
	small := v.fma(p, x, x)
	return v.choose(v.compare(a, less, v.constant(1)), small, v.copySign(large, x))
}

// gelu is x·Φ(x), with Φ(x) = ½ + x·P(x²) up to 1.
func (v isa) gelu(x Op) reg.VecVirtual {
	near := v.max(v.constant(-15), x)
	g, d, e := v.tail(v.min(v.constant(15), v.abs(x)))
	e.mantissa = v.div(v.mul(e.mantissa, g), d)
	below := v.scale(power{v.mul(e.mantissa, near), e.exponent})
	above := v.mul(near, v.sub(v.constant(1), v.scale(e)))
	far := v.choose(v.compare(x, less, v.zero()), below, above)
	z := v.mul(near, near)
	p := v.horner(v.constant(-1.27745006e-05), z, 0.000126484549, -0.001197926, 0.0099775726, -0.0664909109, 0.398942292)
	middle := v.mul(near, v.fma(p, near, v.constant(0.5)))
	return v.withNaN(v.choose(v.compare(v.abs(x), less, v.constant(1)), middle, far), x)
}

// geluSlope is Φ(x) + x·φ(x), or D for negative x and 1 − D for others, where
// D = Φ(−|x|) − |x|·φ(x).
func (v isa) geluSlope(x Op) reg.VecVirtual {
	t := v.min(v.constant(15), v.abs(x))
	g, d, e := v.tail(t)
	e.mantissa = v.mul(e.mantissa, v.fnma(t, v.constant(0.398942280), v.div(g, d)))
	below := v.scale(e)
	slope := v.choose(v.compare(x, less, v.zero()), below, v.sub(v.constant(1), below))
	return v.fma(x, v.zero(), slope) // NaN for the infinite, as ∞·0 is
}

// The tanh approximation is x·σ(z) with z = x·(geluA + geluB·x²), each in two parts.
const (
	geluA, geluALow = float32(1.5957692), float32(-4.534068e-08)
	geluB, geluBLow = float32(0.071354814), float32(2.3988324e-09)
)

// geluArgument returns z in two parts: its error would be multiplied by z itself.
func (v isa) geluArgument(x Op) (z, low reg.VecVirtual) {
	a, b := v.constant(geluA), v.constant(geluB)
	minus := func(a, b, c Op) reg.VecVirtual { // a·b − c
		r := v.copy(c)
		VFMSUB231PS(b, a, r)
		return r
	}
	square := v.mul(x, x)
	term := v.mul(b, square)
	low = v.add(minus(b, square, term), v.fma(square, v.constant(geluBLow), v.constant(geluALow)))
	low = v.fma(b, minus(x, x, square), low)
	sum := v.add(a, term)
	part := v.sub(sum, a)
	low = v.add(low, v.add(v.sub(term, part), v.sub(v.constant(geluA), v.sub(sum, part))))
	z = v.mul(x, sum)
	return z, v.fma(x, low, minus(x, sum, z))
}

func (v isa) geluTanh(x Op) reg.VecVirtual {
	near := v.min(v.constant(15), v.max(v.constant(-15), x))
	z, low := v.geluArgument(near)
	y := v.times(v.max(v.constant(-15), x), v.newLogistic(z, low))
	return v.withNaN(y, x)
}

func (v isa) geluTanhSlope(x Op) reg.VecVirtual {
	near := v.min(v.constant(15), v.max(v.constant(-15), x))
	z, low := v.geluArgument(near)
	dz := v.horner(v.constant(3*geluB), v.mul(near, near), geluA)
	return v.fma(x, v.zero(), v.slope(near, v.newLogistic(z, low), dz))
}
