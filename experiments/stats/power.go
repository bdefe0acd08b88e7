package stats

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// Power is the probability that a two-sided t-test at 5 % with n values shows a mean that
// is effect standard deviations away from 0 (Cohen 1988, Statistical power analysis).
func Power(effect float64, n int) float64 {
	if n < 2 {
		return 0
	}
	critical, shift, df := t(Level, n-1), math.Abs(effect)*math.Sqrt(float64(n)), float64(n-1)
	return 1 - noncentral(critical, shift, df) + noncentral(-critical, shift, df)
}

// noncentral is the distribution function of Student's noncentral t, of (Z + shift) over
// √(χ²/df), computed as the mean of Φ over the distribution of χ.
func noncentral(x, shift, df float64) float64 {
	// The density of u = √(χ²/df) has its mass within 40 deviations of 1, each of
	// about 1/√(2 df).
	width := 40 / math.Sqrt(2*df)
	lo, hi := max(0, 1-width), 1+width
	logNorm, _ := math.Lgamma(df / 2)
	logNorm = math.Ln2 + df/2*math.Log(df/2) - logNorm
	return quad.Fixed(func(u float64) float64 {
		if u <= 0 {
			return 0
		}
		density := math.Exp(logNorm + (df-1)*math.Log(u) - df*u*u/2)
		return density * distuv.UnitNormal.CDF(x*u-shift)
	}, lo, hi, 2000, quad.Legendre{}, 0)
}

// MostSeeds is the largest number of seeds that [Seeds] considers.
const MostSeeds = 1000

// Seeds is the smallest number of seeds, at least [Few], with which a two-sided t-test at
// 5 % shows the effect of a sample, its mean over its deviation, with a probability of
// power. ok is false if that is more than [MostSeeds], or if the sample has no deviation.
// The effect measured with few seeds is itself uncertain, and so is this estimate.
func Seeds(s Sample, power float64) (n int, ok bool) {
	effect := s.Mean / s.SD
	if !(s.SD > 0) || !finite(effect) {
		return 0, false
	}
	if Power(effect, MostSeeds) < power {
		return 0, false
	}
	lo, hi := Few-1, MostSeeds // Power grows with n
	for hi-lo > 1 {
		if m := (lo + hi) / 2; Power(effect, m) < power {
			lo = m
		} else {
			hi = m
		}
	}
	return hi, true
}
