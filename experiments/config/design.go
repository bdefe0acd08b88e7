package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"zoo/experiments/claims"
	"zoo/experiments/results"
	"zoo/internal/formula"
	"zoo/internal/strict"
)

// A Design is a sweep as its config describes it: the arms and what is claimed of
// them. Nothing of it depends on data or runs.
type Design struct {
	Config Config // the base config
	Axes   []results.Axis
	Arms   []Arm
	Seeds  []uint64

	Origins strict.Origins // of the base config
}

// LoadDesign resolves a config and all arms of its sweep. A config without a
// sweep has one arm, or those of the overrides: one with several values, as in
// model.depth=4,16, is an axis of a grid, and seed=1..3 are the seeds. The error is a
// *strict.Error with every problem of the config, of every arm and of every claim, sorted
// by where they are written.
func LoadDesign(name string, overrides ...string) (*Design, error) {
	args := parseArguments(name, overrides)
	base, origins, err := resolve(name, args.plain)
	if origins == nil {
		return nil, strict.Join(err, &strict.Error{Problems: args.problems})
	}
	problems := append(args.problems, args.sweep(&base, origins)...)
	d := &Design{Config: base, Seeds: base.Seeds, Origins: origins}
	if d.Seeds == nil {
		d.Seeds = []uint64{base.Seed}
	}
	report := func(key, format string, args ...any) {
		problems = append(problems, strict.Problem{Place: origins.Near(key), Key: key, Message: fmt.Sprintf(format, args...)})
	}
	for i, s := range d.Seeds {
		if slices.Index(d.Seeds, s) < i {
			report("seeds", "%d is given twice: a replicate more needs a seed of its own", s)
		}
	}
	switch {
	case about(strict.Join(err, &strict.Error{Problems: problems}), "sweep"): // then its arms are not known
	case base.Sweep == nil:
		d.Arms = []Arm{{Config: base, loaded: err == nil}}
	default:
		d.expand(origins, report)
		problems = append(problems, d.overridden(args.plain)...)
		if len(d.Arms) > 0 && len(d.Arms) <= mostArms {
			// What is wrong only with the config as it is, and with none of its arms, does no harm.
			err = d.load(name, args.plain)
		}
	}
	d.validate(report)
	if err := strict.Join(err, &strict.Error{Problems: problems}); err != nil {
		return nil, err
	}
	return d, nil
}

// about reports whether an error has a problem in a section.
func about(err error, section string) bool {
	var e *strict.Error
	return errors.As(err, &e) && slices.ContainsFunc(e.Problems, func(p strict.Problem) bool {
		return p.Key == section || strings.HasPrefix(p.Key, section+".")
	})
}

// overridden reports the overrides that the sweep would override.
func (d *Design) overridden(overrides []string) (problems []strict.Problem) {
	for i, o := range overrides {
		key, _, _ := strings.Cut(o, "=")
		for _, a := range d.Arms {
			for _, s := range a.Settings {
				if key == s.Key || strings.HasPrefix(s.Key, key+".") || strings.HasPrefix(key, s.Key+".") {
					problems = append(problems, strict.Problem{Place: strict.Override(overrides, i), Key: key, Message: "the sweep varies " + s.Key + ": change the sweep, or a key that it does not vary"})
				}
			}
		}
	}
	return problems
}

