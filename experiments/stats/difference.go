package stats

import (
	"cmp"
	"math"
	"slices"
)

// A Difference is the difference between an arm and its baseline: its sample are the
// differences in the seeds that both have. P is the two-sided p-value of the hypothesis
// that their mean is 0 (paired t-test), which Holm's correction may raise.
type Difference struct {
	Sample
	P    float64 // NaN with fewer than two finite pairs, and if all pairs differ by the same amount
	Holm float64 // P corrected for the number of comparisons; P before the function Holm
}

// Paired describes a[i] − b[i], the differences in each seed.
func Paired(a, b []float64) Difference {
	d := make([]float64, len(a))
	largest := 0.0
	for i := range a {
		d[i] = a[i] - b[i]
		largest = max(largest, math.Abs(a[i]), math.Abs(b[i]))
	}
	// 0.3 − 0.1 and 1.3 − 1.1 are the same difference.
	if len(d) > 1 && finite(largest) && slices.Max(d)-slices.Min(d) <= largest*0x1p-50 {
		for i := range d {
			d[i] = d[0]
		}
	}
	r := Difference{Sample: Describe(d), P: math.NaN()}
	if r.SD > 0 {
		r.P = 2 * student(r.N-1).Survival(math.Abs(r.Mean/(r.SD/math.Sqrt(float64(r.N)))))
	}
	r.Holm = r.P
	return r
}

// Within cuts the interval to the values that the difference can have: that of two shares
// is from −1 to 1. The interval holds the true difference as often as before.
func (d *Difference) Within(lo, hi float64) { d.Lo, d.Hi = max(d.Lo, lo), min(d.Hi, hi) }

// Shown tells whether the difference is significant at the 5 % level, corrected for all
// comparisons made together, with at least [Few] pairs. Of simulated studies with eight
// arms and no effect, at most 5 % show a difference, whether values are normal or skewed;
// but 17 % do with three seeds whose values are one of two by chance (TestFalsePositives).
func (d Difference) Shown() bool { return d.N >= Few && d.Holm < 1-Level }

// Equivalent tells whether the interval lies within ±margin: the two one-sided tests of
// Schuirmann (1987), each at 2.5 %, so that the interval is the one that is reported. If
// all pairs differ by the same amount, that amount decides.
func (d Difference) Equivalent(margin float64) bool {
	if d.Constant() {
		return math.Abs(d.Mean) <= margin
	}
	return d.Lo >= -margin && d.Hi <= margin
}

// Holm sets the corrected p-values of differences that are judged together (Holm 1979, A
// simple sequentially rejective multiple test procedure), and returns their number. It
// does not count those whose P is NaN.
func Holm(all []*Difference) int {
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
	return len(with)
}

// Threshold is the value that |t| must exceed for the smallest p of k comparisons, with n
// pairs each, to be below 0.05 after Holm's correction. It is infinite for n < 2.
func Threshold(n, k int) float64 {
	if n < 2 {
		return math.Inf(1)
	}
	return t(1-(1-Level)/float64(max(k, 1)), n-1)
}
