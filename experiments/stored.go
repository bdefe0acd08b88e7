package experiments

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoo/experiments/claims"
	"zoo/experiments/config"
	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/internal/atomicfile"
	"zoo/internal/formula"
	"zoo/internal/strict"
)

// A StoredRun is a run on the disk, as far as its files can be read.
type StoredRun struct {
	Dir    string
	Config config.Config
	Trial  results.Trial // with the state and what it found
	Tags   []string
	Bytes  int64
	Held   bool     // by a living process
	Sweeps []string // the folders of the sweeps that have it
	Error  error    // what of it cannot be read

	keys map[string]string // of the config, with their values
}

// Damaged is the state of a stored run whose status cannot be read.
const Damaged = "damaged"

// RunStates are the states of stored runs.
var RunStates = []string{run.Running, run.Interrupted, run.Complete, run.Diverged, run.Failed, Damaged}

// StoredRuns are the runs under root, those first that were changed last.
func StoredRuns(root string) ([]StoredRun, error) {
	dirs, err := run.List(root)
	if err != nil {
		return nil, err
	}
	sweeps, err := sweepsByID(root)
	if err != nil {
		return nil, err
	}
	var all []StoredRun
	for _, dir := range dirs {
		r := StoredRun{Dir: dir, Held: run.Held(dir)}
		r.Sweeps = sweeps[r.id()]
		record, err := run.Read(dir)
		if err != nil { // then the status may still be there
			record.Status, _ = run.ReadStatus(dir)
		}
		r.Trial = results.Trial{State: cmp.Or(record.Status.State, Damaged), Record: record}
		config, configErr := config.LoadRun(dir)
		if configErr == nil {
			r.Config, r.keys = config, config.Flat()
		}
		var tagsErr, sizeErr error
		r.Tags, tagsErr = run.Tags(dir)
		r.Bytes, sizeErr = run.Size(dir)
		if err != nil && configErr != nil && configErr.Error() == err.Error() {
			configErr = nil // both need the status
		}
		r.Error = errors.Join(err, configErr, tagsErr, sizeErr)
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b StoredRun) int { return b.Trial.Status.Updated.Compare(a.Trial.Status.Updated) })
	return all, nil
}

// Name is the last part of the folder's path.
func (r StoredRun) Name() string { return filepath.Base(r.Dir) }

// id is the part of a run's name that stands for all that determines it.
func (r StoredRun) id() string { return r.Name()[strings.LastIndexByte(r.Name(), '-')+1:] }

// sweepsByID are the folders of the sweeps under root by the ids of their trials.
func sweepsByID(root string) (map[string][]string, error) {
	folders, err := filepath.Glob(filepath.Join(escaped(root), "sweeps", "*", planFile))
	sweeps := map[string][]string{}
	for _, name := range folders {
		p, err := plannedIn(filepath.Dir(name))
		if err != nil {
			continue // zoo sweep writes it anew
		}
		for _, t := range p.Trials {
			if folder := filepath.Dir(name); !slices.Contains(sweeps[t.ID], folder) {
				sweeps[t.ID] = append(sweeps[t.ID], folder)
			}
		}
	}
	return sweeps, err
}

// escaped is a path as a pattern that matches only that.
func escaped(path string) string {
	if filepath.Separator == '\\' {
		return path // there is no way to escape anything
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// plannedIn is the plan in the folder of a sweep, of whatever build.
func plannedIn(folder string) (p Plan, err error) {
	name := filepath.Join(folder, planFile)
	b, err := atomicfile.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return Plan{}, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// The numbers of a run that are not of its training.
const (
	age  = "age"  // days since it was changed
	size = "size" // megabytes
)

// Number is a number of the run: a metric as in claims, a key of its config, age (in
// days) or size (in megabytes). ok is false where it has none.
func (r StoredRun) Number(name string) (v float64, ok bool) {
	switch {
	case name == age:
		return time.Since(r.Trial.Status.Updated).Hours() / 24, !r.Trial.Status.Updated.IsZero()
	case name == size:
		return float64(r.Bytes) / 1e6, true
	case claims.Known(name):
		return r.Trial.Value(name)
	}
	v, err := strconv.ParseFloat(r.keys[name], 64)
	return v, err == nil
}

// CheckNumber says what is wrong with a name that no run has a number of.
func CheckNumber(runs []StoredRun, name string) error {
	if claims.Known(name) || name == age || name == size {
		return nil
	}
	for _, r := range runs {
		if _, ok := r.Number(name); ok {
			return nil
		}
	}
	known := []string{age, size, "test.accuracy", "test.loss", "test.error", "test.top5", "val.accuracy", "val.loss", "val.error", "val.top5",
		"train.accuracy", "train.loss", "train.error", "diverged", "seconds", "steps", "epochs", "params", "macs"}
	seen := map[string]bool{}
	for _, r := range runs {
		for key := range r.keys {
			if _, ok := r.Number(key); ok {
				seen[key] = true
			}
		}
	}
	known = append(known, slices.Sorted(maps.Keys(seen))...)
	hint := "want a metric such as test.accuracy, a key whose value is a number, age or size"
	if n := strict.Nearest(name, known); n != "" {
		hint = "did you mean " + n + "?"
	}
	return fmt.Errorf("no run has a number %s; %s", name, hint)
}

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
func (numbers) Share(metric string) bool { return claims.Share(metric) }

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

// SortRuns sorts runs by name, state or one of their numbers; those that lack it come
// last. A minus before it sorts the other way round.
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

// Remove removes a run, and leaves word of that to the reports of the sweeps that have
// it. A run that a process holds, or of a sweep that a process carries out, is not
// removed: the error is then a [*run.HeldError].
func (r StoredRun) Remove() (err error) {
	for _, folder := range r.Sweeps {
		lock, err := run.Hold(folder)
		if err != nil {
			return err
		}
		defer func(lock io.Closer) { err = errors.Join(err, lock.Close()) }(lock)
	}
	if err := run.Remove(r.Dir); err != nil {
		return err
	}
	for _, folder := range r.Sweeps {
		p, err := plannedIn(folder)
		if err != nil {
			return err
		}
		failures, err := readFailures(folder)
		if err != nil {
			return err
		}
		for _, t := range p.Trials {
			if t.ID == r.id() {
				failures[t.Key] = run.Removed
			}
		}
		if err := writeFailures(folder, failures); err != nil {
			return err
		}
	}
	return nil
}

// Dependents are the names of the runs that start from the weights of this one.
func (r StoredRun) Dependents(runs []StoredRun) (names []string) {
	here, err := filepath.Abs(r.Dir)
	for _, other := range runs {
		from := other.Config.Weights.From
		if from == "" || err != nil {
			continue
		}
		if _, err := os.Stat(from); err != nil {
			continue
		}
		if there, err := filepath.Abs(from); err == nil && (there == here || filepath.Dir(there) == here) {
			names = append(names, other.Name())
		}
	}
	return names
}
