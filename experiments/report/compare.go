package report

import (
	"fmt"
	"math"
	"slices"

	"zoo/experiments/results"
	"zoo/experiments/stats"
)

// Compares are tables of the metrics, a row an arm, with the difference to its
// baseline over the seeds. A study with an x axis and no baseline needs none.
func Compares(s *Study) (tables []Table) {
	compared := slices.ContainsFunc(s.Arms, func(a results.Arm) bool { return s.BaselineOf(&a) != nil })
	if _, x := s.XAxis(); x && !compared {
		return nil
	}
	for _, metric := range s.View.Metrics {
		tables = append(tables, compare(s, quantityOf(metric), compared))
	}
	return tables
}

func compare(s *Study, q quantity, compared bool) Table {
	t := Table{
		Title:  fmt.Sprintf("%s: each arm (%s)", q, seeds(s)),
		Header: []string{"arm", ">mean ± 95 %", ">SD", ">n"},
	}
	if compared {
		t.Title = fmt.Sprintf("%s: each arm, and its difference from %s by seed (%s)", q, plain(s.Baseline), seeds(s))
		t.Header = append(t.Header, ">Δ", ">95 % interval", ">p", ">p (Holm)", "")
	}
	differences := differences(s, q.metric)
	for i := range s.Arms {
		a := &s.Arms[i]
		sample := stats.Describe(a.Values(q.metric))
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
			cells = append(cells, against(q, differences[i])...)
		}
		t.add(cells...)
	}
	t.Notes = notes(s)
	if known := slices.ContainsFunc(s.Arms, func(a results.Arm) bool { return a.Values(q.metric) != nil }); !known && ProgressOf(s).Done > 0 {
		t.Notes = append(t.Notes, "No trial has "+plain(q.metric)+": its config sets no examples apart for it, or trains nothing.")
	}
	if compared {
		t.Notes = append(t.Notes, "Differences are paired by seed; p is of a paired t-test, and p (Holm) corrected for the number of arms that were compared.")
	}
	return t
}

// differences are those of the arms from their baselines, nil where an arm has
// none; their p are corrected for how many there are.
func differences(s *Study, metric string) []*stats.Difference {
	all := make([]*stats.Difference, len(s.Arms))
	var family []*stats.Difference
	for i := range s.Arms {
		if b := s.BaselineOf(&s.Arms[i]); b != nil {
			x, y := results.Pairs(s.Arms[i], *b, metric)
			d := stats.Paired(x, y)
			all[i] = &d
			family = append(family, &d)
		}
	}
	stats.Holm(family)
	return all
}

// against are the cells of a difference; nil is the baseline itself.
func against(q quantity, d *stats.Difference) []string {
	switch {
	case d == nil:
		return []string{"", "", "", "", "baseline"}
	case d.N == 0:
		return []string{"", "", "", "", "no seed in common yet"}
	case math.IsInf(d.Mean, 0) || math.IsNaN(d.Mean):
		return []string{"", "", "", "", "diverged"}
	}
	mean, interval := q.difference(d.Sample)
	verdict := ""
	if d.Lo <= 0 && d.Hi >= 0 {
		verdict = "no difference"
	}
	return []string{mean, interval, probability(d.P), probability(d.Holm), verdict}
}
