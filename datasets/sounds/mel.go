package sounds

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/dsp/window"
)

// Mel says how a sound becomes frames: overlapping pieces under a Hann window, each with the
// logarithm of its power in bands that are as wide as the ear's, narrow ones for low and
// wide ones for high tones.
type Mel struct {
	Window int `doc:"with mel, samples of a frame; 0: 256"`
	Hop    int `doc:"with mel, samples from one frame to the next; 0: half of a frame"`
	Bands  int `doc:"with mel, bands of each frame, from 0 to half of the rate; 0: 40"`
}

// orUsual has the usual numbers in the place of 0.
func (m Mel) orUsual() Mel {
	if m.Window == 0 {
		m.Window = 256
	}
	if m.Hop == 0 {
		m.Hop = (m.Window + 1) / 2
	}
	if m.Bands == 0 {
		m.Bands = 40
	}
	return m
}

// leastPower is that of silence: less than the rounding to 16 bits makes.
const leastPower = 1e-10

// A spectrogram computes frames of sounds of one rate. It is not for two goroutines at once.
type spectrogram struct {
	Mel
	fft     *fourier.FFT
	hann    []float64
	norm    float64     // 1 by the sum of the window's squares
	filters [][]float64 // of each band, the weights of bins from first on
	first   []int
	frame   []float64
	bins    []complex128
	power   []float64
}

func newSpectrogram(m Mel, rate int) (*spectrogram, error) {
	s := &spectrogram{Mel: m, fft: fourier.NewFFT(m.Window), hann: make([]float64, m.Window), frame: make([]float64, m.Window)}
	for i := range s.hann {
		s.hann[i] = 1
	}
	s.hann = window.Hann(s.hann)
	sum := 0.0
	for _, w := range s.hann {
		sum += w * w
	}
	s.norm = 1 / sum
	s.power = make([]float64, m.Window/2+1)
	edge := func(band int) float64 { // in bins
		return hertz(mels(float64(rate)/2)*float64(band)/float64(m.Bands+1)) * float64(m.Window) / float64(rate)
	}
	for b := range m.Bands {
		low, middle, high := edge(b), edge(b+1), edge(b+2)
		first := int(math.Ceil(low))
		var filter []float64
		for k := first; k < len(s.power) && float64(k) < high; k++ {
			filter = append(filter, max(0, min((float64(k)-low)/(middle-low), (high-float64(k))/(high-middle))))
		}
		sum := 0.0
		for _, w := range filter {
			sum += w
		}
		if sum == 0 {
			return nil, fmt.Errorf("data.mel.bands: have %d, of which band %d, from %.0f to %.0f Hz, lies between two frequencies of a frame of %d samples at %d Hz: want fewer bands, or a longer data.mel.window",
				m.Bands, b+1, low*float64(rate)/float64(m.Window), high*float64(rate)/float64(m.Window), m.Window, rate)
		}
		s.filters, s.first = append(s.filters, filter), append(s.first, first)
	}
	return s, nil
}

// mels is a frequency on the scale of O'Shaughnessy 1987, and hertz its inverse.
func mels(hz float64) float64   { return 2595 * math.Log10(1+hz/700) }
func hertz(mel float64) float64 { return 700 * (math.Pow(10, mel/2595) - 1) }

// count is how many frames hold n samples, the last with silence after them.
func (s *spectrogram) count(n int) int { return 1 + (max(0, n-s.Window)+s.Hop-1)/s.Hop }

// transform computes the power of frame i: of the frequencies from 0 to half of the rate.
func (s *spectrogram) transform(samples []float32, i int) {
	for k := range s.frame {
		s.frame[k] = 0
		if at := i*s.Hop + k; at < len(samples) {
			s.frame[k] = float64(samples[at]) * s.hann[k]
		}
	}
	s.bins = s.fft.Coefficients(s.bins, s.frame)
	for k, c := range s.bins {
		s.power[k] = (real(c)*real(c) + imag(c)*imag(c)) * s.norm
	}
}

// frames are those of a sound, (frames, bands).
func (s *spectrogram) frames(samples []float32) []float32 {
	n := s.count(len(samples))
	out := make([]float32, 0, n*s.Bands)
	for i := range n {
		s.transform(samples, i)
		for b, filter := range s.filters {
			sum := 0.0
			for k, w := range filter {
				sum += w * s.power[s.first[b]+k]
			}
			out = append(out, float32(math.Log(max(leastPower, sum))))
		}
	}
	return out
}

// silence is a frame without sound.
func (s *spectrogram) silence() []float32 { return s.frames(make([]float32, 1)) }

// Spectrogram is the power of a sound in decibels, at least −100: of each frame of window
// samples, hop samples apart, that of window/2 + 1 frequencies from 0 to half of the rate.
func (s Sound) Spectrogram(window, hop int) [][]float64 {
	f, err := newSpectrogram(Mel{Window: window, Hop: hop}, s.Rate)
	if err != nil {
		panic(err) // it is of bands, and there are none
	}
	all := make([][]float64, f.count(len(s.Samples)))
	for i := range all {
		f.transform(s.Samples, i)
		for _, p := range f.power {
			all[i] = append(all[i], 10*math.Log10(max(leastPower, p)))
		}
	}
	return all
}
