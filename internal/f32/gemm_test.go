package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A guarded slice is between values that must be neither read nor written: NaNs of a
// pattern that occurs nowhere else.
type guarded[F Float] struct {
	all  []F
	rows int
	cols int
	ld   int
}

const margin = 5

var canary = math.Float64frombits(0x7ff8dead00000000)

// newGuarded is a random matrix with rows of cols values, ld apart.
func newGuarded[F Float](r *rand.Rand, rows, cols, ld int) guarded[F] {
	g := guarded[F]{make([]F, 2*margin+max(0, (rows-1)*ld+cols)), rows, cols, ld}
	for i := range g.all {
		g.all[i] = F(canary)
	}
	for i := range rows {
		for j := range cols {
			g.row(i)[j] = F(r.NormFloat64())
		}
	}
	return g
}

func (g guarded[F]) slice() []F    { return g.all[margin : len(g.all)-margin] }
func (g guarded[F]) row(i int) []F { return g.slice()[i*g.ld:][:g.cols] }

// check says whether any value outside of the rows was written.
func (g guarded[F]) check(t *testing.T, name string) {
	t.Helper()
	inside := make([]bool, len(g.all))
	for i := range g.rows {
		for j := range g.cols {
			inside[margin+i*g.ld+j] = true
		}
	}
	for i, v := range g.all {
		if !inside[i] && v == v {
			t.Errorf("%s: a value outside of the matrix was written: %v at %d", name, v, i-margin)
			return
		}
	}
}

func testGemm[F Float](t *testing.T, gemm func(bool, int, int, int, []F, int, []F, int, []F, int, bool), tolerance float64) {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 67}
	pick := func() int { return sizes[r.IntN(len(sizes))] }
	for trial := range draws(3000) {
		m, n, k := pick(), pick(), pick()
		if trial%100 == 0 { // more than one panel of b
			k = 256 + r.IntN(400)
		}
		transA, accumulate := r.IntN(2) == 1, r.IntN(2) == 1
		shape := func(trans bool, rows, cols int) guarded[F] {
			if trans {
				rows, cols = cols, rows
			}
			return newGuarded[F](r, rows, cols, max(1, cols)+r.IntN(4)*r.IntN(2))
		}
		a, b, c := shape(transA, m, k), shape(false, k, n), shape(false, m, n)
		name := fmt.Sprintf("%T m %d n %d k %d, transposed %v, accumulate %v, leading %d %d %d", *new(F), m, n, k, transA, accumulate, a.ld, b.ld, c.ld)
		want := make([]float64, m*n)
		for i := range m {
			for j := range n {
				s := 0.0
				if accumulate {
					s = float64(c.row(i)[j])
				}
				for l := range k {
					ai, bj := i*a.ld+l, l*b.ld+j
					if transA {
						ai = l*a.ld + i
					}
					s += float64(a.slice()[ai]) * float64(b.slice()[bj])
				}
				want[i*n+j] = s
				if !accumulate {
					c.row(i)[j] = F(math.NaN()) // must be overwritten, not scaled
				}
			}
		}
		before := [2][]F{slices.Clone(a.all), slices.Clone(b.all)}
		gemm(transA, m, n, k, a.slice(), a.ld, b.slice(), b.ld, c.slice(), c.ld, accumulate)
		for i := range m {
			for j := range n {
				if have := float64(c.row(i)[j]); !(math.Abs(have-want[i*n+j]) <= tolerance*math.Sqrt(float64(k+1))) {
					t.Fatalf("%s: have %v at (%d, %d), want %v", name, have, i, j, want[i*n+j])
				}
			}
		}
		c.check(t, name)
		for i, g := range []guarded[F]{a, b} {
			if !sameBits(g.all, before[i]) {
				t.Fatalf("%s: an input was changed", name)
			}
		}
	}
}

func sameBits[F Float](a, b []F) bool {
	return slices.EqualFunc(a, b, func(x, y F) bool {
		return math.Float64bits(float64(x)) == math.Float64bits(float64(y))
	})
}

func TestGemm(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testGemm(t, Gemm[float32], 4e-6) })
	t.Run("float64", func(t *testing.T) { testGemm(t, Gemm[float64], 1e-14) })
}

// TestGemmChunksAreBitEqual: callers cut products into chunks of any size, and
// the bits must not tell.
func TestGemmChunksAreBitEqual(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{5, 8, 13, 16, 31, 32, 100} {
		for _, k := range []int{43, 600} {
			for _, transA := range []bool{false, true} {
				m := 67
				a, b := newGuarded[float32](r, m*k, 1, 1).slice(), newGuarded[float32](r, n*k, 1, 1).slice()
				lda, row := k, k
				if transA {
					lda, row = m, 1
				}
				whole, pieces := make([]float32, m*n), make([]float32, m*n)
				Gemm(transA, m, n, k, a, lda, b, n, whole, n, false)
				for i := 0; i < m; {
					rows := min(m-i, 1+r.IntN(9))
					for j := 0; j < n; {
						columns := min(n-j, 1+r.IntN(20))
						Gemm(transA, rows, columns, k, a[i*row:], lda, b[j:], n, pieces[i*n+j:], n, false)
						j += columns
					}
					i += rows
				}
				if !sameBits(whole, pieces) {
					t.Errorf("%d columns, %d terms, transposed %v: the bits depend on how the product is cut", n, k, transA)
				}
			}
		}
	}
}
