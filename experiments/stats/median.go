package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Median describes values by their median, in the field Mean: the middle value, or the mean
// of the middle two. The interval lies between two of the values (the sign test's), and
// holds the median of any distribution in at least 95 % of samples. It needs six values.
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
