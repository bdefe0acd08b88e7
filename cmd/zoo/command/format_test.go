package command

import (
	"math"
	"testing"
	"time"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/metric"
	"zoo/experiments/run"
)

// TestFormat: numbers, shares, sizes and times as people read them.
func TestFormat(t *testing.T) {
	loss := 0.5
	classes := []metric.Metric{metric.Loss, metric.Accuracy, metric.Top5}
	tokens := []metric.Metric{metric.Loss, metric.Perplexity, metric.Accuracy}
	found := run.Values{"loss": loss, "accuracy": 0.9, "top5": 0.991, "perplexity": 1.64872}
	for _, c := range []struct{ name, have, want string }{
		{"no text", orDash(""), "-"},
		{"a text", orDash("a"), "a"},
		{"an unknown number", ifKnown[float64](nil, threeDigits), "-"},
		{"a known number", ifKnown(&loss, threeDigits), "0.5"},
		{"lines", oneLine("a\n  b\tc\n"), "a b c"},
		{"hundreds", thousands(999), "999"},
		{"thousands", thousands(61706), "61,706"},
		{"millions", thousands(1234567), "1,234,567"},
		{"no parameters", thousandsOrDash(0), "-"},
		{"one thing", count(1, "run"), "1 run"},
		{"no things", count(0, "run"), "0 runs"},
		{"things", count(1234, "run"), "1,234 runs"},
		{"a shape", sizes([]int{28, 28, 1}), "28×28×1"},
		{"no shape", sizes(nil), ""},
		{"one number", targetOf(datasets.Spec{Targets: []datasets.Field{{Dtype: tensor.Float32, Shape: []int{1}}}}), "1 number"},
		{"numbers", targetOf(datasets.Spec{Targets: []datasets.Field{{Dtype: tensor.Float32, Shape: []int{2, 3}}}}), "2×3 numbers"},
		{"classes of tokens", targetOf(datasets.Tokens(8, 65)), "65 classes for each"},
		{"a share", percent(0.98765, 2), "98.77%"},
		{"one", percent(1, 1), "100.0%"},
		{"an ordinary number", fourDigits(0.123456), "0.1235"},
		{"infinity", fourDigits(math.Inf(1)), "infinite"},
		{"minus infinity", fourDigits(math.Inf(-1)), "-infinite"},
		{"NaN", threeDigits(math.NaN()), "unknown"},
		{"a small number", threeDigits(1.2345e-20), "1.23e-20"},
		{"a share of a run", metricText("test.accuracy", 0.9876, true), "98.76%"},
		{"a number of a run", metricText("test.loss", 0.0123456, true), "0.012346"},
		{"a number that a run lacks", metricText("test.loss", 0, false), "-"},
		{"scores", scores(classes, found), "loss 0.5000  accuracy 90.00%  top-5 99.10%"},
		{"brief scores", brief(classes, found), "0.5000 90.00%  top-5 99.10%"},
		{"scores of a text", scores(tokens, found), "loss 0.5000  perplexity 1.6487  accuracy 90.00%"},
		{"brief scores of a text", brief(tokens, found), "0.5000 90.00%"},
		{"seconds", duration(9.84), "9.8s"},
		{"minutes", duration(65.4), "1m5s"},
		{"never", ago(time.Time{}), "-"},
		{"just now", ago(time.Now().Add(time.Hour)), "0s"},
		{"minutes ago", ago(time.Now().Add(-5*time.Minute - time.Second)), "5m"},
		{"days ago", ago(time.Now().Add(-75 * time.Hour)), "3d"},
		{"no labels", armName(nil), "-"},
		{"labels", armName([]string{"plain", "56"}), "plain, 56"},
	} {
		if c.have != c.want {
			t.Errorf("%s: have %q, want %q", c.name, c.have, c.want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int]string{0: "0 B", 999: "999 B", 1000: "1 kB", 1083450: "1.08 MB", 999600: "1 MB", 5800000000: "5.8 GB"} {
		if have := size(n); have != want {
			t.Errorf("%d: have %s, want %s", n, have, want)
		}
	}
}
