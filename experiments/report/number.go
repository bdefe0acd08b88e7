package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"zoo/experiments/metric"
	"zoo/experiments/stats"
)

// A quantity says how the values of a metric are written: shares as percent,
// everything else with the digits that its interval leaves.
type quantity struct {
	metric  string
	percent bool
	on      stats.Scale // of its intervals
}

func quantityOf(name string) quantity {
	q := quantity{metric: name, percent: metric.Share(name)}
	if q.percent {
		q.on = stats.Share
	}
	return q
}

// quantityIn is a metric as the study shows it: a metric with a logarithmic axis has its
// intervals on the logarithm, too.
func quantityIn(s *Study, name string) quantity {
	q := quantityOf(name)
	if !q.percent && slices.Contains(s.Display.Log, name) {
		q.on = stats.Positive
	}
	return q
}

// describe describes the values of an arm's seeds.
func (q quantity) describe(values []float64) stats.Sample {
	if q.metric != "diverged" {
		return q.on.Describe(values)
	}
	k := 0
	for _, v := range values {
		k += int(v)
	}
	return stats.ShareOf(k, len(values))
}

// String is the name for people, with the unit: test error, %.
func (q quantity) String() string {
	name := strings.NewReplacer(".", " ", "_", " ").Replace(plain(q.metric))
	if q.percent {
		name += ", %"
	}
	return name
}

// scale is the factor by which values are multiplied before they are written or drawn.
func (q quantity) scale() float64 {
	if q.percent {
		return 100
	}
	return 1
}

// decimals is the number of digits after the point for a value with this half interval,
// which is NaN if there is none. It is −1 for numbers that are too long to read that way.
func (q quantity) decimals(value, half float64) int {
	if q.percent {
		if half > 0 && half < 0.1 || !(half > 0) && math.Abs(value) < 10 {
			return 2
		}
		return 1
	}
	size := half // one digit of the interval, or two where the first is small
	if half*math.Pow(10, -math.Floor(math.Log10(half))) < 3 {
		size /= 10
	}
	if !(size > 0) {
		size = math.Abs(value) / 1000 // four digits of the value
	}
	if size == 0 {
		return 0
	}
	largest := math.Abs(value)
	if half > largest {
		largest = half
	}
	if largest >= 1e6 || largest < 1e-3 {
		return -1
	}
	return min(max(0, -int(math.Floor(math.Log10(size)))), 6)
}

// estimate writes a mean with its interval: ± half of it if it is symmetric, else both
// ends. Shares of seeds are written as counts.
func (q quantity) estimate(s stats.Sample) string {
	mean, lo, hi := s.Mean*q.scale(), s.Lo*q.scale(), s.Hi*q.scale()
	half := (hi - lo) / 2
	if !q.percent && q.on == stats.Positive {
		half = min(mean-lo, hi-mean) // the digits that the smaller side leaves
	}
	d := q.decimals(mean, half)
	switch {
	case q.metric == "diverged":
		return fmt.Sprintf("%.0f/%d [%s, %s]", s.Mean*float64(s.N), s.N, fixed(lo, 0), fixed(hi, 0))
	case math.IsNaN(half):
		return fixed(mean, d)
	case q.on == stats.Linear:
		return fixed(mean, d) + " ± " + fixed(half, d)
	}
	return fixed(mean, d) + " [" + fixed(lo, d) + ", " + fixed(hi, d) + "]"
}

// difference writes a signed difference with its 95 % interval.
func (q quantity) difference(s stats.Sample) (mean, interval string) {
	half := (s.Hi - s.Lo) / 2 * q.scale()
	d := q.decimals(s.Mean*q.scale(), half)
	mean = signed(s.Mean*q.scale(), d)
	if !math.IsNaN(half) {
		interval = "[" + signed(s.Lo*q.scale(), d) + ", " + signed(s.Hi*q.scale(), d) + "]"
	}
	return mean, interval
}

// fixed writes a number with this many digits after the point, or with three significant
// digits if decimals is negative.
func fixed(v float64, decimals int) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	}
	var s string
	if decimals < 0 {
		s = strconv.FormatFloat(v, 'g', 3, 64)
	} else {
		s = strconv.FormatFloat(v, 'f', decimals, 64)
	}
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.ReplaceAll(s, "-", "−")
}

// signed is fixed with a plus sign before positive numbers.
func signed(v float64, decimals int) string {
	s := fixed(v, decimals)
	if v > 0 && strings.Trim(s, "0.") != "" {
		s = "+" + s
	}
	return s
}

// short writes a number of any size with four significant digits.
func short(v float64) string {
	s := strconv.FormatFloat(v, 'g', 4, 64)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fixed(v, 0)
	}
	return strings.ReplaceAll(strings.Replace(s, "e+", "e", 1), "-", "−")
}

// thousands writes 61706 as 61,706, and nothing for 0, which is unknown.
func thousands(n int) string {
	if n == 0 {
		return ""
	}
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count writes a number of things: 1 seed, 3 seeds.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// cost writes a number of seconds: 43 min.
func cost(seconds float64) string {
	switch {
	case seconds < 60:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}

// probability writes a p-value.
func probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return ""
	case p < 0.001:
		return "<0.001"
	case p < 0.1:
		return strconv.FormatFloat(p, 'f', 3, 64)
	}
	return strconv.FormatFloat(p, 'f', 2, 64)
}

// plain is text from elsewhere on one line, without control characters and without what
// XML cannot hold.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == 0xFFFE, r == 0xFFFF, unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
	return strings.Join(strings.Fields(s), " ")
}

func plains(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = plain(s)
	}
	return out
}
