package report

import (
	"fmt"
	"math"

	"zoo/experiments/results"
)

// Grids are the tables of the metrics along the x axis, one row per series; there are
// none for a study without an x axis.
func Grids(s *Study) (tables []Table) {
	axis, ok := s.XAxis()
	if !ok {
		return nil
	}
	for _, metric := range s.Display.Metrics {
		q := quantityIn(s, metric)
		t := Table{Title: fmt.Sprintf("%s: mean with its 95 %% interval (%s)", q, seeds(s))}
		rows := seriesAlong(s, axis)
		x := plain(s.Axes[axis].Name())
		if others := seriesTitle(s, axis); others != "" {
			t.Header = append(t.Header, others+corners+x)
		} else {
			t.Header = append(t.Header, x)
		}
		for _, l := range s.Axes[axis].Labels {
			t.Header = append(t.Header, ">"+plain(l))
		}
		for _, r := range rows {
			name := r.name
			if name == "" {
				name = q.String()
			}
			cells := []string{name}
			for _, a := range r.arms {
				cells = append(cells, cell(q, a))
			}
			t.add(cells...)
		}
		t.Notes = notes(s)
		tables = append(tables, t)
	}
	return tables
}

// cell is an arm's value of a metric, empty for nil: an arm that the sweep excludes.
func cell(q quantity, a *results.Arm) string {
	if a == nil {
		return ""
	}
	sample := q.describe(a.Values(q.metric))
	switch {
	case sample.N == 0:
		return "–" + marks(a)
	case math.IsInf(sample.Mean, 0) || math.IsNaN(sample.Mean):
		return "diverged" + marks(a)
	}
	return q.estimate(sample) + marks(a)
}
