// Package stats describes the replicates of an experiment: means with their
// spread and 95 % intervals, and differences between arms that share seeds.
package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence of every interval.
const Level = 0.95

// Few is the number of replicates below which spread and intervals say little.
const Few = 3

// A Sample describes replicates. The interval is Student's, for the mean; without
// two finite values it and the deviation are NaN.
type Sample struct {
	N      int
	Mean   float64
	SD     float64 // with n−1
	Lo, Hi float64 // the 95 % interval of the mean
}

// Describe describes the values of replicates; of none the mean is NaN.
func Describe(x []float64) Sample {
	s := Sample{N: len(x), Mean: math.NaN(), SD: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
	if len(x) == 0 {
		return s
	}
	s.Mean = stat.Mean(x, nil)
	if len(x) < 2 || math.IsInf(s.Mean, 0) || math.IsNaN(s.Mean) {
		return s
	}
	s.SD = stat.StdDev(x, nil)
	half := student(len(x)-1).Quantile(0.5+Level/2) * s.SD / math.Sqrt(float64(len(x)))
	s.Lo, s.Hi = s.Mean-half, s.Mean+half
	return s
}

func student(df int) distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}
}

// A Difference is that of an arm to its baseline over the seeds that both have:
// the differences of pairs, and the two-sided p of their mean's being 0 (paired
// t-test), which Holm's correction may raise.
type Difference struct {
	Sample
	P    float64 // NaN without two finite pairs
	Holm float64 // P corrected over the arms that were compared; P until then
}

// Paired describes a[i] − b[i], where i is a seed.
func Paired(a, b []float64) Difference {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	r := Difference{Sample: Describe(d), P: math.NaN()}
	switch {
	case math.IsNaN(r.SD):
	case r.SD > 0:
		t := r.Mean / (r.SD / math.Sqrt(float64(r.N)))
		r.P = 2 * student(r.N-1).Survival(math.Abs(t))
	case r.Mean == 0:
		r.P = 1
	default:
		r.P = 0
	}
	r.Holm = r.P
	return r
}

// Holm sets the corrected p of differences that are looked at together (Holm
// 1979, A simple sequentially rejective multiple test procedure). Those without a
// p do not count.
func Holm(all []*Difference) {
	var with []*Difference
	for _, d := range all {
		if !math.IsNaN(d.P) {
			with = append(with, d)
		}
	}
	slices.SortStableFunc(with, func(a, b *Difference) int { return cmp.Compare(a.P, b.P) })
	least := 0.0
	for i, d := range with {
		least = max(least, min(1, d.P*float64(len(with)-i)))
		d.Holm = least
	}
}
