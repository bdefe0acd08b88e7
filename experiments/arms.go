package experiments

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"zoo/experiments/claims"
	"zoo/experiments/results"
	"zoo/internal/formula"
	"zoo/internal/strict"
)

// An Arm is a point of a sweep with its whole config.
type Arm struct {
	Labels   []string
	Settings []strict.Setting // what the sweep sets
	Config   Config           // with the seed of the base config
}

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

// expand makes the arms, without their configs.
func (d *Design) expand(origins strict.Origins, report func(key, format string, args ...any)) {
	sweep := d.Config.Sweep
	spaces := append([]Space{sweep.Space}, sweep.Union...)
	for i, s := range spaces {
		path := "sweep"
		if i > 0 {
			path = fmt.Sprintf("sweep.union[%d]", i-1)
		}
		axes, arms := s.arms(path, origins)
		if i == 0 {
			d.Axes = axes
		}
		if !slices.EqualFunc(axes, d.Axes, func(a, b results.Axis) bool { return a.Param == b.Param }) {
			report(path, "have arms named by %s, want %s, as the arms before them", axisNames(axes), axisNames(d.Axes))
			continue
		}
		for k, a := range axes {
			for _, l := range a.Labels {
				if !slices.Contains(d.Axes[k].Labels, l) {
					d.Axes[k].Labels = append(d.Axes[k].Labels, l)
				}
			}
		}
		arms = s.without(path, axes, arms, report)
		for _, a := range arms {
			if slices.ContainsFunc(d.Arms, func(b Arm) bool { return slices.Equal(a.Labels, b.Labels) }) {
				report(path, "two arms are called [%s]: give their values labels", strings.Join(a.Labels, ", "))
			}
			d.Arms = append(d.Arms, a)
		}
	}
	if n := len(d.Arms); n > mostArms {
		report("sweep", "have %d arms, want at most %d", n, mostArms)
	}
	for k := range d.Axes {
		d.Axes[k].Values = results.Numbers(d.Axes[k].Labels)
	}
}

