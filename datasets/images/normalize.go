package images

import (
	"fmt"
	"math"

	"zoo/internal/problem"
)

// norm is a parsed normalisation.
type norm struct {
	name string // none, standard, mean, imagenet or range
	a, b float64
}

// imagenetMean and imagenetStd are the published numbers of ImageNet's training
// images, for pixels in 0..1, that torchvision's networks were trained with.
var (
	imagenetMean = [3]float64{0.485, 0.456, 0.406}
	imagenetStd  = [3]float64{0.229, 0.224, 0.225}
)

func parseNorm(s string) (norm, error) {
	const want = "want none, standard, mean, imagenet or range(a,b)"
	name, args, err := problem.Call(s)
	if err != nil {
		return norm{}, fmt.Errorf("%w: %s", err, want)
	}
	n := norm{name: name, b: 1}
	takes := 0
	switch name {
	case "none", "standard", "mean", "imagenet":
	case "range":
		if takes = 2; len(args) == takes {
			n.a, n.b = args[0], args[1]
			if !(math.Abs(n.a) < 1e6 && math.Abs(n.b) < 1e6 && n.a != n.b) {
				return n, fmt.Errorf("have %s, want two different numbers", s)
			}
		}
	default:
		return n, fmt.Errorf("have %q, %s", s, want)
	}
	if len(args) != takes {
		return n, fmt.Errorf("have %q, with %d numbers, want %d: %s", s, len(args), takes, want)
	}
	return n, nil
}

// An affine map takes the pixels of an image as they are kept to what the
// network sees: v becomes gain·v + bias, for each value of (H, W, C).
type affine struct{ gain, bias []float32 }

// affineOf returns the map of n, for images (h, w, c) that get a border of pad
// pixels. Means and deviations are those of train; max is the value that means 1.
func affineOf(n norm, train statistic, h, w, c, pad, max int) (affine, error) {
	H, W := h+2*pad, w+2*pad
	m := affine{make([]float32, H*W*c), make([]float32, H*W*c)}
	gain, bias := (n.b-n.a)/float64(max), n.a
	for i := range m.gain {
		m.gain[i], m.bias[i] = float32(gain), float32(bias)
	}
	switch n.name {
	case "mean":
		for i, mean := range train.meanImage() {
			y, x, ch := i/(w*c), i/c%w, i%c
			m.bias[((y+pad)*W+x+pad)*c+ch] = float32(-mean / float64(max))
		}
	case "imagenet":
		for i := range m.gain {
			mean, std := imagenetMean[i%c], imagenetStd[i%c]
			m.gain[i], m.bias[i] = float32(1/(std*float64(max))), float32(-mean/std)
		}
	case "standard":
		mean, std := train.channels()
		for ch := range c {
			if std[ch] < 1e-6*float64(max) {
				return m, fmt.Errorf("data.normalize: channel %d has the same value in every training image, so standard cannot divide by its standard deviation: use none, mean or range(a,b)", ch)
			}
			for i := ch; i < len(m.gain); i += c {
				m.gain[i], m.bias[i] = float32(1/std[ch]), float32(-mean[ch]/std[ch])
			}
		}
	}
	return m, nil
}

// meanImage is the mean of the images at each pixel, in their unit.
func meanImage[T pixel](images [][]T) []float64 {
	sum := make([]float64, len(images[0]))
	for _, p := range images {
		for i, v := range p {
			sum[i] += float64(v)
		}
	}
	for i := range sum {
		sum[i] /= float64(len(images))
	}
	return sum
}

// channelStats returns the mean and the standard deviation (of the population)
// of each of c channels over all pixels, in the unit of the images. Sums of bytes
// are exact.
func channelStats[T pixel](images [][]T, c int) (mean, std []float64) {
	sum, square := make([]float64, c), make([]float64, c)
	if bytes, ok := any(images).([][]byte); ok && 3%c == 0 {
		byteSums(bytes, sum, square)
	} else {
		for _, p := range images {
			for len(p) > 0 {
				for ch, v := range p[:c] {
					sum[ch] += float64(v)
					square[ch] += float64(float64(v) * float64(v))
				}
				p = p[c:]
			}
		}
	}
	n := float64(len(images) * len(images[0]) / c)
	for ch := range c {
		sum[ch] /= n
		square[ch] = math.Sqrt(max(0, square[ch]/n-float64(sum[ch]*sum[ch])))
	}
	return sum, square
}

// byteSums adds up the bytes of each channel, of one or three, and their squares, as
// whole numbers: the same sums, sooner.
func byteSums(images [][]byte, sum, square []float64) {
	s, q := make([]uint64, len(sum)), make([]uint64, len(sum))
	for _, p := range images {
		for len(p) > 0 {
			n := min(len(p), 3*mostPacked)
			for lane, both := range packedSums(p[:n]) {
				s[lane%len(s)] += both >> 32
				q[lane%len(q)] += both & math.MaxUint32
			}
			p = p[n:]
		}
	}
	for ch := range sum {
		sum[ch], square[ch] = float64(s[ch]), float64(q[ch])
	}
}

// packed has a byte in its upper half and the square of it in the lower one.
var packed = func() (t [256]uint64) {
	for v := range uint64(256) {
		t[v] = v<<32 | v*v
	}
	return t
}()

// mostPacked is how many of packed can be added up in 64 bits.
const mostPacked = math.MaxUint32 / (255 * 255)

// packedSums adds up packed of the bytes at 0, 3, 6, ..., at 1, 4, ... and at 2, 5, ...
func packedSums(p []byte) (sums [3]uint64) {
	var a, b, c uint64
	for len(p) >= 12 {
		v := p[:12:12]
		a += packed[v[0]] + packed[v[3]] + packed[v[6]] + packed[v[9]]
		b += packed[v[1]] + packed[v[4]] + packed[v[7]] + packed[v[10]]
		c += packed[v[2]] + packed[v[5]] + packed[v[8]] + packed[v[11]]
		p = p[12:]
	}
	sums = [3]uint64{a, b, c}
	for i, v := range p {
		sums[i%3] += packed[v]
	}
	return sums
}
