// Package stats describes the replicates of an experiment: means with their spread and
// 95 % intervals, shares of seeds, and differences between arms that share seeds. It knows
// numbers only; which numbers a run has is the business of package results.
//
// scripts/stats.py checks every function against SciPy and statsmodels;
// TestCoverage and TestFalsePositives simulate what intervals and tests promise.
package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence of every interval.
const Level = 0.95

// Few is the number of replicates below which spread and intervals say little.
const Few = 3

// A Sample describes replicates. Lo and Hi are NaN if there is no interval: with fewer than
// two values, if one is not finite, and if all are equal, as no test or interval follows
// from a spread of zero.
type Sample struct {
	N      int
	Mean   float64
	SD     float64 // standard deviation, with n−1
	Lo, Hi float64 // the 95 % interval of the mean
}

// Describe describes the values of replicates, with Student's interval. The mean of no
// values is NaN.
func Describe(x []float64) Sample { return Linear.Describe(x) }

// Constant tells whether there are several replicates, all with the same value.
func (s Sample) Constant() bool { return s.N > 1 && s.SD == 0 }

// Mean is the arithmetic mean. Of equal values it is exactly their value; of no values it
// is NaN.
func Mean(x []float64) float64 {
	if len(x) > 0 && equal(x) {
		return x[0]
	}
	return stat.Mean(x, nil)
}

// equal tells whether all values are the same.
func equal(x []float64) bool {
	for _, v := range x[1:] {
		if v != x[0] {
			return false
		}
	}
	return true
}

// t is the quantile of Student's distribution for a two-sided interval of a level.
func t(level float64, df int) float64 {
	return student(df).Quantile(0.5 + level/2)
}

func student(df int) distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}
}

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }
