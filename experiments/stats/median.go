package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Median is the middle value as Mean, the mean of the middle two if there are
// two. The interval is between two order statistics (the sign test's), which holds
// the median in at least 95 % of samples of any distribution: there is one from six
// values on.
func Median(x []float64) Sample {
	n := len(x)
	s := Sample{N: n, Mean: math.NaN(), SD: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
	if n == 0 {
		return s
	}
	y := slices.Sorted(slices.Values(x))
	s.Mean = y[n/2]
	if n%2 == 0 && y[n/2-1] != y[n/2] {
		s.Mean = (y[n/2-1] + y[n/2]) / 2
	}
	if n > 1 && equal(x) {
		s.SD = 0
		return s
	}
	tails := distuv.Binomial{N: float64(n), P: 0.5}
	for j := n / 2; j > 0; j-- {
		if 2*tails.CDF(float64(j-1)) <= 1-Level {
			s.Lo, s.Hi = y[j-1], y[n-j]
			break
		}
	}
	return s
}
