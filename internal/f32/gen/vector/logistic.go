package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
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
	negative := v.compare(z, less, v.zero())
	minus := v.reg()
	VORPS(z, v.signs(), minus)
	var e power
	if low != nil {
		e = v.expPowerOf(minus, v.choose(negative, low, v.sub(v.zero(), low)))
	} else {
		e = v.expPower(minus)
	}
	return logistic{e, negative, v.add(v.constant(1), v.scale(e))}
}

// times returns x·σ(z), scaled last, as the result may be denormal.
func (v isa) times(x Op, l logistic) reg.VecVirtual {
	numerator := v.choose(l.negative, v.mul(x, l.e.mantissa), x)
	return v.scale(power{v.div(numerator, l.denominator), v.keep(l.negative, l.e.exponent)})
}

// withNaN returns y, or NaN where x is −∞, as −∞·0 is.
func (v isa) withNaN(y, x Op) reg.VecVirtual {
	return v.fma(v.min(v.zero(), x), v.zero(), y)
}

func (v isa) silu(x Op) reg.VecVirtual {
	return v.withNaN(v.times(v.max(v.constant(least), x), v.newLogistic(x, nil)), x)
}

// slope returns σ(z)·(1 + x·(1 − σ(z))·dz), the derivative of x·σ(z). dz is nil for 1.
func (v isa) slope(x Op, l logistic, dz Op) reg.VecVirtual {
	rest := v.div(v.choose(l.negative, v.constant(1), v.scale(l.e)), l.denominator)
	product := v.mul(x, rest)
	if dz != nil {
		product = v.mul(product, dz)
	}
	return v.times(v.add(v.constant(1), product), l)
}

func (v isa) siluSlope(x Op) reg.VecVirtual {
	near := v.max(v.constant(least), x)
	return v.fma(x, v.zero(), v.slope(near, v.newLogistic(near, nil), nil)) // NaN for the infinite
}
