package sounds

import (
	"math"
	"strings"
	"testing"
)

// tone is a sine of a frequency.
func tone(rate int, hz float64, n int) Sound {
	s := Sound{Rate: rate, Samples: make([]float32, n)}
	for i := range s.Samples {
		s.Samples[i] = float32(0.5 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
	}
	return s
}

func TestMuLaw(t *testing.T) {
	for x, want := range map[float64]struct {
		f     float64
		token int
	}{-1: {-1, 0}, -0.5: {-0.8757030686, 16}, 0: {0, 128}, 0.5: {0.8757030686, 239}, 1: {1, 255}, 7: {1, 255}, -7: {-1, 0}} {
		if f := compand(x); math.Abs(f-want.f) > 1e-10 {
			t.Errorf("f(%v): have %v, want %v", x, f, want.f)
		}
		if token := MuLaw(float32(x)); token != want.token {
			t.Errorf("%v: have token %d, want %d", x, token, want.token)
		}
	}
	for token := range Levels {
		if again := MuLaw(FromMuLaw(token)); again != token {
			t.Errorf("token %d is %v, which is token %d", token, FromMuLaw(token), again)
		}
		if token > 0 && FromMuLaw(token) <= FromMuLaw(token-1) {
			t.Errorf("token %d is not louder than the one before", token)
		}
	}
	if FromMuLaw(0) != -1 || FromMuLaw(255) != 1 {
		t.Errorf("have %v to %v, want -1 to 1", FromMuLaw(0), FromMuLaw(255))
	}
}

// A tone that both rates can hold stays as it is, and another is gone.
func TestResample(t *testing.T) {
	for _, c := range []struct {
		from, to int
		hz       float64
		passes   bool
	}{
		{16000, 8000, 440, true}, {16000, 8000, 3600, true}, {16000, 8000, 4010, false}, {16000, 8000, 7000, false},
		{44100, 8000, 1000, true}, {44100, 8000, 5000, false}, {8000, 16000, 440, true}, {8000, 44100, 3600, true}, {8000, 11025, 3000, true},
	} {
		have, want := tone(c.from, c.hz, c.from/2).Resample(c.to), tone(c.to, c.hz, (c.from/2*c.to+c.from-1)/c.from)
		if have.Rate != c.to || len(have.Samples) != len(want.Samples) {
			t.Fatalf("%+v: have %d samples at %d Hz, want %d", c, len(have.Samples), have.Rate, len(want.Samples))
		}
		worst := 0.0
		for i := len(want.Samples) / 4; i < len(want.Samples)*3/4; i++ {
			w := float64(want.Samples[i])
			if !c.passes {
				w = 0
			}
			worst = max(worst, math.Abs(float64(have.Samples[i])-w))
		}
		if worst > 1e-4 {
			t.Errorf("%+v: differs by %v", c, worst)
		}
	}
	s := tone(8000, 440, 100)
	if same := s.Resample(8000); &same.Samples[0] != &s.Samples[0] {
		t.Error("a sound that has the rate is changed")
	}
	if short := (Sound{8000, []float32{1}}).Resample(1000); len(short.Samples) != 1 {
		t.Errorf("have %d samples of one, want 1", len(short.Samples))
	}
}

// The power of a tone is in the band of its frequency.
func TestSpectrogram(t *testing.T) {
	s, err := newSpectrogram(Mel{}.orUsual(), 8000)
	if err != nil {
		t.Fatal(err)
	}
	for band := 1; band < s.Bands-1; band++ {
		hz := hertz(mels(4000) * float64(band+1) / float64(s.Bands+1)) // the middle of the band
		f := s.frames(tone(8000, hz, 1000).Samples)
		if len(f) != 7*s.Bands {
			t.Fatalf("have %d values of 1,000 samples, want 7 frames of %d", len(f), s.Bands)
		}
		middle, loudest := f[3*s.Bands:4*s.Bands], 0
		for b, v := range middle {
			if v > middle[loudest] {
				loudest = b
			}
		}
		if loudest < band-1 || loudest > band+1 {
			t.Errorf("%.0f Hz, in the middle of band %d, is loudest in band %d", hz, band, loudest)
		}
	}
	for n, want := range map[int]int{1: 1, 256: 1, 257: 2, 384: 2, 385: 3} {
		if have := len(s.frames(make([]float32, n))) / s.Bands; have != want {
			t.Errorf("have %d frames of %d samples, want %d", have, n, want)
		}
	}
	for _, v := range s.silence() {
		if math.Abs(float64(v)-math.Log(leastPower)) > 1e-6 {
			t.Errorf("silence is %v, want %v", v, math.Log(leastPower))
		}
	}
	_, err = newSpectrogram(Mel{Window: 64, Hop: 32, Bands: 80}, 8000)
	if err == nil || !strings.Contains(err.Error(), "data.mel.bands: have 80, of which band 1, from 0 to 34 Hz, lies between two frequencies of a frame of 64 samples at 8000 Hz") {
		t.Errorf("have %v, want that a band is too narrow", err)
	}
}
