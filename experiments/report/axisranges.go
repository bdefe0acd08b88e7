package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// crowded tells whether a linear axis would press half of the values into its
// lowest twentieth, because others are far above them. What lines begin with counts as
// usual, too: the loss of a training starts high.
func crowded(values, first []float64) bool {
	if len(values) == 0 {
		return false
	}
	values, first = slices.Sorted(slices.Values(values)), slices.Sorted(slices.Values(first))
	usual := values[(len(values)-1)/2]
	if len(first) > 0 {
		usual = max(usual, first[len(first)/2])
	}
	return values[0] > 0 && values[len(values)-1] > 20*usual
}

// whyLog is the note of an axis that is logarithmic although the config does not ask for
// it.
func whyLog(axis string, values []float64) string {
	return fmt.Sprintf("The %s axis is logarithmic, for values from %s to %s.", axis, short(slices.Min(values)), short(slices.Max(values)))
}

// fitAxes finds the ranges of the axes. Intervals may be cut, and then a note says so;
// means and seeds never are.
func (ch *chart) fitAxes() {
	var values, first, intervals []float64 // of the points; of those where lines begin
	above, below := false, false
	for _, l := range ch.lines {
		for i, p := range l.points {
			for _, v := range append([]float64{p.y}, p.seeds...) {
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					values = append(values, v)
				}
			}
			if i == 0 && !math.IsInf(p.y, 0) && !math.IsNaN(p.y) {
				first = append(first, p.y)
			}
			if !math.IsNaN(p.lo) && !math.IsNaN(p.hi) {
				intervals = append(intervals, p.lo, p.hi)
			}
		}
	}
	if !ch.y.log && crowded(values, first) {
		ch.y.log = true
		ch.notes = append(ch.notes, whyLog("y", values))
	}
	x, y, bands := empty(ch.x.log), empty(ch.y.log), empty(ch.y.log)
	for _, at := range ch.places {
		x.include(at)
	}
	for _, l := range ch.lines {
		for _, p := range l.points {
			x.include(p.x)
			for _, v := range append([]float64{p.y}, p.seeds...) {
				above, below = above || y.edge(v) > 0, below || y.edge(v) < 0
			}
		}
	}
	for _, v := range values {
		y.include(v)
	}
	for _, v := range intervals {
		bands.include(v)
	}
	least, most := y.min, y.max // what is never cut
	y.stretch(bands)
	if !y.log && y.min > 0 && y.min < 0.4*y.max || y.min < 0 && least >= 0 {
		y.min = 0 // losses and errors are not negative, whatever their intervals
	}
	if ch.percent && !y.log && most <= 100 {
		y.max = min(y.max, 100)
	}
	if slices.ContainsFunc(intervals, func(v float64) bool { return v < y.min || v > y.max }) {
		ch.notes = append(ch.notes, "Intervals are cut at the edges.")
	}
	zero, top := y.min == 0 && !y.log, y.max
	x.widen(0.03)
	y.widen(0.05)
	if zero {
		y.min = 0
	}
	if ch.percent && !y.log && top >= 99 && top <= 100 {
		y.max = 101
	}
	if above {
		ch.notes = append(ch.notes, infinite("▲", "upper"))
	}
	if below {
		ch.notes = append(ch.notes, noPlace("▼", "lower", y))
	}
	if y.log {
		ch.title += logTitle
	}
	ch.x, ch.y = x, y
}

// logTitle follows the title of a figure whose axis of values is logarithmic, and the
// name of a logarithmic x axis.
const logTitle = ", log axis"

// infinite and noPlace are notes on values that are drawn at the edge of an axis.
func infinite(mark, edge string) string {
	return mark + " at the " + edge + " edge: infinite (a diverged seed's loss is)."
}

func noPlace(mark, edge string, s span) string {
	what := "minus infinity."
	if s.log {
		what = "0 or less, which no log axis has."
	}
	return mark + " at the " + edge + " edge: " + what
}

// stretch widens the range of values to their intervals, but not so far that the values
// are hard to tell apart.
func (s *span) stretch(bands span) {
	if s.min > s.max {
		return
	}
	var least, most float64
	if s.log {
		room := max(s.max/s.min, 3)
		least, most = s.min/room, min(s.max*room, math.MaxFloat64)
	} else {
		room := max(s.max-s.min, math.Abs(s.max)*0.2)
		least, most = s.min-room, s.max+room
	}
	s.min, s.max = max(min(s.min, bands.min), least), min(max(s.max, bands.max), most)
}

// notWhole tells whether a tick is not at a whole number.
func notWhole(t plot.Tick) bool { return t.Value != math.Round(t.Value) }

// spacedTicks are the ticks without the labels that would overlap others. The labels at
// the ends have priority.
func spacedTicks(ticks plot.ConstantTicks, x span, width vg.Length) plot.ConstantTicks {
	style := letters(labelSize, muted, false)
	kept := slices.Clone(ticks)
	for i := range kept {
		kept[i].Label = ""
	}
	type interval struct{ from, to vg.Length }
	var taken []interval
	put := func(i int) {
		label := fit(ticks[i].Label, style, max(width/3, 48))
		w := style.Width(label)*1.08 + 8
		at := vg.Length(x.at(ticks[i].Value)) * width
		if math.IsNaN(float64(at)) || kept[i].Label != "" {
			return
		}
		for _, t := range taken {
			if at-w/2 < t.to && at+w/2 > t.from {
				return
			}
		}
		taken = append(taken, interval{at - w/2, at + w/2})
		kept[i].Label = label
	}
	if len(ticks) > 0 {
		put(len(ticks) - 1)
	}
	for i := range ticks {
		put(i)
	}
	return kept
}
