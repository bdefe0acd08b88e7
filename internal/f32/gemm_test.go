package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// A guarded slice lies between values that must be neither read nor written:
// NaN of a pattern of its own.
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

func testGemm[F Float](t *testing.T, tolerance float64) {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 67}
	pick := func() int { return sizes[r.IntN(len(sizes))] }
	for trial := range 3000 {
		m, n, k := pick(), pick(), pick()
		switch trial % 500 { // more than one of gonum's tiles
		case 0:
			n = 192 + pick()
		case 1:
			m, n = 130, 200
		}
		transA, transB, accumulate := r.IntN(2) == 1, r.IntN(2) == 1, r.IntN(2) == 1
		shape := func(trans bool, rows, cols int) guarded[F] {
			if trans {
				rows, cols = cols, rows
			}
			return newGuarded[F](r, rows, cols, max(1, cols)+r.IntN(4)*r.IntN(2))
		}
		a, b, c := shape(transA, m, k), shape(transB, k, n), shape(false, m, n)
		name := fmt.Sprintf("%T m %d n %d k %d, transposed %v %v, accumulate %v, leading %d %d %d", *new(F), m, n, k, transA, transB, accumulate, a.ld, b.ld, c.ld)
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
					if transB {
						bj = j*b.ld + l
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
		Gemm(transA, transB, m, n, k, a.slice(), a.ld, b.slice(), b.ld, c.slice(), c.ld, accumulate)
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
	t.Run("float32", func(t *testing.T) { testGemm[float32](t, 4e-6) })
	t.Run("float64", func(t *testing.T) { testGemm[float64](t, 1e-14) })
}

// TestGemmPiecesAreBitEqual: callers cut products by rows, into pieces of any
// size, and the bits must not tell.
func TestGemmPiecesAreBitEqual(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{5, 16, 31, 32, 100} {
		for _, trans := range [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
			m, k := 67, 43
			a, b := newGuarded[float32](r, m*k, 1, 1).slice(), newGuarded[float32](r, n*k, 1, 1).slice()
			lda, ldb, step := k, n, k
			if trans[0] {
				lda, step = m, 1
			}
			if trans[1] {
				ldb = k
			}
			whole, pieces := make([]float32, m*n), make([]float32, m*n)
			Gemm(trans[0], trans[1], m, n, k, a, lda, b, ldb, whole, n, false)
			for lo := 0; lo < m; {
				hi := min(m, lo+1+r.IntN(9))
				Gemm(trans[0], trans[1], hi-lo, n, k, a[lo*step:], lda, b, ldb, pieces[lo*n:], n, false)
				lo = hi
			}
			if !sameBits(whole, pieces) {
				t.Errorf("%d columns, transposed %v: the bits depend on how the rows are cut", n, trans)
			}
		}
	}
}

// TestSlicesAreAligned pins what Gemm's bits rely on where b is transposed: Go
// aligns slices of more than six values to 16 bytes.
func TestSlicesAreAligned(t *testing.T) {
	var keep [][]float32
	for n := 7; n < 3000; n += 1 + n/50 {
		for range 20 {
			s := make([]float32, n)
			if at := uintptr(unsafe.Pointer(&s[0])); at%16 != 0 {
				t.Fatalf("a slice of %d values lies at %#x", n, at)
			}
			keep = append(keep, s)
		}
	}
	_ = keep
}
