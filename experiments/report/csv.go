package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
)

// CSV writes a table for other programs, a row a trial: its labels, its seed and
// state, all numbers of its summary, and its folder. What is unknown is empty.
func CSV(w io.Writer, s *Study) error {
	known := map[string]bool{}
	for _, a := range s.Arms {
		for _, t := range a.Trials {
			for name := range t.Summary {
				if _, ok := t.Summary.Float(name); ok && name != "seed" {
					known[name] = true
				}
			}
		}
	}
	metrics := slices.Sorted(maps.Keys(known))
	var header []string
	for _, a := range s.Axes {
		name := a.Name()
		if slices.Contains(header, name) {
			name = a.Param // two axes may have the same last word
		}
		header = append(header, name)
	}
	out := csv.NewWriter(w)
	out.Write(slices.Concat(header, []string{"seed", "state"}, metrics, []string{"dir"}))
	for _, a := range s.Arms {
		for _, t := range a.Trials {
			row := append(slices.Clone(a.Labels), fmt.Sprint(t.Seed), t.State)
			for _, m := range metrics {
				cell := ""
				if v, ok := t.Summary.Float(m); ok {
					cell = exact(v)
				}
				row = append(row, cell)
			}
			out.Write(append(row, t.Dir))
		}
	}
	out.Flush()
	return out.Error()
}

// exact is a number as Python, R and spreadsheets read it.
func exact(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
