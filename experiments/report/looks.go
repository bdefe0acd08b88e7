package report

import (
	"slices"
	"strings"

	"zoo/experiments/results"
)

// looks gives every arm of a study its line. Along an x axis, and wherever there
// are more arms than hues, each series has a panel, in which colours are places on
// the axis. Where no axis divides the arms well enough, each has a panel.
func looks(s *Study) []line {
	all := make([]line, len(s.Arms))
	axis, ok := s.XAxis()
	many := len(s.Arms) > len(hues)
	if many {
		axis, ok = divided(s)
	}
	if !ok {
		for i := range s.Arms {
			all[i] = line{name: armName(s, &s.Arms[i]), width: 1.8, paint: hues[0]}
			if many {
				all[i].panel, all[i].alone = all[i].name, true
			} else {
				all[i].paint = hues[i]
			}
		}
		return all
	}
	labels, name := s.Axes[axis].Labels, plain(s.Axes[axis].Name())
	labels = slices.DeleteFunc(slices.Clone(labels), func(l string) bool { // of which the sweep leaves out all arms
		return !slices.ContainsFunc(s.Arms, func(a results.Arm) bool { return a.Labels[axis] == l })
	})
	numbers := results.Numbers(labels)
	several := len(seriesAlong(s, axis)) > 1
	for i := range s.Arms {
		a := &s.Arms[i]
		at := slices.Index(labels, a.Labels[axis])
		l := line{group: name, name: plain(a.Labels[axis]), width: 1.8}
		if numbers == nil {
			l.paint = hues[at]
		} else {
			sorted := slices.Sorted(slices.Values(numbers))
			l.paint = step(slices.Index(sorted, numbers[at]), len(sorted))
		}
		if several {
			l.panel = titleOf(s, a, axis)
		}
		all[i] = l
	}
	return all
}

// titleOf is the name of an arm's series where no axes are named beside it: numbers
// have the names of theirs before them.
func titleOf(s *Study, a *results.Arm, axis int) string {
	var names []string
	for i, l := range a.Labels {
		switch {
		case i == axis:
		case s.Axes[i].Values != nil:
			names = append(names, plain(s.Axes[i].Name()+" "+l))
		default:
			names = append(names, plain(l))
		}
	}
	return strings.Join(names, ", ")
}

// divided is the axis along which the lines of a panel run where one panel cannot
// hold all: the x axis, or else the last one, that has no more labels than there
// are hues.
func divided(s *Study) (axis int, ok bool) {
	axes := make([]int, 0, len(s.Axes)+1)
	if x, ok := s.XAxis(); ok {
		axes = append(axes, x)
	}
	for i := range slices.Backward(s.Axes) {
		axes = append(axes, i)
	}
	for _, i := range axes {
		if n := len(s.Axes[i].Labels); n > 1 && n <= len(hues) && len(seriesAlong(s, i)) > 1 {
			return i, true
		}
	}
	return 0, false
}

// fewer collects the arms of which not all seeds take part in a figure.
type fewer []string

// take says so in the legend, or in the notes where the legend is for several
// panels.
func (f *fewer) take(look line, s *Study, a *results.Arm, n int) line {
	if part := of(n, a); part != "" && look.panel == "" {
		look.name += " (" + part + ")"
	} else if part != "" {
		*f = append(*f, armName(s, a)+" ("+part+")")
	}
	return look
}

func (f fewer) notes() []string {
	if f == nil {
		return nil
	}
	return []string{"Mean of fewer seeds: " + strings.Join(f, "; ") + "."}
}
