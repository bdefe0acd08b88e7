package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"

	"zoo/experiments/results"
	"zoo/experiments/run"
)

// subtitleOf is the line below the title of every figure with intervals.
func subtitleOf(s *Study) string {
	if len(s.Seeds) < 2 {
		return "1 seed"
	}
	return fmt.Sprintf("mean and its 95 %% interval, %d seeds", len(s.Seeds))
}

// lineFigures are the figures of the metrics over the x axis.
func lineFigures(s *Study, axis int) (all []Figure) {
	for _, metric := range s.Display.Metrics {
		if ch := lineFigure(s, axis, quantityIn(s, metric)); len(ch.lines) > 0 {
			all = append(all, ch.figure(s))
		}
	}
	return all
}

// lineFigure is the chart of one metric over the x axis, one line per series.
func lineFigure(s *Study, axis int, q quantity) chart {
	a := s.Axes[axis]
	ch := chart{
		name: fileName(q.metric), title: q.String(), subtitle: subtitleOf(s), xLabel: plain(a.Name()), percent: q.percent,
		y: span{log: slices.Contains(s.Display.Log, q.metric)},
	}
	place := a.Values
	if place == nil {
		place = make([]float64, len(a.Labels))
		for i := range place {
			place[i] = float64(i)
		}
	} else if asked := slices.Contains(s.Display.Log, "x"); asked || crowded(place, nil) {
		if ch.x.log = slices.Min(place) > 0; !ch.x.log {
			ch.notes = append(ch.notes, "The x axis is linear, since not all its values are above 0.")
		}
	}
	ch.places = place
	for i, l := range a.Labels {
		ch.xTicks = append(ch.xTicks, plot.Tick{Value: place[i], Label: plain(l)})
	}
	slices.SortFunc(ch.xTicks, func(a, b plot.Tick) int { return cmp.Compare(a.Value, b.Value) })
	if n := len(s.Seeds); n > 1 && n <= mostSeeds {
		ch.subtitle = fmt.Sprintf("● mean and its 95 %% interval; ○ the %d seeds", n)
	}
	var absent absences
	var partial partialArms
	diverged := false
	all := seriesAlong(s, axis)
	for k, r := range all {
		l := line{width: 2.2, glyphs: true, paint: hues[0]}
		for i, arm := range r.arms {
			if arm == nil {
				continue
			}
			l.name = titleOf(s, arm, axis)
			p, n := pointOf(q, arm)
			if n == 0 {
				absent.add(armName(s, arm), reason(arm.Trials, len(arm.Trials), "no "+plain(q.metric)))
				continue
			}
			if math.IsNaN(p.y) {
				absent.add(armName(s, arm), "the mean is no number")
			}
			if part := partOf(n, arm); part != "" {
				partial = append(partial, armName(s, arm)+" ("+part+")")
			}
			p.x, p.label = place[i], plain(a.Labels[i])
			diverged = diverged || p.diverged && !math.IsInf(p.y, 0)
			l.points = append(l.points, p)
		}
		if len(all) <= len(hues) {
			l.paint = hues[k]
		} else {
			l.panel, l.ownPanel = l.name, true
		}
		slices.SortStableFunc(l.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
		if l.points != nil {
			ch.lines = append(ch.lines, l)
		}
	}
	if diverged {
		ch.notes = append(ch.notes, divergedMark+" some seeds diverged, and count as chance.")
	}
	ch.notes = slices.Concat(ch.notes, partial.notes(), absent.notes("a mean"))
	if len(ch.lines) > 0 {
		for _, r := range s.Display.Reference {
			if r.Metric == q.metric {
				ch.reference(q, r, a)
			}
		}
	}
	return ch
}

// pointOf is an arm's mean of n seeds, with each of the seeds if there are few.
func pointOf(q quantity, a *results.Arm) (p point, n int) {
	values := a.Values(q.metric)
	sample := q.describe(values)
	p = point{
		y: sample.Mean * q.scale(), lo: sample.Lo * q.scale(), hi: sample.Hi * q.scale(),
		text: cell(q, a), diverged: a.Count(run.Diverged) > 0,
	}
	if sample.N > 1 && sample.N <= mostSeeds {
		for _, v := range values {
			p.seeds = append(p.seeds, v*q.scale())
		}
	}
	return p, sample.N
}

// reference adds a curve from the paper, within the x axis of the study.
func (ch *chart) reference(q quantity, r results.Reference, a results.Axis) {
	if a.Values == nil {
		ch.notes = append(ch.notes, plain(r.Label)+" is left out: the x axis has no numbers.")
		return
	}
	l := line{name: plain(r.Label), paint: muted, width: 1.6, dashes: dashed, everyPanel: true}
	least, most := slices.Min(a.Values), slices.Max(a.Values)
	beyond := 0
	for i := range min(len(r.X), len(r.Y)) {
		if r.X[i] < least || r.X[i] > most {
			beyond++
			continue
		}
		y := r.Y[i] * q.scale()
		l.points = append(l.points, point{x: r.X[i], y: y, lo: math.NaN(), hi: math.NaN(),
			label: axisLabel(r.X[i], 0), text: fixed(y, q.decimals(y, math.NaN()))})
	}
	if beyond > 0 {
		ch.notes = append(ch.notes, fmt.Sprintf("%s has %s beyond this x axis.", plain(r.Label), count(beyond, "point")))
	}
	if l.points != nil {
		ch.lines = append(ch.lines, l)
	}
}
