package stats

import (
	"math"
	"testing"
)

func near(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-4*max(1, math.Abs(b))
}

// TestDescribe: the quantiles of Student's t are those of printed tables, 12.7062
// for 1 degree of freedom, 4.3027 for 2, 2.7764 for 4.
func TestDescribe(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x    []float64
		want Sample
	}{
		{nil, Sample{0, nan, nan, nan, nan}},
		{[]float64{3}, Sample{1, 3, nan, nan, nan}},
		{[]float64{1, 2}, Sample{2, 1.5, math.Sqrt(0.5), 1.5 - 12.7062*0.5, 1.5 + 12.7062*0.5}},
		{[]float64{1, 2, 3}, Sample{3, 2, 1, 2 - 4.30265/math.Sqrt(3), 2 + 4.30265/math.Sqrt(3)}},
		{[]float64{2, 4, 4, 4, 6}, Sample{5, 4, math.Sqrt(2), 4 - 2.77645*math.Sqrt(0.4), 4 + 2.77645*math.Sqrt(0.4)}},
		{[]float64{5, 5, 5}, Sample{3, 5, 0, nan, nan}},
		{[]float64{0.1, 0.1, 0.1}, Sample{3, 0.1, 0, nan, nan}},
		{[]float64{1, math.Inf(1)}, Sample{2, math.Inf(1), nan, nan, nan}},
	} {
		have := Describe(c.x)
		if have.N != c.want.N || !near(have.Mean, c.want.Mean) || !near(have.SD, c.want.SD) || !near(have.Lo, c.want.Lo) || !near(have.Hi, c.want.Hi) {
			t.Errorf("%v: have %+v, want %+v", c.x, have, c.want)
		}
	}
}

// TestPaired: Student's own data (1908, The probable error of a mean): the
// additional hours of sleep with two drugs, t = 4.0621 with 9 degrees of freedom,
// p = 0.002833.
func TestPaired(t *testing.T) {
	a := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	b := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2}
	d := Paired(a, b)
	if d.N != 10 || !near(d.Mean, 1.58) || math.Abs(d.P-0.002833) > 1e-6 || !near(d.Lo, 0.7001142) || !near(d.Hi, 2.4598858) {
		t.Errorf("have %+v", d)
	}
	for _, c := range []struct {
		a, b []float64
		p    float64
	}{
		{[]float64{1, 2}, []float64{1, 2}, math.NaN()}, // no test on constants
		{[]float64{2, 3}, []float64{1, 2}, math.NaN()},
		{[]float64{0.3, 1.3, 7.3}, []float64{0.1, 1.1, 7.1}, math.NaN()},
		{[]float64{2}, []float64{1}, math.NaN()},
		{nil, nil, math.NaN()},
		{[]float64{math.Inf(1), 1}, []float64{1, 2}, math.NaN()},
	} {
		if d := Paired(c.a, c.b); !near(d.P, c.p) || !near(d.Holm, c.p) {
			t.Errorf("%v, %v: have p %v, want %v", c.a, c.b, d.P, c.p)
		}
	}
}

// TestHolm: the example of R's p.adjust(c(0.01, 0.02, 0.03, 0.04), "holm").
func TestHolm(t *testing.T) {
	var all []*Difference
	for _, p := range []float64{0.04, 0.01, math.NaN(), 0.03, 0.02} {
		all = append(all, &Difference{P: p, Holm: p})
	}
	Holm(all)
	for i, want := range []float64{0.06, 0.04, math.NaN(), 0.06, 0.06} {
		if !near(all[i].Holm, want) {
			t.Errorf("p %v: have %v, want %v", all[i].P, all[i].Holm, want)
		}
	}
	one := []*Difference{{P: 0.9}, {P: 0.8}}
	Holm(one)
	if one[0].Holm != 1 || one[1].Holm != 1 {
		t.Errorf("have %v and %v, want 1", one[0].Holm, one[1].Holm)
	}
}
