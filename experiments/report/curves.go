package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"zoo/experiments/results"
	"zoo/experiments/run"
)

// mostPoints is how many points a curve has at most.
const mostPoints = 160

// mostBands is how many bands of intervals may overlap and still be told apart.
const mostBands = 6

// mostSeeds is up to how many seeds are drawn one by one.
const mostSeeds = 10

// curves is the figure of the training loss against the steps.
func curves(s *Study) []Figure {
	q := quantityIn(s, "train.loss")
	ch := chart{
		name: "curves", title: "training loss by step", subtitle: "1 seed", xLabel: "step",
		y: span{log: slices.Contains(s.Display.Log, q.metric)},
	}
	examples := batches(s)
	if examples != nil { // the steps of different arms cannot be compared
		ch.title, ch.xLabel = "training loss by examples seen", "examples seen"
	}
	var absent, mean absences
	var partial partialArms
	var diverged []string
	every, most, single := 0, 0, false
	for i, style := range lineStyles(s) {
		a, name := &s.Arms[i], armName(s, &s.Arms[i])
		c := curveOf(a, q)
		if c.n == 0 {
			absent.add(name, reason(a.Trials, len(a.Trials), "no record of "+plain(q.metric)))
			continue
		}
		if c.mean == nil {
			mean.add(name, reason(c.unrecorded, len(a.Trials), "without a finite record"))
		}
		if c.diverged > 0 {
			diverged = append(diverged, fmt.Sprintf("%s (%d of %s)", name, c.diverged, count(len(a.Trials), "seed")))
		}
		if c.mean != nil || style.panel == "" {
			style = partial.label(style, s, a, c.n)
		}
		every, most, single = max(every, c.perPoint), max(most, c.n), single || c.seeds != nil
		lines := c.lines(style)
		if examples != nil {
			for _, l := range lines {
				for k := range l.points {
					l.points[k].x *= examples[i]
					l.points[k].label = axisLabel(l.points[k].x, 0)
				}
			}
		}
		ch.lines = append(ch.lines, lines...)
	}
	if ch.lines == nil && !slices.ContainsFunc(s.Arms, func(a results.Arm) bool { return a.Count(run.Diverged) > 0 }) {
		return nil // nothing is trained, or nothing yet
	}
	banded := ch.banded()
	if n := len(s.Seeds); n > 1 {
		seeds := fmt.Sprintf("%d seeds", n)
		if most > 1 && most <= mostSeeds {
			seeds += " (○ at its end)"
		}
		ch.subtitle = "mean and its 95 % interval, " + seeds
		if !banded {
			ch.subtitle = "mean of " + seeds + "; tables have intervals"
		}
	}
	if diverged != nil {
		ch.notes = append(ch.notes, "× a seed diverged, and a mean ends: "+strings.Join(diverged, "; ")+".")
	}
	if single {
		ch.notes = append(ch.notes, "Thin lines: single seeds, where not all have come so far.")
	}
	ch.notes = slices.Concat(ch.notes, partial.notes(), mean.notes("a mean"), absent.notes("a curve"))
	if every > 1 {
		ch.notes = append(ch.notes, fmt.Sprintf("Points are means of up to %d records.", every))
	}
	return []Figure{ch.figure(s)}
}

// batches are the examples per step of each arm, or nil if all arms have the same.
func batches(s *Study) []float64 {
	var texts []string
	for _, a := range s.Arms {
		texts = append(texts, a.Setting("train.batch"))
	}
	if len(slices.Compact(slices.Sorted(slices.Values(texts)))) < 2 {
		return nil
	}
	return results.Numbers(texts)
}

// banded removes the intervals if a panel has too many of them to be told apart, and
// tells whether they were kept.
func (ch *chart) banded() bool {
	panels := map[string]int{}
	most := 0
	for _, l := range ch.lines {
		if !l.unlisted {
			panels[l.panel]++
			most = max(most, panels[l.panel])
		}
	}
	if most <= mostBands {
		return true
	}
	for _, l := range ch.lines {
		for i := range l.points {
			l.points[i].lo, l.points[i].hi = math.NaN(), math.NaN()
		}
	}
	return false
}
