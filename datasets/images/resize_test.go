package images

import (
	"math"
	"slices"
	"testing"

	"zoo/internal/random"
)

// noise is a picture of n random bytes.
func noise(n int, seed uint64) []uint8 {
	s := random.New(seed)
	p := make([]uint8, n)
	for i := range p {
		p[i] = uint8(s.Next())
	}
	return p
}

func TestHalfIsTheMeanOfFour(t *testing.T) {
	for _, c := range []int{1, 3} {
		src := noise(28*28*c, 1)
		have := newResizer(28, 28, c, 14).resize(src)
		for y := range 14 {
			for x := range 14 {
				for ch := range c {
					at := func(y, x int) float32 { return float32(src[(y*28+x)*c+ch]) }
					want := (at(2*y, 2*x) + at(2*y, 2*x+1) + at(2*y+1, 2*x) + at(2*y+1, 2*x+1)) / 4
					if v := have[(y*14+x)*c+ch]; v != want {
						t.Fatalf("(%d, %d, %d): have %v, want %v", y, x, ch, v, want)
					}
				}
			}
		}
	}
}

func TestTaps(t *testing.T) {
	for in := 1; in <= 40; in++ {
		for out := 1; out <= 40; out++ {
			used := make([]float64, in)
			for o, tp := range taps(in, out) {
				sum := 0.0
				for k, w := range tp.weight {
					sum += w
					used[tp.first+k] += w // panics if it is outside
				}
				if math.Abs(sum-1) > 1e-12 {
					t.Fatalf("%d to %d: the weights of %d sum to %v", in, out, o, sum)
				}
			}
			if out > in {
				continue
			}
			for i, w := range used { // every old pixel counts as much as the others
				if want := float64(out) / float64(in); math.Abs(w-want) > 1e-12 {
					t.Fatalf("%d to %d: pixel %d has weight %v, want %v", in, out, i, w, want)
				}
			}
		}
	}
}

func TestResizeValues(t *testing.T) {
	for _, c := range []struct {
		in, out int
		src     []uint8
		want    []float32
	}{
		{2, 2, []uint8{1, 2, 3, 4}, []float32{1, 2, 3, 4}},
		{2, 1, []uint8{1, 2, 3, 4}, []float32{2.5}},
		{1, 3, []uint8{7}, []float32{7, 7, 7, 7, 7, 7, 7, 7, 7}},
		// Centres of the new pixels are at −1/4, 1/4, 3/4 and 5/4 of the old ones.
		{2, 4, []uint8{0, 100, 0, 100}, []float32{0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100}},
		// Two thirds: each new pixel is one old pixel and half of the middle one.
		{3, 2, []uint8{0, 30, 90, 0, 30, 90, 0, 30, 90}, []float32{10, 70, 10, 70}},
	} {
		if have := newResizer(c.in, c.in, 1, c.out).resize(c.src); !slices.EqualFunc(have, c.want, near) {
			t.Errorf("%d to %d: have %v, want %v", c.in, c.out, have, c.want)
		}
	}
}

func near(a, b float32) bool { return math.Abs(float64(a)-float64(b)) < 1e-4 }
