package images

import (
	"context"
	"math"

	"zoo/datasets"
)

// A statistic is what normalisation and lighting need to know about the training
// images, in their unit.
type statistic interface {
	// meanImage is the mean at each value of an image (h, w, c).
	meanImage() []float64
	// channels are the mean and the standard deviation, of the population, of each
	// channel over all pixels.
	channels() (mean, std []float64)
	// covariance is that of the three channels over all pixels.
	covariance() [3][3]float64
}

// inMemory is the statistic of images in memory.
type inMemory[T pixel] struct {
	images [][]T
	c      int
}

func (m inMemory[T]) meanImage() []float64            { return meanImage(m.images) }
func (m inMemory[T]) channels() (mean, std []float64) { return channelStats(m.images, m.c) }

func (m inMemory[T]) covariance() (cov [3][3]float64) {
	mean, _ := m.channels()
	n := 0.0
	for _, p := range m.images {
		for ; len(p) > 0; p = p[3:] {
			n++
			for i := range 3 {
				for j := range 3 {
					cov[i][j] += float64((float64(p[i]) - mean[i]) * (float64(p[j]) - mean[j]))
				}
			}
		}
	}
	for i := range 3 {
		for j := range 3 {
			cov[i][j] /= n
		}
	}
	return cov
}

// pixelStatistics is the statistic of images that are added one by one. Its sums are
// whole numbers, so the order does not matter.
type pixelStatistics struct {
	images uint64
	sum    []uint64 // at each value
	cross  [3][3]uint64
	c      int
}

func newPixelStatistics(size, c int) *pixelStatistics {
	return &pixelStatistics{sum: make([]uint64, size), c: c}
}

// add adds an image.
func (s *pixelStatistics) add(p []uint8) {
	s.images++
	for i, v := range p {
		s.sum[i] += uint64(v)
	}
	for ; len(p) > 0; p = p[s.c:] {
		for i, v := range p[:s.c] {
			for j, w := range p[:s.c] {
				s.cross[i][j] += uint64(v) * uint64(w)
			}
		}
	}
}

func (s *pixelStatistics) meanImage() []float64 {
	m := make([]float64, len(s.sum))
	for i, v := range s.sum {
		m[i] = float64(v) / float64(s.images)
	}
	return m
}

// moments are the mean of each channel, and the means of the products of two.
func (s *pixelStatistics) moments() (mean []float64, products [3][3]float64) {
	total := make([]uint64, s.c)
	for i, v := range s.sum {
		total[i%s.c] += v
	}
	n := float64(s.images) * float64(len(s.sum)/s.c)
	mean = make([]float64, s.c)
	for ch, v := range total {
		mean[ch] = float64(v) / n
		for k := range s.c {
			products[ch][k] = float64(s.cross[ch][k]) / n
		}
	}
	return mean, products
}

func (s *pixelStatistics) channels() (mean, std []float64) {
	mean, products := s.moments()
	std = make([]float64, s.c)
	for ch, m := range mean {
		std[ch] = math.Sqrt(max(0, products[ch][ch]-float64(m*m)))
	}
	return mean, std
}

func (s *pixelStatistics) covariance() [3][3]float64 {
	mean, cov := s.moments()
	for i := range 3 {
		for j := range 3 {
			cov[i][j] -= float64(mean[i] * mean[j])
		}
	}
	return cov
}

// statistics adds the training images as evaluation sees them.
func (k *lazyImages[I]) statistics(ctx context.Context, into *pixelStatistics, progress func(done int)) error {
	const atOnce = 256
	e := k.parts[datasets.Train]
	workers := k.workers()
	for from := 0; from < len(e.pix); from += atOnce {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n := min(atOnce, len(e.pix)-from)
		seen := make([]decoded, n)
		if err := inRows(n, workers, func(row int, _ *viewer) error {
			d, err := k.decode(e.pix[from+row])
			if err == nil {
				seen[row], _ = k.view.one(d.channels(k.c), 0, 1)
			}
			return err
		}); err != nil {
			return err
		}
		for _, d := range seen {
			into.add(d.pix)
		}
		progress(from + n)
	}
	return nil
}
