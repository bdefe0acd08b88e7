package f32

import "slices"

// An axis is how the height or the width of a result is computed from that of a
// source. Its runs cover all coordinates of the result.
type axis struct {
	runs    []run
	step    int   // between the coordinates of a run in the result
	advance int   // and of what they see in the source
	order   []int // the coordinates of the filters, in the order of the packed ones
}

// A run is consecutive coordinates of a result that see the same taps.
type run struct {
	first, count int
	taps         []tap
}

// A tap is a coordinate of the packed filters, and that of the source which it
// meets for the first coordinate of a run.
type tap struct{ slot, at int }

// forwardAxis is the axis from images to their results.
func forwardAxis(s side) axis {
	a := axis{step: 1, advance: s.stride}
	for i := range s.k {
		a.order = append(a.order, i)
	}
	a.add(0, s.results(), func(i int) (taps []tap) {
		for slot := range s.k {
			if at := i*s.stride - s.before + slot*s.dilation; at >= 0 && at < s.n {
				taps = append(taps, tap{slot, at})
			}
		}
		return taps
	})
	return a
}

// gradAxis is the axis from results to the gradient of images.
// A coordinate sees those taps that come to it in steps of the stride, so that the
// coordinates of each phase of the stride share their taps. The filters are
// packed by phases, and turned.
func gradAxis(s side) axis {
	a := axis{step: s.stride, advance: 1}
	for phase := range s.stride {
		for i := s.k - 1; i >= 0; i-- {
			if i*s.dilation%s.stride == phase {
				a.order = append(a.order, i)
			}
		}
	}
	out := s.results()
	for phase := range min(s.stride, s.n) {
		a.add(phase, s.n, func(i int) (taps []tap) {
			for slot, k := range a.order {
				if at := i + s.before - k*s.dilation; at >= 0 && at%s.stride == 0 && at/s.stride < out {
					taps = append(taps, tap{slot, at / s.stride})
				}
			}
			return taps
		})
	}
	return a
}

// add appends the runs of the coordinates first, first + step, … below n.
func (a *axis) add(first, n int, taps func(i int) []tap) {
	for i, join := first, false; i < n; i, join = i+a.step, true {
		t := taps(i)
		if join {
			last := &a.runs[len(a.runs)-1]
			if slices.EqualFunc(t, last.taps, func(a, b tap) bool { return a.slot == b.slot }) {
				last.count++
				continue
			}
		}
		a.runs = append(a.runs, run{i, 1, t})
	}
}

// consecutive says that the taps are neighbours in the filters and in the source.
func consecutive(taps []tap) bool {
	for i := 1; i < len(taps); i++ {
		if taps[i].slot != taps[i-1].slot+1 || taps[i].at != taps[i-1].at+1 {
			return false
		}
	}
	return true
}
