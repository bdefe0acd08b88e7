package report

import (
	"fmt"
	"math"
	"slices"

	"zoo/experiments/metric"
	"zoo/experiments/results"
	"zoo/experiments/stats"
)

// Comparisons are the tables of the metrics with one row per arm and its difference from
// the baseline over the seeds. A study with an x axis and no baseline needs none.
func Comparisons(s *Study) (tables []Table) {
	compared := slices.ContainsFunc(s.Arms, func(a results.Arm) bool { return s.BaselineOf(&a) != nil })
	if _, x := s.XAxis(); x && !compared {
		return nil
	}
	for _, name := range s.Display.Metrics {
		tables = append(tables, compareTable(s, quantityIn(s, name), compared))
	}
	return tables
}

func compareTable(s *Study, q quantity, compared bool) Table {
	t := Table{
		Title:  fmt.Sprintf("%s: each arm (%s)", q, seeds(s)),
		Header: []string{"arm", ">mean, 95 %", ">SD", ">n"},
	}
	if compared {
		t.Title = fmt.Sprintf("%s: each arm, and its difference from %s by seed (%s)", q, plain(s.Baseline), seeds(s))
		t.Header = append(t.Header, ">Δ", ">95 % interval", ">p", ">p (Holm)", "")
	}
	differences, family := differences(s, q.metric)
	margin := s.Display.Margin[q.metric]
	for i := range s.Arms {
		a := &s.Arms[i]
		sample := q.describe(a.Values(q.metric))
		cells := []string{armName(s, a) + marks(a), "–", "", fmt.Sprint(sample.N)}
		switch {
		case sample.N == 0:
		case math.IsInf(sample.Mean, 0) || math.IsNaN(sample.Mean):
			cells[1] = "diverged"
		default:
			cells[1] = q.estimate(sample)
			if sd := sample.SD * q.scale(); !math.IsNaN(sd) {
				cells[2] = fixed(sd, q.decimals(sample.Mean*q.scale(), sd))
			}
		}
		if compared {
			cells = append(cells, differenceCells(q, differences[i], margin)...)
		}
		t.add(cells...)
	}
	t.Notes = notes(s)
	if known := slices.ContainsFunc(s.Arms, func(a results.Arm) bool { return a.Values(q.metric) != nil }); !known && ProgressOf(s).Done > 0 {
		t.Notes = append(t.Notes, "No trial has "+plain(q.metric)+": its config sets no examples apart for it, or trains nothing.")
	}
	if compared {
		t.Notes = append(t.Notes, comparisonNotes(s, q, family, margin)...)
	}
	return t
}

// comparisonNotes say how the differences were judged, and what that number of seeds can
// show.
func comparisonNotes(s *Study, q quantity, family int, margin float64) []string {
	text := "Differences are paired by seed; p is of a paired t-test, and p (Holm) corrected for the " + count(family, "comparison") + " of this table."
	if margin > 0 {
		text += fmt.Sprintf(" Equivalent within %s: the whole interval lies within ± that (report.margin).", q.withUnit(margin))
	}
	all := []string{text}
	if family == 0 { // nothing was tested
		all = nil
	}
	switch n := len(s.Seeds); {
	case n < stats.Few:
		all = append(all, fmt.Sprintf("A difference counts as shown from %d seeds on.", stats.Few))
	case family > 0:
		t := stats.Threshold(n, family)
		all = append(all, fmt.Sprintf("With %d seeds and %s, the largest difference is shown (p (Holm) < 0.05) where it is more than %s times the deviation of the differences by seed.",
			n, count(family, "comparison"), short(t/math.Sqrt(float64(n)))))
	}
	return all
}

// withUnit writes a value with its unit.
func (q quantity) withUnit(v float64) string {
	text := short(v * q.scale())
	if q.percent {
		text += " %"
	}
	return text
}

// differences are those of the arms from their baselines, nil where an arm has
// none; their p are corrected for how many there are, the family.
func differences(s *Study, name string) (all []*stats.Difference, family int) {
	all = make([]*stats.Difference, len(s.Arms))
	var with []*stats.Difference
	for i := range s.Arms {
		if b := s.BaselineOf(&s.Arms[i]); b != nil {
			x, y := results.Pairs(s.Arms[i], *b, name)
			d := stats.Paired(x, y)
			if metric.Share(name) {
				d.Within(-1, 1)
			}
			all[i] = &d
			with = append(with, &d)
		}
	}
	return all, stats.Holm(with)
}

// differenceCells are the cells of a difference; nil is the baseline itself.
func differenceCells(q quantity, d *stats.Difference, margin float64) []string {
	switch {
	case d == nil:
		return []string{"", "", "", "", "baseline"}
	case d.N == 0:
		return []string{"", "", "", "", "no seed in common yet"}
	case math.IsInf(d.Mean, 0) || math.IsNaN(d.Mean):
		return []string{"", "", "", "", "diverged"}
	}
	mean, interval := q.difference(d.Sample)
	return []string{mean, interval, probability(d.P), probability(d.Holm), remark(q, *d, margin)}
}

// remark says what the seeds show about a difference, and never more.
func remark(q quantity, d stats.Difference, margin float64) string {
	equivalent := ""
	if margin > 0 && d.Equivalent(margin) {
		equivalent = "equivalent within " + q.withUnit(margin)
	}
	switch {
	case d.Constant() && d.Mean == 0:
		return "equal in every seed"
	case d.Constant():
		return "the same in every seed"
	case d.Shown() && equivalent != "":
		return "shown, " + equivalent
	case d.Shown():
		return "shown"
	case equivalent != "":
		return equivalent
	}
	return "not shown"
}
