package report

import (
	"math"
	"testing"

	"zoo/experiments/claims"
	"zoo/experiments/stats"
)

func TestEstimate(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		metric     string
		mean, half float64
		want       string
	}{
		{"test.error", 0.0591, 0.004, "5.9 [5.5, 6.3]"},
		{"test.error", 0.0059, 0.0004, "0.59 [0.55, 0.63]"},
		{"test.error", 0.9, nan, "90.0"},
		{"diverged", 1.0 / 3, 1.0 / 3, "1/3 [0, 67]"},
		{"test.accuracy", 0.9612, nan, "96.1"},
		{"test.top5", 0.9612, nan, "96.1"},
		{"test.error", 0.0388, nan, "3.88"},
		{"train.loss", 0.17934, 0.0071, "0.179 ± 0.007"},
		{"train.loss", 0.17934, 0.0171, "0.179 ± 0.017"},
		{"train.loss", 2.302585, nan, "2.303"},
		{"train.loss", 0, nan, "0"},
		{"train.loss", 1234.5, 120, "1234 ± 120"},
		{"train.loss", 3.2e-7, 1e-8, "3.2e−07 ± 1e−08"},
		{"train.loss", 4.5e30, nan, "4.5e+30"},
		{"x", -0.00001, 0.01, "0.000 ± 0.010"},
		{"train.loss", math.Inf(1), nan, "∞"},
	} {
		s := stats.Sample{N: 3, Mean: c.mean, Lo: c.mean - c.half, Hi: c.mean + c.half}
		if have := quantityOf(c.metric).estimate(s); have != c.want {
			t.Errorf("%s %g ± %g: have %q, want %q", c.metric, c.mean, c.half, have, c.want)
		}
	}
}

// TestIntervals: each fits its metric, and equal values have none.
func TestIntervals(t *testing.T) {
	s := &Study{}
	s.Display.Log = []string{"train.loss"}
	for _, c := range []struct {
		metric string
		values []float64
		want   string
	}{
		{"test.error", []float64{0.97, 0.61, 0.25}, "61.0 [3.5, 98.5]"}, // Student's goes from −28 to 150 %
		{"train.loss", []float64{57, 117, 177}, "117 [33, 418]"},
		{"test.loss", []float64{1, 2, 3}, "2.0 ± 2.5"},
		{"test.error", []float64{0.9, 0.9, 0.9}, "90.0"},
		{"params", []float64{1234, 1234}, "1234"},
		{"diverged", []float64{1, 0, 0}, "1/3 [6, 79]"},
		{"diverged", []float64{0, 0, 0}, "0/3 [0, 56]"},
	} {
		q := quantityIn(s, c.metric)
		if have := q.estimate(q.describe(c.values)); have != c.want {
			t.Errorf("%s %v: have %q, want %q", c.metric, c.values, have, c.want)
		}
	}
}

// TestRemark: a remark claims no more than the seeds show.
func TestRemark(t *testing.T) {
	for _, c := range []struct {
		d      []float64
		margin float64
		want   string
	}{
		{[]float64{-0.5, -0.6, 0.35}, 0, "not shown"},
		{[]float64{0.5, 0.51, 0.52}, 0, "shown"},
		{[]float64{0.001, 0.002, -0.002}, 0.01, "equivalent within 1 %"},
		{[]float64{0.001, 0.0011, 0.0012}, 0.01, "shown, equivalent within 1 %"},
		{[]float64{0, 0, 0}, 0, "equal in every seed"},
		{[]float64{0.1, 0.1, 0.1}, 0, "the same in every seed"},
		{[]float64{0.5, 0.51}, 0, "not shown"},
	} {
		d := stats.Paired(c.d, make([]float64, len(c.d)))
		if have := remark(quantityOf("test.error"), d, c.margin); have != c.want {
			t.Errorf("%v: have %q, want %q", c.d, have, c.want)
		}
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		" a\n\tb ":       "a b",
		"\x1b[31mred":    "�[31mred",
		"\xff":           "�",
		"a\u202eb":       "a�b",
		"kaiming_normal": "kaiming_normal",
		"\x00|<b>":       "�|<b>",
	} {
		if have := plain(in); have != want {
			t.Errorf("%q: have %q, want %q", in, have, want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		span span
		want string
	}{
		{span{0, 1, false}, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{span{0, 100.5, false}, "0 20 40 60 80 100"},
		{span{3, 47, false}, "10 20 30 40"},
		{span{-1, 1, false}, "−1.0 −0.5 0.0 0.5 1.0"},
		{span{0, 25000, false}, "0 5000 10,000 15,000 20,000 25,000"},
		{span{0.02, 3, true}, "0.02 0.05 0.1 0.2 0.5 1 2"},
		{span{1e-20, 2, true}, "1e−20 1e−16 1e−12 1e−8 0.0001 1"},
		{span{1.02, 1.19, true}, "1.05 1.10 1.15"},
		{span{5, 7.4e7, true}, "100 10,000 1e6"},
	} {
		have := ""
		for _, k := range c.span.ticks(6) {
			have += " " + k.Label
		}
		if have != " "+c.want {
			t.Errorf("%v: have%s, want %s", c.span, have, c.want)
		}
	}
}

// TestWhy: the reason for unsure fits the interval.
func TestWhy(t *testing.T) {
	for _, c := range []struct {
		part claims.Part
		want string
	}{
		{
			part: claims.Part{Bounded: true, Margin: stats.Sample{N: 3, Lo: -1, Hi: 1}},
			want: "a number is below what can be resolved",
		},
		{claims.Part{}, "the seeds do not agree"},
		{claims.Part{Margin: stats.Sample{N: 1}}, "one seed has no interval"},
		{claims.Part{Margin: stats.Sample{N: 3, Lo: math.NaN(), Hi: math.NaN()}}, "there is no interval"},
		{claims.Part{Margin: stats.Sample{N: 3, Lo: -1, Hi: 1}}, "the interval has both signs"},
		{claims.Part{Margin: stats.Sample{N: 3, Lo: 0, Hi: 0.56}}, "the interval reaches 0"},
		{claims.Part{Margin: stats.Sample{N: 3, Lo: -0.56, Hi: 0}}, "the interval reaches 0"},
	} {
		if have := Why(c.part); have != c.want {
			t.Errorf("%+v: have %q, want %q", c.part.Margin, have, c.want)
		}
	}
}
