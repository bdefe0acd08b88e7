// Package stats describes the replicates of an experiment: means with their spread
// and 95 % intervals, shares of seeds, and differences between arms that share seeds.
//
// scripts/stats.py checks every function against SciPy and statsmodels;
// TestCoverage and TestFalsePositives simulate what the intervals and the tests promise.
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

// A Sample describes replicates. The interval is NaN where there is none: without
// two finite values, and where all are equal, for no test or interval follows from
// a spread of zero.
type Sample struct {
	N      int
	Mean   float64
	SD     float64 // with n−1
	Lo, Hi float64 // the 95 % interval of the mean
}

// Describe describes the values of replicates, with Student's interval; the mean
// of none is NaN.
func Describe(x []float64) Sample { return Linear.Describe(x) }

// Constant tells whether there are several replicates, all of one value.
func (s Sample) Constant() bool { return s.N > 1 && s.SD == 0 }

// Mean is the arithmetic mean. That of equal values is their value to the bit; that
// of none is NaN.
func Mean(x []float64) float64 {
	if len(x) > 0 && equal(x) {
		return x[0]
	}
	return stat.Mean(x, nil)
}

func equal(x []float64) bool {
	for _, v := range x[1:] {
		if v != x[0] {
			return false
		}
	}
	return true
}

// t is the quantile of Student's distribution that a two-sided interval of a level
// takes.
func t(level float64, df int) float64 {
	return student(df).Quantile(0.5 + level/2)
}

func student(df int) distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}
}

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }
