package report

import (
	"slices"
	"strings"

	"zoo/experiments/results"
)

// looks gives every arm of a study its line. As many as there are hues share a
// panel. More have a panel each series, in which colours are places on the axis,
// or, where that does not divide them well enough, a panel each arm.
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
	values, name := s.Axes[axis], plain(s.Axes[axis].Name())
	each := seriesAlong(s, axis)
	for _, r := range each {
		for at, arm := range r.arms {
			i := slices.IndexFunc(s.Arms, func(a results.Arm) bool { return arm != nil && slices.Equal(a.Labels, arm.Labels) })
			if i < 0 {
				continue
			}
			l := line{group: name, name: plain(arm.Labels[axis]), width: 1.8}
			switch {
			case len(each) > 1 && !many:
				l.group, l.paint = titleOf(s, arm, axis), hues[i]
			case values.Values != nil:
				l.paint = step(at, len(values.Labels))
			default:
				l.paint = hues[at]
			}
			if many {
				l.panel = titleOf(s, arm, axis)
			}
			all[i] = l
		}
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
