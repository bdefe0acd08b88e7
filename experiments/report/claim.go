package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"zoo/experiments/claims"
)

// Claims is the table of the claims: one row per claim, and one per comparison for claims
// with several.
func Claims(verdicts []claims.Verdict) Table {
	t := Table{Title: "Claims", Header: []string{"verdict", ">left", ">right", ">left − right, 95 %", "claim"}}
	for _, v := range verdicts {
		text := plain(v.Text)
		if v.Lacks != "" && len(v.Parts) > 0 {
			t.Notes = append(t.Notes, "Of "+text+": "+plain(v.Lacks)+".")
		}
		switch len(v.Parts) {
		case 0:
			if v.Lacks != "" {
				t.Notes = append(t.Notes, strings.ToUpper(v.State[:1])+v.State[1:]+", of "+text+": "+plain(v.Lacks)+".")
			}
			t.add(v.State, "", "", "", text)
		case 1:
			t.add(append(sides(v.State, v.Parts[0]), text)...)
		default:
			t.add(v.State, "", "", "", text)
			for _, p := range v.Parts {
				state := "holds"
				if !p.Holds {
					state = "fails"
				}
				t.add(append(sides("· "+state, p), plain(p.Text))...)
			}
		}
	}
	return t
}

// sides are a comparison's cells. Unsure is one whose margin may have either sign.
func sides(state string, p claims.Part) []string {
	if p.Unsure() {
		state += ", unsure"
	}
	return []string{state, Side(p, p.Left), Side(p, p.Right), margin(p)}
}

// Side writes a side of a comparison, shares as percent.
func Side(p claims.Part, v float64) string {
	if p.Percent {
		return short(100*v) + " %"
	}
	return short(v)
}

// margin is the interval of left minus right; empty where there is none.
func margin(p claims.Part) string {
	if math.IsNaN(p.Margin.Lo) || p.Margin.N < 2 {
		return ""
	}
	if p.Percent {
		return "[" + short(100*p.Margin.Lo) + ", " + short(100*p.Margin.Hi) + "] %"
	}
	return "[" + short(p.Margin.Lo) + ", " + short(p.Margin.Hi) + "]"
}

// CountVerdicts says how many claims are met: 2 met (1 unsure), 1 not met.
func CountVerdicts(verdicts []claims.Verdict) string {
	text := ""
	for _, state := range []string{claims.Met, claims.NotMet, claims.Unknown, claims.NotYetRun} {
		n, unsure := 0, 0
		for _, v := range verdicts {
			if v.State == state {
				n++
				if v.Unsure() {
					unsure++
				}
			}
		}
		if n > 0 {
			if text != "" {
				text += ", "
			}
			text += strconv.Itoa(n) + " " + state
			if unsure > 0 {
				text += fmt.Sprintf(" (%d unsure)", unsure)
			}
		}
	}
	if text == "" {
		return "no claims"
	}
	return text
}
