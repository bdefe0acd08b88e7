package f32

import "testing"

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
