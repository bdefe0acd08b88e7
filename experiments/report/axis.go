package report

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// A span is the range of an axis.
type span struct {
	min, max float64
	log      bool
}

// empty is a span that holds nothing yet.
func empty(log bool) span { return span{math.Inf(1), math.Inf(-1), log} }

// holds tells whether a value can be drawn on the axis: it is finite, and above 0 if the
// axis is logarithmic.
func (s span) holds(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0) && (!s.log || v > 0)
}

// edge is the end at which a value is drawn that the axis cannot hold: 1 is the upper
// end, −1 the lower one. It is 0 for a value that the axis holds, and for NaN.
func (s span) edge(v float64) int {
	switch {
	case math.IsInf(v, 1):
		return 1
	case math.IsInf(v, -1), s.log && v <= 0:
		return -1
	}
	return 0
}

// include widens the range to a value, if the axis can hold it.
func (s *span) include(v float64) {
	if s.holds(v) {
		s.min, s.max = min(s.min, v), max(s.max, v)
	}
}

// widen adds a share of the length at both ends.
func (s *span) widen(share float64) {
	if s.min > s.max {
		s.min, s.max = 0, 1
		if s.log {
			s.min = 0.1
		}
	}
	if s.log {
		lo, hi := math.Log(s.min), math.Log(s.max)
		pad := max((hi-lo)*share, 0.05)
		s.min, s.max = max(math.Exp(lo-pad), math.SmallestNonzeroFloat64), min(math.Exp(hi+pad), math.MaxFloat64)
		return
	}
	pad := (s.max - s.min) * share
	if pad == 0 {
		pad = max(math.Abs(s.max)*0.1, 1e-9)
	}
	s.min, s.max = s.min-pad, s.max+pad
}

// within is the value, or the end that it is beyond.
func (s span) within(v float64) float64 { return min(max(v, s.min), s.max) }

// at is the position of a value between the ends, from 0 to 1.
func (s span) at(v float64) float64 {
	if s.log {
		return math.Log(v/s.min) / math.Log(s.max/s.min)
	}
	return (v - s.min) / (s.max - s.min)
}

// apply sets the range and the scale of a plot's axis.
func (s span) apply(a *plot.Axis) {
	a.Min, a.Max = s.min, s.max
	if s.log {
		a.Scale = plot.LogScale{}
	}
}

// ticks are about n round numbers within the span.
func (s span) ticks(n int) plot.ConstantTicks {
	if s.log {
		return s.decades(n)
	}
	step := math.Pow(10, math.Floor(math.Log10((s.max-s.min)/float64(n))))
	for _, m := range []float64{2, 2.5, 2, 2} { // 1, 2, 5, 10, 20
		if (s.max-s.min)/step <= float64(n) {
			break
		}
		step *= m
	}
	decimals := 0
	for ; decimals < 12; decimals++ {
		if scaled := step * math.Pow10(decimals); math.Abs(scaled-math.Round(scaled)) < 1e-6 {
			break
		}
	}
	var ticks plot.ConstantTicks
	for i := math.Ceil(s.min/step - 1e-9); i*step <= s.max*(1+1e-12) && len(ticks) < 20; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: axisLabel(i*step, decimals)})
	}
	return ticks
}

// decades are powers of ten, or 1, 2 and 5 times these where there are few.
func (s span) decades(n int) plot.ConstantTicks {
	first, last := math.Floor(math.Log10(s.min)), math.Ceil(math.Log10(s.max))
	every := max(1, math.Ceil((last-first)/float64(n)))
	of := []float64{1}
	if math.Log10(s.max/s.min) < 2.2 {
		of = []float64{1, 2, 5}
	}
	var ticks plot.ConstantTicks
	for e := math.Ceil(first/every) * every; e <= last; e += every {
		for _, m := range of {
			if v := m * math.Pow(10, e); v >= s.min*(1-1e-9) && v <= s.max*(1+1e-9) {
				ticks = append(ticks, plot.Tick{Value: v, Label: axisLabel(v, int(max(0, -e)))})
			}
		}
	}
	if len(ticks) < 2 && of[0] == 1 { // less than a step of 1, 2, 5
		linear := span{s.min, s.max, false}
		return linear.ticks(4)
	}
	return ticks
}

// axisLabel writes a number as the label of a tick.
func axisLabel(v float64, decimals int) string {
	if v != 0 && (math.Abs(v) >= 1e6 || math.Abs(v) < 0.9e-3) {
		s := strconv.FormatFloat(v, 'g', 3, 64)
		s = strings.NewReplacer("e+0", "e", "e+", "e", "e-0", "e-").Replace(s)
		return strings.ReplaceAll(s, "-", "−")
	}
	s := fixed(v, decimals)
	if !strings.Contains(s, ".") {
		sign, digits := "", s
		if rest, ok := strings.CutPrefix(s, "−"); ok {
			sign, digits = "−", rest
		}
		if n, err := strconv.Atoi(digits); err == nil && n >= 10000 {
			return sign + thousands(n)
		}
	}
	return s
}
