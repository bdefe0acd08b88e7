package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// oracle normalises a row x by the definition, and returns the gradient too.
func (l LRN) oracle(dy, x []float64) (y, dx []float64) {
	in := func(i, j int) bool { return i >= j-l.Size/2 && i < j-l.Size/2+l.Size } // channel i is in the window of j
	for j := range x {
		s := l.K
		for i, v := range x {
			if in(i, j) {
				s += l.Alpha * v * v
			}
		}
		y, dx = append(y, x[j]*math.Pow(s, -l.Beta)), append(dx, 0)
	}
	for j := range x {
		s := math.Pow(y[j]/x[j], -1/l.Beta)
		dx[j] += dy[j] * math.Pow(s, -l.Beta)
		for i := range x {
			if in(i, j) {
				dx[i] -= 2 * l.Alpha * l.Beta * dy[j] * x[j] * math.Pow(s, -l.Beta-1) * x[i]
			}
		}
	}
	return y, dx
}

func testLRN[F Float](t *testing.T, tolerance float64) {
	r := rand.New(rand.NewPCG(21, 22))
	for range 300 {
		c, rows := []int{1, 2, 3, 7, 8, 15, 16, 17, 31, 64, 70, 96, 192}[r.IntN(13)], 1+r.IntN(4)
		l := LRN{Size: 1 + r.IntN(7), K: 0.5 + r.Float64(), Alpha: r.Float64(), Beta: []float64{0.75, 0.75, 0.5, 1, 0.3}[r.IntN(5)]}
		if r.IntN(10) == 0 {
			l.Size = c + r.IntN(20)
		}
		name := fmt.Sprintf("%+v of %d×%d", l, rows, c)
		x, dy := newGuarded[F](r, rows, c, c), newGuarded[F](r, rows, c, c)
		y, dx := newGuarded[F](r, rows, c, c), newGuarded[F](r, rows, c, c)
		scratch := newGuarded[F](r, 1, l.ScratchLen(c), l.ScratchLen(c))
		LRNForward(l, y.slice(), x.slice(), c, scratch.slice())
		LRNGrad(l, dx.slice(), dy.slice(), x.slice(), c, scratch.slice())
		for i := range rows {
			wantY, wantDX := l.oracle(wide(dy.row(i)), wide(x.row(i)))
			equalTo(t, name, wide(y.row(i)), wantY, tolerance)
			equalTo(t, name+" gradient", wide(dx.row(i)), wantDX, tolerance)
		}
		for _, g := range []guarded[F]{x, dy, y, dx, scratch} {
			g.check(t, name)
		}
	}
}

func wide[F Float](v []F) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

func TestLRN(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testLRN[float32](t, 3e-6) })
	t.Run("float64", func(t *testing.T) { testLRN[float64](t, 1e-12) })
}

// BenchmarkLRN has the rows of AlexNet's and GoogLeNet's first norms. The bytes are
// those of an image.
func BenchmarkLRN(b *testing.B) {
	l := LRN{5, 2, 1e-4, 0.75}
	for _, s := range [][2]int{{55 * 55, 96}, {56 * 56, 64}, {56 * 56, 192}} {
		n, c := s[0]*s[1], s[1]
		x, dy, y, scratch := wave[float32](n, 0), wave[float32](n, 1), make([]float32, n), make([]float32, l.ScratchLen(c))
		for name, run := range map[string]func(){
			"forward":  func() { LRNForward(l, y, x, c, scratch) },
			"gradient": func() { LRNGrad(l, y, dy, x, c, scratch) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, c), func(b *testing.B) {
				b.SetBytes(int64(4 * n))
				for b.Loop() {
					run()
				}
			})
		}
	}
}
