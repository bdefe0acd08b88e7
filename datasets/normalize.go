package datasets

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
	if bytes, ok := any(images).([][]byte); ok {
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

// byteSums adds up the bytes of each channel, and their squares, as whole numbers:
// the same sums, sooner.
func byteSums(images [][]byte, sum, square []float64) {
	c := len(sum)
	for ch := range c {
		var s, q uint64
		for _, p := range images {
			for i := ch; i < len(p); i += c {
				v := uint64(p[i])
				s += v
				q += v * v
			}
		}
		sum[ch], square[ch] = float64(s), float64(q)
	}
}
