package images

import "math"

// A filter is how the pixels around a place are weighed: a function of their
// distance, in pixels of the smaller of the two images, that is 0 beyond reach.
type filter struct {
	reach float64
	at    func(x float64) float64
}

// The filters have the names, and their sums the precision and the rounding, that
// they have in the Python Imaging Library, with which published networks were
// trained: a smaller image is the mean of all that it covers ("antialiasing").
var filters = map[string]filter{
	"bilinear": {1, func(x float64) float64 { return max(0, 1-math.Abs(x)) }},
	"bicubic": {2, func(x float64) float64 {
		// Keys 1981, with a = −1/2.
		switch x = math.Abs(x); {
		case x < 1:
			return float64(float64(1.5*x-2.5)*x)*x + 1
		case x < 2:
			return float64(float64(float64(-0.5*x+2.5)*x)-4)*x + 2
		}
		return 0
	}},
}

// weightBits is the precision of weights as whole numbers.
const weightBits = 22

// A mean is one pixel of a row or column of a resampled image: the sum of the
// pixels from first on by their weights, which are in units of 2^−weightBits.
type mean struct {
	first  int
	weight []int
}

// means returns how the pixels from to from+n of out are made of in pixels.
func (f filter) means(in, out, from, n int) []mean {
	ms := make([]mean, n)
	scale := float64(in) / float64(out)
	wide := max(scale, 1)
	reach := f.reach * wide
	w := make([]float64, 0, 2*int(math.Ceil(reach))+1)
	for i := range ms {
		centre := (float64(from+i) + 0.5) * scale
		first := max(int(centre-reach+0.5), 0)
		last := min(int(centre+reach+0.5), in)
		w = w[:0]
		sum := 0.0
		for k := first; k < last; k++ {
			v := f.at((float64(k) - centre + 0.5) * (1 / wide))
			w = append(w, v)
			sum += v
		}
		ms[i] = mean{first, make([]int, len(w))}
		for k, v := range w {
			ms[i].weight[k] = int(math.Round(float64(v/sum) * (1 << weightBits)))
		}
	}
	return ms
}

// A box is a part of an image.
type box struct{ top, left, h, w int }

// resample brings the part of d in from to h × w pixels and returns the part of
// these in want. Only that part is computed, so that no image is too long.
func (d decoded) resample(f filter, from box, h, w int, want box) decoded {
	rows, cols := f.means(from.h, h, want.top, want.h), f.means(from.w, w, want.left, want.w)
	first := rows[0].first
	end := 0
	for _, m := range rows {
		end = max(end, m.first+len(m.weight))
	}
	c := d.c
	narrow := make([]uint8, (end-first)*want.w*c)
	for y := range end - first {
		row := d.pix[((from.top+first+y)*d.w+from.left)*c:][:from.w*c]
		out := narrow[y*want.w*c:][:want.w*c]
		for x, m := range cols {
			if in := row[m.first*c:][:len(m.weight)*c]; c == 3 {
				rowMean3(out[3*x:3*x+3], in, m.weight)
			} else {
				rowMean1(out[x:x+1], in, m.weight)
			}
		}
	}
	small := decoded{want.h, want.w, c, make([]uint8, want.h*want.w*c)}
	sums := make([]int, want.w*c)
	for y, m := range rows {
		for i := range sums {
			sums[i] = 1 << (weightBits - 1)
		}
		for k, weight := range m.weight {
			row := narrow[(m.first-first+k)*want.w*c:][:len(sums)]
			for i, v := range row {
				sums[i] += weight * int(v)
			}
		}
		out := small.pix[y*want.w*c:][:len(sums)]
		for i, sum := range sums {
			out[i] = toByte(sum)
		}
	}
	return small
}

// rowMean1 is the sum of pixels by weights, and rowMean3 that of three channels.
func rowMean1(out, in []uint8, weights []int) {
	sum := 1 << (weightBits - 1)
	for k, weight := range weights {
		sum += weight * int(in[k])
	}
	out[0] = toByte(sum)
}

func rowMean3(out, in []uint8, weights []int) {
	const half = 1 << (weightBits - 1)
	r, g, b := half, half, half
	for _, weight := range weights {
		r += weight * int(in[0])
		g += weight * int(in[1])
		b += weight * int(in[2])
		in = in[3:]
	}
	out[0], out[1], out[2] = toByte(r), toByte(g), toByte(b)
}

// toByte is a sum in units of 2^−weightBits as a byte.
func toByte(sum int) uint8 { return uint8(min(max(sum>>weightBits, 0), 255)) }
