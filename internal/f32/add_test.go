package f32

import (
	"math/rand/v2"
	"testing"
)

func TestAddAndSumRows(t *testing.T) {
	const n = 3<<14 + 17
	a, b, sum := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range a {
		a[i], b[i] = float32(i%1000), float32(i%7)
	}
	Add(sum, a, b)
	for i, v := range sum {
		if v != a[i]+b[i] {
			t.Fatalf("have %v at %d, want %v", v, i, a[i]+b[i])
		}
	}
	Add(a, a, a)
	if a[999] != 1998 {
		t.Errorf("in place: have %v, want 1998", a[999])
	}
	dst := []float32{9, 9, 9}
	SumRows(dst, []float32{1, 2, 3, 10, 20, 30}, 2)
	if dst[0] != 11 || dst[1] != 22 || dst[2] != 33 {
		t.Errorf("have the sums %v", dst)
	}
	if SumRows(dst, nil, 0); dst[1] != 0 {
		t.Errorf("no rows: have the sums %v", dst)
	}
}

// Columns that are shared out have the sums that they have together.
func TestSumRowsParallel(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for _, size := range [][2]int{{1, 1}, {3, 700}, {900, 333}, {0, 5}} {
		src := make([]float32, size[0]*size[1])
		for i := range src {
			src[i] = float32(r.NormFloat64())
		}
		have, want := make([]float32, size[1]), make([]float32, size[1])
		have[0] = 1 // overwritten
		SumRowsParallel(have, src, size[0])
		SumRows(want, src, size[0])
		if !sameBits(have, want) {
			t.Errorf("%d×%d: the sums differ", size[0], size[1])
		}
	}
}
