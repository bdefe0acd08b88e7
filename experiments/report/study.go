package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/experiments/stats"
)

// A Study is what reports are made from.
type Study = results.Study

// armName is an arm's name. The only arm of a study without axes has the study's name.
func armName(s *Study, a *results.Arm) string {
	if len(a.Labels) == 0 {
		return plain(s.Name)
	}
	return plain(a.String())
}

// A series is the arms that differ only in their position on the x axis.
type series struct {
	name string
	arms []*results.Arm // in the order of the x axis; nil where the sweep has no arm
}

// seriesAlong are the series along an axis, in the order of the sweep.
func seriesAlong(s *Study, axis int) (all []series) {
	for i := range s.Arms {
		a := &s.Arms[i]
		at := slices.Index(s.Axes[axis].Labels, a.Labels[axis])
		name := seriesName(a, axis)
		k := slices.IndexFunc(all, func(o series) bool { return o.name == name })
		if k < 0 {
			k, all = len(all), append(all, series{name, make([]*results.Arm, len(s.Axes[axis].Labels))})
		}
		if at >= 0 {
			all[k].arms[at] = a
		}
	}
	return all
}

// seriesName is the labels of an arm, except that of one axis.
func seriesName(a *results.Arm, axis int) string {
	return plain(strings.Join(slices.Delete(slices.Clone(a.Labels), axis, axis+1), ", "))
}

// seriesTitle names what the series are: all axes except one.
func seriesTitle(s *Study, axis int) string {
	var names []string
	for i, a := range s.Axes {
		if i != axis {
			names = append(names, plain(a.Name()))
		}
	}
	return strings.Join(names, ", ")
}

// Progress counts the trials of a study by state; those that have not begun are under "".
type Progress struct {
	Done, Total int
	States      map[string]int
}

// ProgressOf counts the trials of a study.
func ProgressOf(s *Study) Progress {
	p := Progress{States: map[string]int{}}
	for _, a := range s.Arms {
		for _, t := range a.Trials {
			p.Total++
			p.States[t.State]++
			if t.Done() {
				p.Done++
			}
		}
	}
	return p
}

// String is the count for people: 17 of 30 trials done, 1 diverged, 2 running.
func (p Progress) String() string {
	text := fmt.Sprintf("%d of %s done", p.Done, count(p.Total, "trial"))
	for _, state := range slices.Sorted(maps.Keys(p.States)) {
		if state != "" && state != run.Complete {
			text += fmt.Sprintf(", %d %s", p.States[state], plain(state))
		}
	}
	return text
}

const (
	divergedMark = "†"
	missingMark  = "‡"
)

// marks follow the number in an arm's cell: † if seeds diverged, ‡ if seeds are not done.
func marks(a *results.Arm) (text string) {
	if a.Count(run.Diverged) > 0 {
		text += " " + divergedMark
	}
	for _, t := range a.Trials {
		if !t.Done() {
			return text + " " + missingMark
		}
	}
	return text
}

// notes explain the marks in a table, and say if there are too few seeds.
func notes(s *Study) (all []string) {
	p := ProgressOf(s)
	if n := p.States[run.Diverged]; n > 0 {
		all = append(all, fmt.Sprintf("%s %s of %d diverged (%s): a diverged seed counts with an infinite loss, and as chance where chance has a value.",
			divergedMark, count(n, "trial"), p.Total, divergedRule(s)))
	}
	if p.Done < p.Total {
		var parts []string
		for _, state := range slices.Sorted(maps.Keys(p.States)) {
			switch n := p.States[state]; state {
			case run.Complete, run.Diverged:
			case "":
				parts = append(parts, fmt.Sprintf("%d not begun", n))
			default:
				parts = append(parts, fmt.Sprintf("%d %s", n, plain(state)))
			}
		}
		all = append(all, fmt.Sprintf("%s Without %s that %s no outcome: %s.", missingMark, count(p.Total-p.Done, "trial"),
			map[bool]string{true: "has", false: "have"}[p.Total-p.Done == 1], strings.Join(parts, ", ")))
	}
	if n := len(s.Seeds); n < stats.Few {
		all = append(all, fmt.Sprintf("With n = %d, spread and intervals say little: want at least %d seeds.", n, stats.Few))
	}
	return all
}

// divergedRule says when a run of the study counts as diverged.
func divergedRule(s *Study) string {
	rule := "a loss was no longer finite"
	if bound := summaryTexts(s, "diverged_above"); bound != "" {
		rule = "a loss was no longer finite, or above " + bound
	}
	return rule
}

// seeds says how many replicates there are.
func seeds(s *Study) string { return "n = " + count(len(s.Seeds), "seed") }

// seconds is how long all trials took together.
func seconds(s *Study) (sum float64) {
	for _, a := range s.Arms {
		for _, t := range a.Trials {
			if v, ok := t.Summary.Float("seconds"); ok && v > 0 && !math.IsInf(v, 0) {
				sum += v
			}
		}
	}
	return sum
}

// summaryTexts are the different values that a name has in the trials' summaries.
func summaryTexts(s *Study, name string) string {
	var all []string
	for _, a := range s.Arms {
		for _, t := range a.Trials {
			if v, ok := t.Summary[name]; ok {
				if text := plain(fmt.Sprint(v)); !slices.Contains(all, text) {
					all = append(all, text)
				}
			}
		}
	}
	return strings.Join(all, "; ")
}
