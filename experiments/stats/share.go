package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// ShareOf describes k of n replicates with Wilson's score interval (1927, Probable
// inference, the law of succession, and statistical inference). If all true shares are
// equally likely, it holds the true one in 95.4 % of samples with n = 3 and 10, and in
// 95.5 % with n = 5 (TestShareCoverage); for one particular share it may be more or less.
func ShareOf(k, n int) Sample {
	s := Sample{N: n, Mean: float64(k) / float64(n), SD: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
	if n < 1 {
		return s
	}
	z := distuv.UnitNormal.Quantile(0.5 + Level/2)
	p, m := s.Mean, float64(n)
	center, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	s.Lo, s.Hi = (center-half)/(1+z*z/m), (center+half)/(1+z*z/m)
	if k == 0 {
		s.Lo = 0
	}
	if k == n {
		s.Hi = 1
	}
	return s
}
