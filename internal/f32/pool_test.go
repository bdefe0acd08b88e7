package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// poolImage has an image for windows, and what belongs to the windows themselves.
type poolImage[F Float] struct {
	Windows
	x, dx, y, dy guarded[F]
}

// randomPool is a row of random windows over an image that has one more line and
// column than they need. Half of the pixels are equal to another one.
func randomPool[F Float](r *rand.Rand) poolImage[F] {
	w := Windows{Count: 1 + r.IntN(4), Height: 1 + r.IntN(3), Width: 1 + r.IntN(3)}
	w.C = []int{1, 3, 6, 8, 15, 16, 17, 40, 64, 70, 130}[r.IntN(11)]
	stride := 1 + r.IntN(4)
	w.Step = stride * w.C
	width := (w.Count-1)*stride + w.Width
	w.Line = (width + 1) * w.C
	p := poolImage[F]{Windows: w}
	for _, g := range []*guarded[F]{&p.x, &p.dx} {
		*g = newGuarded[F](r, w.Height, width*w.C, w.Line)
	}
	for _, g := range []*guarded[F]{&p.y, &p.dy} {
		*g = newGuarded[F](r, 1, w.Count*w.C, w.Count*w.C)
	}
	for i := range w.Height {
		for j := range p.x.row(i) {
			switch r.IntN(20) {
			case 0:
				p.x.row(i)[j] = F(math.NaN())
			case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10:
				p.x.row(i)[j] = F(r.IntN(3))
			}
		}
	}
	return p
}

func testPools[F Float](t *testing.T, tolerance float64) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 400 {
		p := randomPool[F](r)
		name := fmt.Sprintf("%+v", p.Windows)
		x, y, dx, dy := p.x.slice(), p.y.slice(), p.dx.slice(), p.dy.slice()
		maxima, firsts, means := p.oracle(0.3)
		MaxPool(y, x, p.Windows)
		for i, v := range y {
			if v != maxima[i] && (v == v || maxima[i] == maxima[i]) {
				t.Fatalf("%s: have maximum %v at %d, want %v", name, v, i, maxima[i])
			}
		}
		for _, accumulate := range []bool{false, true} {
			want := expected(p, accumulate, func(i, at int) F {
				if firsts[i] == at {
					return dy[i]
				}
				return 0
			})
			MaxPoolGrad(dx, dy, y, x, p.Windows, accumulate)
			equalTo(t, name+" gradient of the maximum", dx, want, tolerance)
			want = expected(p, accumulate, func(i, at int) F { return 0.3 * dy[i] })
			AvgPoolGrad(dx, dy, 0.3, p.Windows, accumulate)
			equalTo(t, name+" gradient of the mean", dx, want, tolerance)
		}
		AvgPool(y, x, 0.3, p.Windows)
		equalTo(t, name+" mean", y, means, tolerance)
		for _, g := range []guarded[F]{p.x, p.dx, p.y, p.dy} {
			g.check(t, name)
		}
	}
}

// oracle returns each window's maximum, where it stands first, and its mean.
func (p poolImage[F]) oracle(weight F) (maxima []F, firsts []int, means []F) {
	x := p.x.slice()
	for i := range p.Count * p.C {
		best, sum := -1, F(0)
		for l := range p.Height {
			for q := range p.Width {
				at := p.pixel(i/p.C, l, q) + i%p.C
				sum += x[at]
				if best < 0 || x[at] > x[best] || x[at] != x[at] && x[best] == x[best] {
					best = at
				}
			}
		}
		maxima, firsts, means = append(maxima, x[best]), append(firsts, best), append(means, weight*sum)
	}
	return maxima, firsts, means
}

// expected returns the image's gradient, when each window gives what f says to
// each of its pixels.
func expected[F Float](p poolImage[F], accumulate bool, f func(i, at int) F) []F {
	dx := append([]F{}, p.dx.slice()...)
	for i := range p.Count * p.C {
		for l := range p.Height {
			for q := range p.Width {
				at := p.pixel(i/p.C, l, q) + i%p.C
				if !accumulate {
					dx[at] = 0
				}
				dx[at] += f(i, at)
			}
		}
	}
	return dx
}

func equalTo[F Float](t *testing.T, name string, have, want []F, tolerance float64) {
	t.Helper()
	for i, v := range have {
		if w := want[i]; v != w && (v == v || w == w) && !(math.Abs(float64(v-w)) <= tolerance*(1+math.Abs(float64(w)))) {
			t.Fatalf("%s: have %v at %d, want %v", name, v, i, w)
		}
	}
}

func TestPools(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testPools[float32](t, 1e-6) })
	t.Run("float64", func(t *testing.T) { testPools[float64](t, 1e-15) })
}

// BenchmarkPools has the rows of windows of LeNet-5 and of VGG. The bytes are
// those of the image.
func BenchmarkPools(b *testing.B) {
	for _, w := range []Windows{
		{Count: 14, Height: 2, Width: 2, C: 6, Step: 12, Line: 28 * 6},
		{Count: 5, Height: 2, Width: 2, C: 16, Step: 32, Line: 10 * 16},
		{Count: 16, Height: 2, Width: 2, C: 64, Step: 128, Line: 32 * 64},
	} {
		x, dx := wave[float32](2*w.Line, 0), make([]float32, 2*w.Line)
		y, dy := make([]float32, w.Count*w.C), wave[float32](w.Count*w.C, 1)
		MaxPool(y, x, w)
		for name, run := range map[string]func(){
			"MaxPool":     func() { MaxPool(y, x, w) },
			"MaxPoolGrad": func() { MaxPoolGrad(dx, dy, y, x, w, false) },
			"AvgPool":     func() { AvgPool(y, x, 0.25, w) },
			"AvgPoolGrad": func() { AvgPoolGrad(dx, dy, 0.25, w, false) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, w.C), func(b *testing.B) {
				b.SetBytes(int64(4 * len(x)))
				for b.Loop() {
					run()
				}
			})
		}
	}
}
