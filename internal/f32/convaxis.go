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

// forwardAxis is the axis from images of n coordinates to their results.
func forwardAxis(n, k, stride, pad, dilation int) axis {
	a := axis{step: 1, advance: stride}
	for i := range k {
		a.order = append(a.order, i)
	}
	a.add(0, outSize(n, k, stride, pad, dilation), func(i int) (taps []tap) {
		for slot := range k {
			if at := i*stride - pad + slot*dilation; at >= 0 && at < n {
				taps = append(taps, tap{slot, at})
			}
		}
		return taps
	})
	return a
}

// gradAxis is the axis from results to the gradient of images of n coordinates.
// A coordinate sees those taps that come to it in steps of the stride, so that the
// coordinates of each phase of the stride share their taps. The filters are
// packed by phases, and turned.
func gradAxis(n, k, stride, pad, dilation int) axis {
	a := axis{step: stride, advance: 1}
	for phase := range stride {
		for i := k - 1; i >= 0; i-- {
			if i*dilation%stride == phase {
				a.order = append(a.order, i)
			}
		}
	}
	out := outSize(n, k, stride, pad, dilation)
	for phase := range min(stride, n) {
		a.add(phase, n, func(i int) (taps []tap) {
			for slot, k := range a.order {
				if at := i + pad - k*dilation; at >= 0 && at%stride == 0 && at/stride < out {
					taps = append(taps, tap{slot, at / stride})
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
