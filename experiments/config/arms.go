package config

import (
	"fmt"
	"slices"
	"strings"

	"zoo/experiments/claims"
	"zoo/experiments/results"
	"zoo/internal/strict"
)

// An Arm is a point of a sweep with its whole config.
type Arm struct {
	Labels   []string
	Settings []strict.Setting // what the sweep sets
	Config   Config           // with the seed of the base config

	loaded bool // Config is that of the arm
}

// Named adds the arm's labels to an error, if there are several arms.
func (a Arm) Named(err error) error {
	if len(a.Labels) == 0 {
		return err
	}
	return fmt.Errorf("[%s]: %w", strings.Join(a.Labels, ", "), err)
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
			axes[0].Labels = append(axes[0].Labels, string(p.Label))
			arms = append(arms, Arm{Labels: []string{string(p.Label)}, Settings: []strict.Setting{{Value: p.Set}}})
		}
	}
	return axes, arms
}

// without removes the excluded arms.
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
