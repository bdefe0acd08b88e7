package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/lanes"
)

// tail returns the normal distribution function of −t, for t in [0, 15], as
// G/d·e^(−t²/2) with d = t + 3 and G a polynomial in (t − 3)/(t + 3).
func (v isa) tail(t Op) (g, d reg.VecVirtual, e power) {
	d = v.Add(t, v.Constant(3))
	q := v.Div(v.Sub(t, v.Constant(3)), d)
	g = v.horner(v.Constant(4.19471216e-05), q, 0.000151751563, -0.000183518889, -0.00104236265, 0.000972037204,
		0.00696870452, -0.0104464339, -0.0472622439, 0.230016053, -0.509332001, tailLow)
	g = v.Add(g, v.Constant(tailHigh))
	half := v.Mul(t, v.Constant(-0.5))
	square := v.Mul(half, t)
	low := v.Fms(half, t, square) // what the square lost
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
	g, d, e := v.tail(v.Min(v.Constant(15), v.Mul(a, v.Constant(math.Sqrt2))))
	large := v.Sub(v.Constant(1), v.Div(v.Mul(v.Add(g, g), v.scale(e)), d))
	z := v.Mul(x, x)
	p := v.horner(v.Constant(7.80690389e-05), z, -0.00079978531, 0.0051871622, -0.0268533472, 0.112835787, -0.37612626, 0.128379166)
	small := v.Fma(p, x, x)
	return v.Choose(v.Compare(a, lanes.Less, v.Constant(1)), small, v.copySign(large, x))
}

// gelu is x·Φ(x), with Φ(x) = ½ + x·P(x²) up to 1.
func (v isa) gelu(x Op) reg.VecVirtual {
	near := v.Max(v.Constant(-15), x)
	g, d, e := v.tail(v.Min(v.Constant(15), v.abs(x)))
	e.mantissa = v.Div(v.Mul(e.mantissa, g), d)
	below := v.scale(power{v.Mul(e.mantissa, near), e.exponent})
	above := v.Mul(near, v.Sub(v.Constant(1), v.scale(e)))
	far := v.Choose(v.Compare(x, lanes.Less, v.Zero()), below, above)
	z := v.Mul(near, near)
	p := v.horner(v.Constant(-1.27745006e-05), z, 0.000126484549, -0.001197926, 0.0099775726, -0.0664909109, 0.398942292)
	middle := v.Mul(near, v.Fma(p, near, v.Constant(0.5)))
	return v.withNaN(v.Choose(v.Compare(v.abs(x), lanes.Less, v.Constant(1)), middle, far), x)
}

// geluSlope is Φ(x) + x·φ(x), or D for negative x and 1 − D for others, where
// D = Φ(−|x|) − |x|·φ(x).
func (v isa) geluSlope(x Op) reg.VecVirtual {
	t := v.Min(v.Constant(15), v.abs(x))
	g, d, e := v.tail(t)
	e.mantissa = v.Mul(e.mantissa, v.Fnma(t, v.Constant(0.398942280), v.Div(g, d)))
	below := v.scale(e)
	slope := v.Choose(v.Compare(x, lanes.Less, v.Zero()), below, v.Sub(v.Constant(1), below))
	return v.Fma(x, v.Zero(), slope) // NaN for the infinite, as ∞·0 is
}

// The tanh approximation is x·σ(z) with z = x·(geluA + geluB·x²), each in two parts.
const (
	geluA, geluALow = float32(1.5957692), float32(-4.534068e-08)
	geluB, geluBLow = float32(0.071354814), float32(2.3988324e-09)
)

// geluArgument returns z in two parts: its error would be multiplied by z itself.
func (v isa) geluArgument(x Op) (z, low reg.VecVirtual) {
	a, b := v.Constant(geluA), v.Constant(geluB)
	square := v.Mul(x, x)
	term := v.Mul(b, square)
	low = v.Add(v.Fms(b, square, term), v.Fma(square, v.Constant(geluBLow), v.Constant(geluALow)))
	low = v.Fma(b, v.Fms(x, x, square), low)
	sum := v.Add(a, term)
	part := v.Sub(sum, a)
	low = v.Add(low, v.Add(v.Sub(term, part), v.Sub(v.Constant(geluA), v.Sub(sum, part))))
	z = v.Mul(x, sum)
	return z, v.Fma(x, low, v.Fms(x, sum, z))
}

func (v isa) geluTanh(x Op) reg.VecVirtual {
	near := v.Min(v.Constant(15), v.Max(v.Constant(-15), x))
	z, low := v.geluArgument(near)
	y := v.times(v.Max(v.Constant(-15), x), v.newLogistic(z, low))
	return v.withNaN(y, x)
}

func (v isa) geluTanhSlope(x Op) reg.VecVirtual {
	near := v.Min(v.Constant(15), v.Max(v.Constant(-15), x))
	z, low := v.geluArgument(near)
	dz := v.horner(v.Constant(3*geluB), v.Mul(near, near), geluA)
	return v.Fma(x, v.Zero(), v.slope(near, v.newLogistic(z, low), dz))
}
