package report

import (
	"fmt"
	"slices"
	"strings"

	"zoo/experiments/results"
	"zoo/experiments/run"
)

// absences are the arms that a figure does not show, grouped by reason.
type absences struct {
	reasons []string
	arms    map[string][]string
}

func (a *absences) add(arm, reason string) {
	if a.arms == nil {
		a.arms = map[string][]string{}
	}
	if a.arms[reason] == nil {
		a.reasons = append(a.reasons, reason)
	}
	a.arms[reason] = append(a.arms[reason], arm)
}

// notes list them: Without a curve, not yet run: residual, 8; residual, 14.
func (a absences) notes(without string) (all []string) {
	for _, r := range a.reasons {
		all = append(all, fmt.Sprintf("Without %s, %s: %s.", without, r, strings.Join(a.arms[r], "; ")))
	}
	return all
}

// reason says why trials have nothing to show. total is the number of trials of the arm,
// and lack is what the complete ones do not have.
func reason(trials []results.Trial, total int, lack string) string {
	var reasons []string
	counts := map[string]int{}
	var at []int // the steps where trials diverged
	for _, t := range trials {
		r := plain(t.State)
		switch t.State {
		case "":
			r = "not yet run"
		case run.Complete:
			r = lack
		case run.Running:
			r = "still running"
		case run.Diverged:
			if step, ok := t.DivergedAt(); ok {
				at = append(at, step)
			}
		}
		if counts[r]++; counts[r] == 1 {
			reasons = append(reasons, r)
		}
	}
	for i, r := range reasons {
		if n := counts[r]; n < total {
			reasons[i] = fmt.Sprintf("%d of %s %s", n, count(total, "seed"), r)
		}
		if r != run.Diverged {
			continue
		}
		slices.Sort(at)
		switch at = slices.Compact(at); len(at) {
		case 0:
			reasons[i] += " before the first record"
		case 1:
			reasons[i] += fmt.Sprintf(" at step %d, before the first record", at[0])
		default:
			reasons[i] += fmt.Sprintf(" at steps %d to %d, before the first record", at[0], at[len(at)-1])
		}
	}
	return strings.Join(reasons, "; ")
}

// partOf says how many of an arm's seeds a figure shows: 2 of 3 seeds. It is empty if it
// shows all.
func partOf(n int, a *results.Arm) string {
	if n == len(a.Trials) {
		return ""
	}
	return fmt.Sprintf("%d of %s", n, count(len(a.Trials), "seed"))
}
