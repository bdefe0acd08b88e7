package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// testMatMul compares a product of random distances with the sums in float64.
func testMatMul[F Float](t *testing.T, r *rand.Rand, transA, transB bool, m, n, k int, tolerance float64) {
	t.Helper()
	shape := func(trans bool, rows, columns int) guarded[F] {
		if trans {
			rows, columns = columns, rows
		}
		return newGuarded[F](r, rows, columns, columns+r.IntN(4)*r.IntN(2))
	}
	a, b, c := shape(transA, m, k), shape(transB, k, n), shape(false, m, n)
	accumulate := r.IntN(2) == 0
	name := fmt.Sprintf("%T m %d n %d k %d, transposed %v %v, accumulate %v, leading %d %d %d", *new(F), m, n, k, transA, transB, accumulate, a.ld, b.ld, c.ld)
	at := func(g guarded[F], trans bool, i, j int) float64 {
		if trans {
			i, j = j, i
		}
		return float64(g.slice()[i*g.ld+j])
	}
	want := make([]float64, 0, m*n)
	for i := range m {
		for j := range n {
			v := 0.0
			if accumulate {
				v = at(c, false, i, j)
			} else {
				c.row(i)[j] = F(math.NaN()) // must be overwritten, not scaled
			}
			for l := range k {
				v += at(a, transA, i, l) * at(b, transB, l, j)
			}
			want = append(want, v)
		}
	}
	before := [2][]F{slices.Clone(a.all), slices.Clone(b.all)}
	MatMul(transA, transB, m, n, k, a.slice(), a.ld, b.slice(), b.ld, c.slice(), c.ld, accumulate)
	for i := range m {
		for j := range n {
			if have := float64(c.row(i)[j]); !(math.Abs(have-want[i*n+j]) <= tolerance*math.Sqrt(float64(k+1))) {
				t.Fatalf("%s: have %v at (%d, %d), want %v", name, have, i, j, want[i*n+j])
			}
		}
	}
	if !accumulate {
		line := make([]F, n)
		for j := range line {
			line[j] = F(r.NormFloat64())
		}
		MatMulPlus(transA, transB, m, n, k, a.slice(), a.ld, b.slice(), b.ld, c.slice(), c.ld, line)
		for i := range m {
			for j := range n {
				if have := float64(c.row(i)[j]) - float64(line[j]); !(math.Abs(have-want[i*n+j]) <= 2*tolerance*math.Sqrt(float64(k+1))) {
					t.Fatalf("%s, plus a line: have %v at (%d, %d), want %v", name, have, i, j, want[i*n+j])
				}
			}
		}
	}
	c.check(t, name)
	if !sameBits(a.all, before[0]) || !sameBits(b.all, before[1]) {
		t.Fatalf("%s: an input was changed", name)
	}
}

func TestMatMul(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(13, 14))
		sizes := []int{0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 47, 48, 49, 63, 64, 65, 127, 130}
		pick := func() int { return sizes[r.IntN(len(sizes))] }
		for range draws(200) {
			testMatMul[float32](t, r, r.IntN(2) == 0, r.IntN(2) == 0, pick(), pick(), pick(), 6e-6)
		}
		for trans := range 4 { // several blocks, and sums of several parts
			if testing.Short() && trans > 1 {
				break
			}
			testMatMul[float32](t, r, trans&1 > 0, trans&2 > 0, 301, 203, 700, 6e-6)
			testMatMul[float32](t, r, trans&1 > 0, trans&2 > 0, 40, 1000, 53, 6e-6)
			if trans&1 > 0 { // a is packed, some rows at a time
				testMatMul[float32](t, r, true, trans&2 > 0, tall+70, 600, 90, 6e-6)
			}
			if !testing.Short() {
				testMatMul[float64](t, r, trans&1 > 0, trans&2 > 0, 61, 203, 530, 1e-14)
			}
		}
	})
}

// TestMatMulOnAnyNumberOfWorkers: the cut of a product is by its shape.
func TestMatMulOnAnyNumberOfWorkers(t *testing.T) {
	if Workers() == 1 {
		t.Skip("there is one worker only")
	}
	defer func(n int) { workers = n }(workers)
	r := rand.New(rand.NewPCG(15, 16))
	const m, n, k = 300, 200, 600
	a, b := newGuarded[float32](r, m, k, k).slice(), newGuarded[float32](r, k, n, n).slice()
	var results [2][]float32
	for i := range results {
		results[i] = make([]float32, m*n)
		MatMul(false, false, m, n, k, a, k, b, n, results[i], n, false)
		workers = 1
	}
	if !sameBits(results[0], results[1]) {
		t.Error("the bits depend on the number of workers")
	}
}

func TestTransposition(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(17, 18))
		for rows := 1; rows < 20; rows++ {
			for columns := 1; columns < 36; columns++ {
				src, dst := newGuarded[float32](r, rows, columns, columns+r.IntN(3)), newGuarded[float32](r, columns, rows, rows+r.IntN(3))
				transpose(dst.slice(), dst.ld, src.slice(), src.ld, rows, columns)
				for i := range rows {
					for j := range columns {
						if dst.row(j)[i] != src.row(i)[j] {
							t.Fatalf("%d×%d: have %v at (%d, %d), want %v", rows, columns, dst.row(j)[i], j, i, src.row(i)[j])
						}
					}
				}
				dst.check(t, fmt.Sprintf("%d×%d", rows, columns))
			}
		}
	})
}

// BenchmarkGemm has the shapes of large products, of convolutions, and of linear
// layers with their gradients.
func BenchmarkGemm(b *testing.B) {
	for _, s := range []struct {
		m, n, k        int
		transA, transB bool
	}{
		{256, 256, 256, false, false}, {512, 512, 512, false, false}, {1024, 1024, 1024, false, false}, {2048, 2048, 2048, false, false},
		{16, 8192, 144, false, false}, {32, 8192, 288, false, false}, {64, 8192, 576, false, false},
		{8192, 16, 144, false, false}, {8192, 32, 288, false, false}, {8192, 64, 576, false, false},
		{128, 512, 784, false, false}, {784, 512, 128, true, false},
		{128, 512, 512, false, false}, {128, 512, 512, false, true}, {512, 512, 128, true, false},
		{128, 10, 512, false, false}, {128, 512, 10, false, true}, {512, 10, 128, true, false},
		{64, 120, 400, false, false}, {64, 400, 120, false, true}, {400, 120, 64, true, false},
		{64, 84, 120, false, false}, {64, 120, 84, false, true}, {120, 84, 64, true, false},
	} {
		name := fmt.Sprintf("%dx%dx%d", s.m, s.n, s.k)
		lda, ldb := s.k, s.n
		if s.transA {
			name, lda = name+"/transA", s.m
		}
		if s.transB {
			name, ldb = name+"/transB", s.k
		}
		b.Run(name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			x, y, z := newGuarded[float32](r, s.m, s.k, s.k).slice(), newGuarded[float32](r, s.k, s.n, s.n).slice(), make([]float32, s.m*s.n)
			b.ReportAllocs()
			for b.Loop() {
				MatMul(s.transA, s.transB, s.m, s.n, s.k, x, lda, y, ldb, z, s.n, false)
			}
			b.ReportMetric(2*float64(s.m*s.n*s.k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
