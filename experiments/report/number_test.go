package report

import (
	"math"
	"testing"

	"zoo/experiments/stats"
)

func TestEstimate(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		metric     string
		mean, half float64
		want       string
	}{
		{"test.error", 0.0591, 0.004, "5.9 ± 0.4"},
		{"test.error", 0.0059, 0.0004, "0.59 ± 0.04"},
		{"test.error", 0.31, 0.38, "31.0 ± 38.0"},
		{"test.error", 0.9, 0, "90.0 ± 0.0"},
		{"test.accuracy", 0.9612, nan, "96.1"},
		{"test.top5", 0.9612, nan, "96.1"},
		{"test.error", 0.0388, nan, "3.88"},
		{"train.loss", 0.17934, 0.0071, "0.179 ± 0.007"},
		{"train.loss", 0.17934, 0.0171, "0.179 ± 0.017"},
		{"train.loss", 2.302585, nan, "2.303"},
		{"train.loss", 0, 0, "0 ± 0"},
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
