package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"

	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/experiments/stats"
)

// under is what stands below the title of every figure with intervals.
func under(s *Study) string {
	if len(s.Seeds) < 2 {
		return "1 seed"
	}
	return fmt.Sprintf("mean and its 95 %% interval, %d seeds", len(s.Seeds))
}

// alongs are figures of the metrics along the x axis.
func alongs(s *Study, axis int) (all []Figure) {
	for _, metric := range s.View.Metrics {
		if ch := along(s, axis, quantityOf(metric)); len(ch.lines) > 0 {
			all = append(all, ch.figure(s))
		}
	}
	return all
}

func along(s *Study, axis int, q quantity) chart {
	a := s.Axes[axis]
	ch := chart{
		name: fileName(q.metric), title: q.String(), under: under(s), xLabel: plain(a.Name()), percent: q.percent,
		y: span{log: slices.Contains(s.View.Log, q.metric)},
	}
	place := a.Values
	if place == nil {
		place = make([]float64, len(a.Labels))
		for i := range place {
			place[i] = float64(i)
		}
	} else if slices.Contains(s.View.Log, "x") {
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
		ch.under = fmt.Sprintf("● mean and its 95 %% interval; ○ the %d seeds", n)
	}
	var absent absences
	var less fewer
	some := false
	all := seriesAlong(s, axis)
	for k, r := range all {
		l := line{name: r.name, width: 2.2, glyphs: true, paint: hues[0]}
		if len(all) <= len(hues) {
			l.paint = hues[k]
		} else {
			l.panel, l.alone = r.name, true
		}
		for i, arm := range r.arms {
			if arm == nil {
				continue
			}
			values := arm.Values(q.metric)
			sample := stats.Describe(values)
			switch {
			case sample.N == 0:
				absent.add(armName(s, arm), reason(arm.Trials, len(arm.Trials), "no "+plain(q.metric)))
				continue
			case math.IsNaN(sample.Mean):
				absent.add(armName(s, arm), "whose mean is no number")
				continue
			}
			if part := of(sample.N, arm); part != "" {
				less = append(less, armName(s, arm)+" ("+part+")")
			}
			p := point{
				x: place[i], y: sample.Mean * q.scale(), lo: sample.Lo * q.scale(), hi: sample.Hi * q.scale(),
				label: plain(a.Labels[i]), text: cell(q, arm), some: arm.Count(run.Diverged) > 0,
			}
			if sample.N > 1 && sample.N <= mostSeeds {
				for _, v := range values {
					p.seeds = append(p.seeds, v*q.scale())
				}
			}
			some = some || p.some && !math.IsInf(p.y, 0)
			l.points = append(l.points, p)
		}
		slices.SortStableFunc(l.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
		if l.points != nil {
			ch.lines = append(ch.lines, l)
		}
	}
	if some {
		ch.notes = append(ch.notes, divergedMark+" some seeds diverged, and count with the accuracy of chance.")
	}
	ch.notes = slices.Concat(ch.notes, less.notes(), absent.notes("a point"))
	if len(ch.lines) > 0 {
		for _, r := range s.View.Reference {
			if r.Metric == q.metric {
				ch.reference(q, r, a)
			}
		}
	}
	return ch
}

// reference adds the paper's curve, as far as the x axis of the study goes.
func (ch *chart) reference(q quantity, r results.Reference, a results.Axis) {
	if a.Values == nil {
		ch.notes = append(ch.notes, plain(r.Label)+" is left out: the x axis has no numbers.")
		return
	}
	l := line{name: plain(r.Label), paint: muted, width: 1.6, dashes: dashed, common: true}
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
