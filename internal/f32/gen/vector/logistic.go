package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"zoo/internal/f32/gen/lanes"
)

// A logistic is the logistic function of some z: with e the exponential of −|z|,
// it is 1/(1 + e) for positive z, and e/(1 + e) for negative.
type logistic struct {
	e           power
	negative    reg.Register
	denominator reg.VecVirtual
}

// newLogistic takes z in two parts; the second may be nil.
func (v isa) newLogistic(z, low Op) logistic {
	negative := v.Compare(z, lanes.Less, v.Zero())
	minus := v.Or(z, v.signs())
	var e power
	if low != nil {
		e = v.expPowerOf(minus, v.Choose(negative, low, v.Sub(v.Zero(), low)))
	} else {
		e = v.expPower(minus)
	}
	return logistic{e, negative, v.Add(v.Constant(1), v.scale(e))}
}

// times returns x·σ(z), scaled last, as the result may be denormal.
func (v isa) times(x Op, l logistic) reg.VecVirtual {
	numerator := v.Choose(l.negative, v.Mul(x, l.e.mantissa), x)
	return v.scale(power{v.Div(numerator, l.denominator), v.Keep(l.negative, l.e.exponent)})
}

// withNaN returns y, or NaN where x is −∞, as −∞·0 is.
func (v isa) withNaN(y, x Op) reg.VecVirtual {
	return v.Fma(v.Min(v.Zero(), x), v.Zero(), y)
}

func (v isa) silu(x Op) reg.VecVirtual {
	return v.withNaN(v.times(v.Max(v.Constant(least), x), v.newLogistic(x, nil)), x)
}

// slope returns σ(z)·(1 + x·(1 − σ(z))·dz), the derivative of x·σ(z). dz is nil for 1.
func (v isa) slope(x Op, l logistic, dz Op) reg.VecVirtual {
	rest := v.Div(v.Choose(l.negative, v.Constant(1), v.scale(l.e)), l.denominator)
	product := v.Mul(x, rest)
	if dz != nil {
		product = v.Mul(product, dz)
	}
	return v.times(v.Add(v.Constant(1), product), l)
}

func (v isa) siluSlope(x Op) reg.VecVirtual {
	near := v.Max(v.Constant(least), x)
	return v.Fma(x, v.Zero(), v.slope(near, v.newLogistic(near, nil), nil)) // NaN for the infinite
}
