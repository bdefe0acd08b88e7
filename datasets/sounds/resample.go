package sounds

import "math"

// The samples around a place are weighted by a sinc, the ideal low pass, under a Kaiser
// window of 64 zero crossings to each side. With these numbers what is below 92 % of
// half of the lower rate passes as it is, and what is above half of it is damped by 80 dB.
const (
	crossings = 64
	cutoff    = 0.96 // of half of the lower rate: the middle of the transition
	kaiser    = 8    // the window's β
)

// Resample brings a sound to another rate, band-limited: what the new rate cannot hold is
// removed, so that it does not come back as other tones. Before and after a sound is
// silence. The length is rounded up.
func (s Sound) Resample(rate int) Sound {
	if rate == s.Rate {
		return s
	}
	g := gcd(s.Rate, rate)
	up, down := rate/g, s.Rate/g
	band := cutoff * min(1, float64(rate)/float64(s.Rate)) // of half of the old rate
	half := int(math.Ceil(crossings / band))               // samples to each side
	phases := make([][]float32, up)                        // weights by the place between two samples, as they are needed
	out := make([]float32, (len(s.Samples)*up+down-1)/down)
	for i := range out {
		at, phase := i*down/up, i*down%up
		if phases[phase] == nil {
			phases[phase] = weights(float64(phase)/float64(up), half, band)
		}
		sum := float32(0)
		for k, w := range phases[phase] {
			if j := at - half + 1 + k; j >= 0 && j < len(s.Samples) {
				sum += float32(w * s.Samples[j])
			}
		}
		out[i] = max(-1, min(1, sum))
	}
	return Sound{rate, out}
}

// weights are those of the half samples before and the half samples after a place between
// two of them, which is a fraction after the first. Their sum is 1.
func weights(fraction float64, half int, band float64) []float32 {
	w, sum := make([]float64, 2*half), 0.0
	for k := range w {
		t := float64(k-half+1) - fraction
		w[k] = sinc(band*t) * bessel(kaiser*math.Sqrt(max(0, 1-t*t/float64(half*half))))
		sum += w[k]
	}
	rounded := make([]float32, len(w))
	for k := range w {
		rounded[k] = float32(w[k] / sum)
	}
	return rounded
}

// sinc is sin(πx)/(πx).
func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel is the modified Bessel function I₀, by its series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= x * x / (4 * k * k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
