package images

import "runtime"

// A tap is how one pixel of a resized row or column is made: the weighted sum of
// the pixels from first on.
type tap struct {
	first  int
	weight []float64
}

// taps returns how in pixels become out. A smaller image takes the mean over the
// area that each new pixel covers, which for a whole ratio k is the plain mean of
// k×k pixels; a larger one interpolates linearly between pixel centres.
func taps(in, out int) []tap {
	ts := make([]tap, out)
	for o := range ts {
		if out <= in {
			// In units of 1/out of an old pixel, the new one covers [o·in, (o+1)·in).
			from, to := o*in, (o+1)*in
			first := from / out
			ts[o].first = first
			for i := first; i*out < to; i++ {
				covered := min(to, (i+1)*out) - max(from, i*out)
				ts[o].weight = append(ts[o].weight, float64(covered)/float64(in))
			}
			continue
		}
		// The centre of the new pixel, in units of 1/(2·out) from the first old centre.
		centre := min(max((2*o+1)*in-out, 0), 2*out*(in-1))
		first := min(centre/(2*out), max(in-2, 0))
		right := float64(centre-first*2*out) / float64(2*out)
		ts[o] = tap{first, []float64{1 - right, right}[:min(in, 2)]}
	}
	return ts
}

// A resizer brings images (h, w, c) to (len(rows), len(cols), c).
type resizer struct {
	rows, cols []tap
	w, c       int
}

func newResizer(h, w, c, side int) resizer {
	return resizer{rows: taps(h, side), cols: taps(w, side), w: w, c: c}
}

// resize returns the resized image in the unit of src.
func (r resizer) resize(src []uint8) []float32 {
	dst := make([]float32, 0, len(r.rows)*len(r.cols)*r.c)
	row := make([]float64, r.w*r.c)
	for _, v := range r.rows {
		clear(row)
		for k, weight := range v.weight {
			old := src[(v.first+k)*r.w*r.c:][:r.w*r.c]
			for i, p := range old {
				row[i] += float64(weight * float64(p))
			}
		}
		for _, h := range r.cols {
			for ch := range r.c {
				sum := 0.0
				for k, weight := range h.weight {
					sum += float64(weight * row[(h.first+k)*r.c+ch])
				}
				dst = append(dst, float32(sum))
			}
		}
	}
	return dst
}

// resized returns e with every image brought to side × side, by all processors.
func resized(e examples[[]uint8], r resizer) examples[[]float32] {
	small := examples[[]float32]{label: e.label, index: e.index, pix: make([][]float32, len(e.pix))}
	inRows(len(e.pix), runtime.GOMAXPROCS(0), func(i int, _ *viewer) error {
		small.pix[i] = r.resize(e.pix[i])
		return nil
	})
	return small
}
