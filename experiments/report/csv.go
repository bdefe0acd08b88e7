package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// CSV writes a table for other programs, one row per trial: its labels, its seed and
// state, all numbers of its summary, and its folder. A cell is empty where a value is
// unknown.
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
		header = append(header, safeCell(name))
	}
	out := csv.NewWriter(w)
	out.Write(slices.Concat(header, []string{"seed", "state"}, metrics, []string{"dir"}))
	for _, a := range s.Arms {
		for _, t := range a.Trials {
			var row []string
			for _, l := range a.Labels {
				row = append(row, safeCell(l))
			}
			row = append(row, fmt.Sprint(t.Seed), t.State)
			for _, m := range metrics {
				cell := ""
				if v, ok := t.Summary.Float(m); ok {
					cell = exact(v)
				}
				row = append(row, cell)
			}
			out.Write(append(row, safeCell(t.Dir)))
		}
	}
	out.Flush()
	return out.Error()
}

// safeCell is a text that a spreadsheet does not take for a formula: an apostrophe goes
// before one that begins like a formula and is not a number (OWASP, CSV injection).
func safeCell(s string) string {
	if _, err := strconv.ParseFloat(s, 64); err != nil && s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
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
