package command

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/metric"
	"zoo/experiments/run"
	"zoo/internal/memory"
)

// The functions of this file write one value as people read it: a cell of a table, or a
// part of a line. A dash stands for what is unknown or absent.

// orDash is a text, or a dash for an empty one.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// ifKnown writes a number, or a dash for nil.
func ifKnown[T ~float64](v *T, format func(float64) string) string {
	if v == nil {
		return "-"
	}
	return format(float64(*v))
}

// oneLine is a text without line breaks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// thousands writes 61706 as 61,706.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// thousandsOrDash is a dash for 0.
func thousandsOrDash(n int) string {
	if n == 0 {
		return "-"
	}
	return thousands(n)
}

// count writes a number of things: 1 run, 2 runs.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(n) + " " + what + "s"
}

// size writes a number of bytes: 1.08 MB.
func size(bytes int) string { return memory.Text(bytes) }

// sizes writes a shape: 28×28×1.
func sizes(shape []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "×")
}

// inputOf writes what a network takes: 28×28×1 for images and numbers, 64 tokens of 65, and
// with them a class of 10.
func inputOf(s datasets.Spec) string {
	in := s.Inputs[0]
	text := sizes(in.Shape)
	if in.Dtype == tensor.Int {
		text += " tokens of " + thousands(in.Size)
	}
	for _, f := range s.Inputs[1:] {
		text += fmt.Sprintf(", %s of %s", f.Name, thousands(f.Size))
	}
	return text
}

// targetOf writes what its outputs are compared with: 10 classes, 65 classes for each.
func targetOf(s datasets.Spec) string {
	target := s.Targets[0]
	switch {
	case target.Dtype != tensor.Int:
		if slices.Equal(target.Shape, []int{1}) {
			return "1 number"
		}
		return sizes(target.Shape) + " numbers"
	case len(target.Shape) > 0:
		return fmt.Sprintf("%s classes for each", thousands(target.Size))
	}
	return fmt.Sprintf("%d classes", target.Size)
}

// percent writes a share, 0 to 1, with a number of decimals: 98.76%.
func percent(share float64, decimals int) string { return fmt.Sprintf("%.*f%%", decimals, 100*share) }

// fourDigits writes a number of ordinary size with its four leading digits.
func fourDigits(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "infinite"
	case math.IsInf(v, -1):
		return "-infinite"
	case math.IsNaN(v):
		return "unknown"
	}
	return fmt.Sprintf("%.4g", v)
}

// threeDigits writes a number of any size, such as a deviation, with its three leading
// digits.
func threeDigits(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fourDigits(v)
	}
	return fmt.Sprintf("%.3g", v)
}

// metricText writes a metric of a run: shares as percent. ok is false where the run has
// no such number.
func metricText(name string, v float64, ok bool) string {
	switch {
	case !ok:
		return "-"
	case metric.Share(name):
		return percent(v, 2)
	}
	return fmt.Sprintf("%.5g", v)
}

// scores writes the metrics of an evaluation with their labels, in the order of the task.
func scores(all []metric.Metric, v run.Values) string {
	var texts []string
	for _, m := range all {
		texts = append(texts, m.Label+" "+valueText(m.Name, v[m.Name]))
	}
	return strings.Join(texts, "  ")
}

// valueText writes the value of a metric: shares as percent.
func valueText(name string, v float64) string {
	if metric.Share(name) {
		return percent(v, 2)
	}
	return fmt.Sprintf("%.4f", v)
}

// brief writes the loss of an evaluation, and its shares: the first without a label.
func brief(all []metric.Metric, v run.Values) string {
	text := fmt.Sprintf("%.4f", v["loss"])
	labelled := false
	for _, m := range all {
		switch {
		case !m.Share:
		case labelled:
			text += "  " + m.Label + " " + percent(v[m.Name], 2)
		default:
			text += fmt.Sprintf(" %6s", percent(v[m.Name], 2))
			labelled = true
		}
	}
	return text
}

// duration writes a number of seconds: 9.8s, 1m5s.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// ago writes how long ago a time was, in one unit: 5m, 3d.
func ago(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	d := max(0, time.Since(t))
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}} {
		if d >= u.of {
			return fmt.Sprintf("%d%s", d/u.of, u.name)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// armName names an arm by its labels.
func armName(labels []string) string { return orDash(strings.Join(labels, ", ")) }
