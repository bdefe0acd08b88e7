package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"zoo/experiments/metric"
	"zoo/internal/formula"
	"zoo/internal/strict"
)

// numbers gives the numbers of a run as names to a formula.
type numbers struct {
	run   StoredRun
	runs  []StoredRun // all
	lacks *bool       // the run has no such number
}

// Expand implements formula.Env.
func (n numbers) Expand(name formula.Name) ([]formula.Name, error) {
	if name.Labels != nil {
		return nil, fmt.Errorf("%s: a run has no arms, leave the labels out", name)
	}
	return []formula.Name{name}, CheckNumber(n.runs, name.Path)
}

// Value implements formula.Env.
func (n numbers) Value(name formula.Name) (float64, error) {
	v, ok := n.run.Number(name.Path)
	if !ok {
		*n.lacks = true
	}
	return v, nil
}

// Series implements formula.Env.
func (numbers) Series(string, formula.Name, []float64) (float64, bool, error) { return 0, false, nil }

// Share implements formula.Env.
func (numbers) Share(name string) bool { return metric.Share(name) }

// A RunFilter says which runs are meant: those that every list matches, where empty
// lists match all.
type RunFilter struct {
	Names      []string // or patterns, of which one must match
	States     []string // likewise
	Tags       []string // that a run must have, all of them
	Conditions []string // that must be true, in the words of claims, such as test.accuracy > 0.9
}

// Select returns the runs that a filter means. A name or a pattern that matches none
// of the runs is an error.
func (f RunFilter) Select(runs []StoredRun) (found []StoredRun, err error) {
	var errs []error
	matched := map[string]bool{} // the names that match a run
	for _, r := range runs {
		ok := f.Names == nil
		for _, name := range f.Names {
			match, err := path.Match(name, r.Name())
			if err != nil {
				return nil, fmt.Errorf("%q is not a pattern: want letters, *, ? and [...]", name)
			}
			if match {
				ok, matched[name] = true, true
			}
		}
		ok = ok && (f.States == nil || slices.Contains(f.States, r.Trial.State))
		for _, tag := range f.Tags {
			ok = ok && slices.Contains(r.Tags, tag)
		}
		if ok {
			found = append(found, r)
		}
	}
	for _, name := range f.Names {
		if !matched[name] {
			errs = append(errs, noRunNamed(name, runs))
		}
	}
	for _, text := range f.Conditions {
		if found, err = filter(found, runs, text); err != nil {
			errs = append(errs, err)
		}
	}
	return found, errors.Join(errs...)
}

// noRunNamed says which run may have been meant.
func noRunNamed(name string, runs []StoredRun) error {
	var names []string
	for _, r := range runs {
		names = append(names, r.Name())
	}
	if n := strict.Nearest(name, names); n != "" {
		return fmt.Errorf("no run %q; did you mean %s?", name, n)
	}
	return fmt.Errorf("no run %q among %d", name, len(runs))
}

// filter keeps the runs for which a condition is true; where a run lacks a number that
// the condition speaks of, it is not.
func filter(found, all []StoredRun, text string) (kept []StoredRun, err error) {
	f, err := formula.Parse(text)
	if err != nil {
		if strings.Contains(strings.NewReplacer("==", "", "<=", "", ">=", "", "!=", "").Replace(text), "=") {
			err = fmt.Errorf("%w; == compares", err)
		}
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	// What is wrong with the condition is wrong without any run, too.
	for _, r := range append([]StoredRun{{}}, found...) {
		lacks := false
		holds, _, err := f.Truth(func(v []float64) float64 { return v[0] }, numbers{r, all, &lacks})
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		if holds && !lacks && r.Dir != "" {
			kept = append(kept, r)
		}
	}
	return kept, nil
}

// SortRuns sorts runs by name, state or one of their numbers; those without the number
// come last. A minus before it reverses the order.
func SortRuns(runs []StoredRun, by string) error {
	by, down := strings.CutPrefix(by, "-")
	sign := 1
	if down {
		sign = -1
	}
	if by != "name" && by != "state" {
		if err := CheckNumber(runs, by); err != nil {
			return err
		}
	}
	slices.SortStableFunc(runs, func(a, b StoredRun) int {
		switch by {
		case "name":
			return sign * strings.Compare(a.Name(), b.Name())
		case "state":
			return sign * strings.Compare(a.Trial.State, b.Trial.State)
		}
		x, ok := a.Number(by)
		y, ok2 := b.Number(by)
		switch {
		case ok && ok2:
			return sign * cmp.Compare(x, y)
		case ok:
			return -1
		case ok2:
			return 1
		}
		return 0
	})
	return nil
}