func axisNames(axes []results.Axis) string {
	var names []string
	for _, a := range axes {
		names = append(names, a.Name())
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// arms are the points of one space, and the axes by whose labels they are named.
func (s Space) arms(path string, origins strict.Origins) (axes []results.Axis, arms []Arm) {
	setting := func(axis, value int) strict.Setting {
		a := s.Axes[axis]
		return strict.Setting{Key: a.Param, At: origins.Near(fmt.Sprintf("%s.axes[%d].param", path, axis)), Value: a.Values[value]}
	}
	switch s.Mode {
	case grid:
		arms = []Arm{{}}
		for i, a := range s.Axes {
			axes = append(axes, results.Axis{Param: a.Param, Labels: slices.Clone(a.labels())})
			var product []Arm
			for _, arm := range arms {
				for k, l := range a.labels() {
					if len(product) > mostArms {
						break
					}
					product = append(product, Arm{Labels: append(slices.Clone(arm.Labels), l), Settings: append(slices.Clone(arm.Settings), setting(i, k))})
				}
			}
			arms = product
		}
	case zip:
		axes = []results.Axis{{Param: s.Axes[0].Param, Labels: slices.Clone(s.Axes[0].labels())}}
		for k, l := range s.Axes[0].labels() {
			arm := Arm{Labels: []string{l}}
			for i := range s.Axes {
				arm.Settings = append(arm.Settings, setting(i, k))
			}
			arms = append(arms, arm)
		}
	case oneAtATime:
		axes = []results.Axis{{Labels: []string{baseline}}}
		arms = []Arm{{Labels: []string{baseline}}}
		for i, a := range s.Axes {
			for k, l := range a.labels() {
				axes[0].Labels = append(axes[0].Labels, l)
				arms = append(arms, Arm{Labels: []string{l}, Settings: []strict.Setting{setting(i, k)}})
			}
		}
	case list:
		axes = []results.Axis{{}}
		for _, p := range s.Points {
			axes[0].Labels = append(axes[0].Labels, p.Label)
			arms = append(arms, Arm{Labels: []string{p.Label}, Settings: []strict.Setting{{Value: p.Set}}})
		}
	}
	return axes, arms
}

// without leaves the excluded arms out.
func (s Space) without(path string, axes []results.Axis, arms []Arm, report func(key, format string, args ...any)) []Arm {
	for i, e := range s.Exclude {
		var labels []string
		for _, v := range e {
			labels = append(labels, v.String())
		}
		study := &results.Study{Axes: axes}
		for _, a := range arms {
			study.Arms = append(study.Arms, results.Arm{Labels: a.Labels})
		}
		out, err := claims.Arms(study, labels)
		if err != nil {
			report(fmt.Sprintf("%s.exclude[%d]", path, i), "%v", err)
			continue
		}
		arms = slices.DeleteFunc(arms, func(a Arm) bool {
			return slices.ContainsFunc(out, func(b *results.Arm) bool { return slices.Equal(a.Labels, b.Labels) })
		})
	}
	if len(arms) == 0 {
		report(path, "no arm is left")
	}
	return arms
}

// load resolves the config of every arm.
func (d *Design) load(name string, overrides []string) error {
	var errs []error
	for i := range d.Arms {
		a := &d.Arms[i]
		resolve := func(settings []strict.Setting) bool {
			c := Defaults()
			_, err := loader().Load(&c, name, overrides, settings...)
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

// derive evaluates what follows from the arm's values.
func (a Arm) derive(all []Derived) (settings []strict.Setting, err error) {
	var problems []strict.Problem
	for i, d := range all {
		key := fmt.Sprintf("sweep.derive[%d].value", i)
		f, err := formula.Parse(d.Value)
		if err != nil {
			return nil, err // Validate has parsed it
		}
		v, err := f.Number(keys{a.Config})
		if err != nil {
			problems = append(problems, strict.Problem{Key: key, Message: fmt.Sprintf("%q: %v", d.Value, err)})
			continue
		}
		at := strict.Place{Source: fmt.Sprintf("%s of [%s], %s", key, strings.Join(a.Labels, ", "), d.Value)}
		settings = append(settings, strict.Setting{Key: d.Param, At: at, Value: strict.Scalar(strconv.FormatFloat(v, 'g', -1, 64), at)})
	}
	if problems != nil {
		return nil, &strict.Error{Problems: problems}
	}
	return settings, nil
}

// keys gives the keys of a config as names to a formula.
type keys struct{ config Config }

// Values implements formula.Env.
func (k keys) Values(n formula.Name) ([]float64, error) {
	text, ok := k.config.Value(n.Path)
	if v, err := strconv.ParseFloat(text, 64); ok && err == nil && n.Labels == nil {
		return []float64{v}, nil
	}
	if ok {
		return nil, fmt.Errorf("%s is %s, want a key whose value is a number", n.Path, text)
	}
	return nil, fmt.Errorf("no key %s", n.Path)
}

// Series implements formula.Env.
func (keys) Series(string, formula.Name, []float64) ([]float64, bool, error) { return nil, false, nil }

// Value is the value of a key as YAML; ok is false where there is no such key, or
// it is a section.
func (c Config) Value(key string) (text string, ok bool) {
	v, ok := c.Flat()[key]
	return v, ok
}

// Flat are all keys of the config with their values as YAML.
func (c Config) Flat() map[string]string {
	var root yaml.Node
	if err := yaml.Unmarshal(c.YAML(nil), &root); err != nil {
		panic("experiments: " + err.Error()) // what strict renders is YAML
	}
	flat := map[string]string{}
	var walk func(path string, n *yaml.Node)
	walk = func(path string, n *yaml.Node) {
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(strings.TrimPrefix(path+"."+n.Content[i].Value, "."), n.Content[i+1])
			}
		case yaml.ScalarNode:
			flat[path] = n.Value
		default:
			text, err := yaml.Marshal(n)
			if err != nil {
				panic("experiments: " + err.Error())
			}
			flat[path] = strings.TrimSpace(string(text))
		}
	}
	walk("", root.Content[0])
	return flat
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
		s.Arms = append(s.Arms, results.Arm{Labels: a.Labels})
	}
	return s
}

// Differing are the keys whose values are not the same in all configs, sorted. A
// config that lacks a key differs from one that has it.
func Differing(flats []map[string]string) (keys []string) {
	seen := map[string]bool{}
	for _, f := range flats {
		for key := range f {
			if seen[key] {
				continue
			}
			seen[key] = true
			if slices.ContainsFunc(flats, func(g map[string]string) bool { v, ok := g[key]; return !ok || v != f[key] }) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return keys
}
