package sweep

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoo/experiments/claims"
	"zoo/experiments/config"
	"zoo/experiments/metric"
	"zoo/experiments/results"
	"zoo/experiments/run"
	"zoo/internal/atomicfile"
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

// escaped is a pattern that matches only the path.
func escaped(path string) string {
	if filepath.Separator == '\\' {
		return path // there is no way to escape anything
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// plannedIn is the plan in the folder of a sweep, made by any build.
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
	known := []string{age, size, "diverged", "seconds", "steps", "epochs", "params", "macs"}
	for _, part := range metric.Parts {
		for _, name := range metric.Names() {
			known = append(known, part+"."+name)
		}
	}
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

// Remove removes a run, and records that for the reports of the sweeps that have it. A run that a process holds, or of a sweep that a process carries out, is not
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
