package report

import (
	"slices"
	"strings"

	"zoo/experiments/results"
)

// lineStyles are the colour, the panel and the name of each arm's line, in the order of
// the arms. With an x axis, or with more arms than hues, each series has a panel in which
// colours are positions on the axis. If no axis divides the arms well enough, each arm has
// a panel.
func lineStyles(s *Study) []line {
	all := make([]line, len(s.Arms))
	axis, ok := s.XAxis()
	many := len(s.Arms) > len(hues)
	if many {
		axis, ok = dividingAxis(s)
	}
	if !ok {
		for i := range s.Arms {
			all[i] = line{name: armName(s, &s.Arms[i]), width: 1.8, paint: hues[0]}
			if many {
				all[i].panel, all[i].ownPanel = all[i].name, true
			} else {
				all[i].paint = hues[i]
			}
		}
		return all
	}
	labels, name := s.Axes[axis].Labels, plain(s.Axes[axis].Name())
	labels = slices.DeleteFunc(slices.Clone(labels), func(l string) bool { // without those whose arms the sweep leaves out
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
			l.paint = shade(slices.Index(sorted, numbers[at]), len(sorted))
		}
		if several {
			l.panel = titleOf(s, a, axis)
		}
		all[i] = l
	}
	return all
}

// titleOf is the name of an arm's series where nothing else names the axes: the name of
// the axis goes before a number.
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

// dividingAxis is the axis whose labels are the lines of each panel where one panel cannot
// hold all: the x axis, or else the last axis with no more labels than there are hues.
func dividingAxis(s *Study) (axis int, ok bool) {
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

// partialArms are the arms of which a figure does not show all seeds.
type partialArms []string

// label adds to the arm's name in the legend how many seeds are shown, or keeps it for the
// notes if the legend is for several panels.
func (f *partialArms) label(style line, s *Study, a *results.Arm, n int) line {
	if part := partOf(n, a); part != "" && style.panel == "" {
		style.name += " (" + part + ")"
	} else if part != "" {
		*f = append(*f, armName(s, a)+" ("+part+")")
	}
	return style
}

func (f partialArms) notes() []string {
	if f == nil {
		return nil
	}
	return []string{"Mean of fewer seeds: " + strings.Join(f, "; ") + "."}
}
