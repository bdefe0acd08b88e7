package experiments

import (
	"fmt"
	"slices"
	"strings"

	"zoo/experiments/claims"
	"zoo/experiments/results"
	"zoo/internal/strict"
)

// A Design is a sweep as its config describes it: the arms and what is claimed of
// them. Nothing of it depends on data or runs.
type Design struct {
	Config Config // the base config
	Axes   []results.Axis
	Arms   []Arm
	Seeds  []uint64
}

// LoadDesign resolves a config and all arms of its sweep. A config without a
// sweep has one arm. The error is a *strict.Error with every problem of every arm,
// where it is written.
func LoadDesign(name string, overrides ...string) (*Design, error) {
	base, origins, err := Load(name, overrides...)
	if err != nil {
		return nil, err
	}
	d := &Design{Config: base, Seeds: base.Seeds}
	if d.Seeds == nil {
		d.Seeds = []uint64{base.Seed}
	}
	var problems []strict.Problem
	report := func(key, format string, args ...any) {
		problems = append(problems, strict.Problem{Place: origins.Near(key), Key: key, Message: fmt.Sprintf(format, args...)})
	}
	if base.Sweep == nil {
		d.Arms = []Arm{{Config: base}}
	} else {
		d.expand(origins, report)
	}
	for i, s := range d.Seeds {
		if slices.Index(d.Seeds, s) < i {
			report("seeds", "%d is given twice: a replicate more needs a seed of its own", s)
		}
	}
	for _, a := range d.Arms {
		for _, s := range a.Settings {
			for _, o := range overrides {
				if key, _, _ := strings.Cut(o, "="); key == s.Key || strings.HasPrefix(s.Key, key+".") || strings.HasPrefix(key, s.Key+".") {
					problems = append(problems, strict.Problem{Place: strict.Place{Source: "override " + o}, Key: key, Message: "the sweep varies " + s.Key + ": change the sweep, or what it leaves alone"})
				}
			}
		}
	}
	if problems != nil {
		return nil, strict.Join(&strict.Error{Problems: problems})
	}
	if err := d.load(name, overrides); err != nil {
		return nil, err
	}
	d.validate(report)
	if problems != nil {
		return nil, strict.Join(&strict.Error{Problems: problems})
	}
	return d, nil
}

// load resolves the config of every arm.
func (d *Design) load(name string, overrides []string) error {
	var errs []error
	for i := range d.Arms {
		a := &d.Arms[i]
		resolve := func(settings []strict.Setting) bool {
			c, _, err := resolve(name, overrides, settings...)
			if err != nil {
				errs = append(errs, err)
				return false
			}
			a.Config = c
			return true
		}
		if !resolve(a.Settings) || d.Config.Sweep == nil || d.Config.Sweep.Derive == nil {
			continue
		}
		derived, err := a.derive(d.Config.Sweep.Derive)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		a.Settings = append(slices.Clone(a.Settings), derived...)
		resolve(a.Settings)
	}
	return strict.Join(errs...)
}

// validate reports claims and views that name what the sweep does not have.
func (d *Design) validate(report func(key, format string, args ...any)) {
	s := d.frame()
	for i, text := range d.Config.Check {
		if err := claims.Check(text, s); err != nil {
			report(fmt.Sprintf("check[%d]", i), "%q: %v", text, err)
		}
	}
	r := d.Config.Report
	if r == nil {
		return
	}
	var params, labels []string
	for _, a := range d.Axes {
		params, labels = append(params, a.Param), append(labels, a.Labels...)
	}
	if r.X != "" {
		if i := slices.Index(params, r.X); i < 0 {
			report("report.x", "%s is no axis of the sweep, want one of %s", r.X, strings.Join(params, ", "))
		} else if d.Axes[i].Values == nil {
			report("report.x", "the labels of %s are no numbers: leave x out, and arms stand side by side", r.X)
		}
	}
	if r.Baseline != "" && !slices.Contains(labels, r.Baseline) {
		report("report.baseline", "no axis has a label %s, want one of %s", r.Baseline, strings.Join(labels, ", "))
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

// study is the design as a study without runs.
func (d *Design) study() *results.Study {
	c := d.Config
	s := d.frame()
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

// frame is the design as a study with nothing but its arms.
func (d *Design) frame() *results.Study {
	s := &results.Study{Axes: d.Axes, Seeds: d.Seeds}
	s.View, s.Baseline = d.Config.Report.view(d.Axes)
	for _, a := range d.Arms {
		s.Arms = append(s.Arms, results.Arm{Labels: a.Labels, Planned: a.Config.planned()})
	}
	return s
}

// planned is what a config alone says of its trials.
func (c Config) planned() results.Planned {
	return results.Planned{
		Known: true, Trains: c.Train.Epochs > 0 || c.Train.Steps > 0, Val: c.Data.Val > 0,
		Probe: c.Probe.Batch > 0, Jacobian: c.Probe.Jacobian, LogSteps: c.Train.LogSteps, Steps: c.Train.Steps,
	}
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