// load resolves the config of every arm.
func (d *Design) load(name string, overrides []string) error {
	var errs []error
	for i := range d.Arms {
		a := &d.Arms[i]
		c, _, err := resolve(name, overrides, a.Settings...)
		if err == nil && d.Config.Sweep.Derive != nil {
			var derived []strict.Setting
			if derived, err = d.derive(c); err == nil {
				a.Settings = append(slices.Clone(a.Settings), derived...)
				c, _, err = resolve(name, overrides, a.Settings...)
				err = ofArm(err, derived, a.Labels)
			}
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		a.Config, a.loaded = c, true
	}
	return strict.Join(errs...)
}

// ofArm adds to the problems of derived values the arm that they belong to.
func ofArm(err error, derived []strict.Setting, labels []string) error {
	var e *strict.Error
	if !errors.As(err, &e) {
		return err
	}
	for i, p := range e.Problems {
		if slices.ContainsFunc(derived, func(s strict.Setting) bool { return s.At == p.Place }) {
			e.Problems[i].Message += " in [" + strings.Join(labels, ", ") + "]"
		}
	}
	return err
}

// validate reports claims and views that name what the sweep does not have.
func (d *Design) validate(report func(key, format string, args ...any)) {
	s := d.Frame()
	for i, text := range d.Config.Check {
		_, err := formula.Parse(text)
		if len(d.Arms) > 0 { // otherwise no arm is known by name
			err = claims.Check(text, s)
		}
		if err != nil {
			report(fmt.Sprintf("check[%d]", i), "%q: %v", text, err)
		}
	}
	r := d.Config.Report
	if r == nil {
		return
	}
	if len(d.Arms) > 0 {
		d.validateView(*r, report)
	}
	for i, m := range r.Metrics {
		if !claims.Known(m) {
			report(fmt.Sprintf("report.metrics[%d]", i), "%s", claims.UnknownMetric(m))
		}
	}
	for i, l := range r.Log {
		if l != "x" && !claims.Known(l) {
			report(fmt.Sprintf("report.log[%d]", i), "have %s, want x or a metric", l)
		}
	}
}

// validateView reports axes and labels of the section report that the sweep lacks.
func (d *Design) validateView(r Report, report func(key, format string, args ...any)) {
	var params, labels []string
	for _, a := range d.Axes {
		params, labels = append(params, a.Param), append(labels, a.Labels...)
	}
	if r.X != "" {
		if i := slices.Index(params, r.X); i < 0 {
			report("report.x", "%s is not an axis of the sweep, want one of %s", r.X, strings.Join(params, ", "))
		} else if d.Axes[i].Values == nil {
			report("report.x", "the labels of %s are not numbers: leave x out, and arms stand side by side", r.X)
		}
	}
	if r.Baseline != "" && !slices.Contains(labels, string(r.Baseline)) {
		report("report.baseline", "no axis has a label %s, want one of %s", r.Baseline, strings.Join(labels, ", "))
	}
}

// Study is the design as a study without runs.
func (d *Design) Study() *results.Study {
	c := d.Config
	s := d.Frame()
	s.Name, s.Paper, s.Figure, s.Claim = c.Name, c.Paper, c.Figure, c.Claim
	s.Config = string(c.YAML(nil))
	flats := make([]map[string]string, len(d.Arms))
	for i, a := range d.Arms {
		flats[i] = a.Config.Flat()
	}
	varied := Differing(flats)
	for i := range s.Arms {
		for _, key := range varied {
			s.Arms[i].Changes = append(s.Arms[i].Changes, results.Change{Key: key, Value: flats[i][key]})
		}
		for _, seed := range d.Seeds {
			s.Arms[i].Trials = append(s.Arms[i].Trials, results.Trial{Seed: seed})
		}
	}
	return s
}

// Frame is the design as a study with nothing but its arms.
func (d *Design) Frame() *results.Study {
	s := &results.Study{Axes: d.Axes, Seeds: d.Seeds}
	s.Display, s.Baseline = d.Config.Report.View(d.Axes, d.Config.Task)
	for _, a := range d.Arms {
		arm := results.Arm{Labels: a.Labels}
		if a.loaded {
			arm.Planned = a.Config.planned()
		}
		s.Arms = append(s.Arms, arm)
	}
	return s
}

// planned is what a config says of its trials before any data are seen.
func (c Config) planned() results.Planned {
	data := c.Data.Preview()
	p := results.Planned{
		Known: true, Task: c.Task.Name, Trains: c.Train.Epochs > 0 || c.Train.Steps > 0, Val: !data.NoVal,
		Probe: c.Probe.Batch > 0, Jacobian: c.Probe.Jacobian, Lags: c.Probe.Lags, LogSteps: c.Train.LogSteps, Steps: c.Train.Steps,
	}
	if data.Spec != nil { // otherwise only the files tell
		p.Metrics = c.Task.MetricNames(*data.Spec)
		p.Positions = data.Spec.Positions()
	}
	return p
}

// Trials is how many runs the config's sweep has: 1 without a sweep and seeds.
func (c Config) Trials() int {
	d := &Design{Config: c}
	arms := 1
	if c.Sweep != nil {
		d.expand(nil, func(string, string, ...any) {}) // what is wrong shows when it is loaded
		arms = len(d.Arms)
	}
	return arms * max(1, len(c.Seeds))
}

// Folder is the folder of the sweep's own files, relative to the folder of runs. Another
// sweep, even of the same name, has a different one.
func (d *Design) Folder() string {
	var keys []string
	for _, a := range d.Arms {
		c := a.Config
		for _, seed := range d.Seeds {
			c.Seed = seed
			keys = append(keys, strings.Join(a.Labels, ","), c.Key())
		}
	}
	return filepath.Join("sweeps", d.Config.Name+"-"+digest(keys...)[:8])
}
