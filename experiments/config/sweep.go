package config

import (
	"fmt"
	"slices"
	"strings"

	"zoo/internal/formula"
	"zoo/internal/problem"
	"zoo/internal/strict"
)

// Sweep is the sweep section: the arms of an experiment. Each arm is trained with
// each of the config's seeds.
type Sweep struct {
	Space
	Union  []Space   `doc:"further arms, with labels for the same axes"`
	Derive []Derived `doc:"values that follow from others in each arm, such as a learning rate from the size of the batch"`
}

// A Space is a set of arms.
type Space struct {
	Mode    string           `doc:"grid: every value of an axis with every value of the others; zip: the first values of all axes, the second ones, ...; one-at-a-time: the config as it is, and each value alone; list: the points" enum:"grid,zip,one-at-a-time,list"`
	Axes    []Axis           `doc:"what is varied; for list: none"`
	Points  []Point          `doc:"the arms of a list"`
	Exclude [][]strict.Value `doc:"arms to leave out, by their labels: [plain, 56]; _ is any label"`
}

// An Axis is a key with the values that it takes.
type Axis struct {
	Param  string         `doc:"the key, such as model.depth; for a section, such as model, the values are mappings"`
	Values []strict.Value `doc:"its values"`
	Label  []strict.Word  `doc:"what the values are called in tables and claims; none: the values themselves"`
}

// A Point is an arm of a list.
type Point struct {
	Label strict.Word  `doc:"what the arm is called in tables and claims"`
	Set   strict.Value `doc:"keys and values, as in a config"`
}

// Derived is a key whose value follows from others.
type Derived struct {
	Param string `doc:"the key"`
	Value string `doc:"an expression over keys with numbers, such as 0.1 * train.batch / 32"`
}

// The modes of a Space.
const (
	grid       = "grid"
	zip        = "zip"
	oneAtATime = "one-at-a-time"
	list       = "list"
	baseline   = "baseline" // the label of the config as it is, in mode one-at-a-time
	mostArms   = 10_000
)

// SetDefaults implements strict.Defaulter.
func (s *Space) SetDefaults() { s.Mode = grid }

// Validate reports what does not make arms.
func (s Space) Validate() (ps []problem.Problem) {
	add := func(wrong bool, key, format string, args ...any) {
		if wrong {
			ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
		}
	}
	add(s.Mode == list && len(s.Points) == 0, "points", "have none, want the arms of the list")
	add(s.Mode == list && len(s.Axes) > 0, "axes", "a list has points and no axes")
	add(s.Mode != list && len(s.Points) > 0, "points", "have points in mode %s, want mode: list", s.Mode)
	add(s.Mode != list && len(s.Points) == 0 && len(s.Axes) == 0, "axes", "have none, want at least one")
	for i, a := range s.Axes {
		at := fmt.Sprintf("axes[%d].", i)
		add(len(a.Values) == 0, at+"values", "have none, want at least one")
		add(a.Label != nil && len(a.Label) != len(a.Values), at+"label", "have %d labels, want one for each of the %d values", len(a.Label), len(a.Values))
		add(s.Mode == zip && len(a.Values) != len(s.Axes[0].Values), at+"values", "have %d values, want %d as %s has: zip takes them in step", len(a.Values), len(s.Axes[0].Values), s.Axes[0].Param)
		add(slices.ContainsFunc(s.Axes[:i], func(b Axis) bool { return b.Param == a.Param }), at+"param", "%s is an axis already", a.Param)
	}
	seen := map[strict.Word]bool{}
	for i, p := range s.Points {
		at := fmt.Sprintf("points[%d].", i)
		add(p.Label == "", at+"label", "not given, want the name of the arm")
		add(p.Label != "" && seen[p.Label], at+"label", "%s is the name of another arm", p.Label)
		add(!p.Set.IsMapping(), at+"set", "have %q, want keys and values, or {}", p.Set)
		seen[p.Label] = true
	}
	return ps
}

// Validate reports axes that no trial can have.
func (a Axis) Validate() (ps []problem.Problem) {
	if wrong := notOfATrial(a.Param); wrong != "" {
		ps = append(ps, problem.Problem{Key: "param", Message: wrong})
	}
	for i, l := range a.labels() {
		if l == "" || l == formula.Any {
			ps = append(ps, problem.Problem{Key: "label", Message: fmt.Sprintf("have %q, want a word: %s stands for every label", l, formula.Any)})
		}
		if j := slices.Index(a.labels(), l); j < i {
			ps = append(ps, problem.Problem{Key: "values", Message: fmt.Sprintf("%s is given twice", l)})
		}
	}
	return ps
}

// Validate reports values that no trial can have.
func (p Point) Validate() (ps []problem.Problem) {
	for _, key := range p.Set.Keys() {
		if wrong := notOfATrial(key); wrong != "" && key != "" {
			ps = append(ps, problem.Problem{Key: "set", Message: wrong})
		}
	}
	return ps
}

// Validate reports what cannot be derived.
func (d Derived) Validate() (ps []problem.Problem) {
	if wrong := notOfATrial(d.Param); wrong != "" {
		ps = append(ps, problem.Problem{Key: "param", Message: wrong})
	}
	if _, err := formula.Parse(d.Value); err != nil {
		ps = append(ps, problem.Problem{Key: "value", Message: fmt.Sprintf("%q: %v", d.Value, err)})
	}
	return ps
}

// notOfATrial says why a key cannot be varied; empty if it can.
func notOfATrial(key string) string {
	switch first, _, _ := strings.Cut(key, "."); first {
	case "":
		return "not given, want a key such as model.depth"
	case "seed", "seeds":
		return "seeds are replicates and no axis: list them under seeds"
	case "name", "paper", "figure", "claim", "cost", "sweep", "check", "report":
		return "have " + key + ", want a key that determines a run"
	}
	return ""
}

// labels are the names of the axis' values.
func (a Axis) labels() (l []string) {
	if a.Label != nil {
		for _, w := range a.Label {
			l = append(l, string(w))
		}
		return l
	}
	for _, v := range a.Values {
		l = append(l, v.String())
	}
	return l
}
