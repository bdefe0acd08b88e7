package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The fused loops are what their parts are one after the other.
func TestFusedNormalizations(t *testing.T) {
	t.Run("float32", testFusedNormalizations[float32])
	t.Run("float64", testFusedNormalizations[float64])
}

func testFusedNormalizations[F Float](t *testing.T) {
	const rows, c = 9, 7
	x, other := wave[F](rows*c, 0), wave[F](rows*c, 1)
	mean, scale, shift := wave[F](c, 2), wave[F](c, 3), wave[F](c, 4)
	y := make([]F, rows*c)
	Normalize(y, x, mean, scale, shift)
	added := make([]F, rows*c)
	Add(added, y, other)
	for name, k := range map[string]struct {
		fused func(y, x []F)
		parts []F
		relu  bool
	}{
		"relu":     {func(y, x []F) { NormalizeRelu(y, x, mean, scale, shift) }, y, true},
		"add":      {func(y, x []F) { NormalizeAdd(y, x, mean, scale, shift, other) }, added, false},
		"add relu": {func(y, x []F) { NormalizeAddRelu(y, x, mean, scale, shift, other) }, added, true},
	} {
		want := slices.Clone(k.parts)
		if k.relu {
			Relu(want, want)
		}
		have := slices.Clone(x)
		k.fused(have, have)
		if !sameBits(have, want) {
			t.Errorf("%s: have %v, want %v", name, have, want)
		}
	}
}

// The sums are those of the definition, added to what was there.
func TestNormSums(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testNormSums[float32](t, 4e-6) })
	t.Run("float64", func(t *testing.T) { testNormSums[float64](t, 1e-14) })
}

func testNormSums[F Float](t *testing.T, tolerance float64) {
	for _, size := range [][2]int{{1, 1}, {200, 3}, {77, 11}, {300, 16}, {65, 64}, {66, 150}} {
		rows, c := size[0], size[1]
		x, y, dy, mean := wave[F](rows*c, 0), wave[F](rows*c, 1), wave[F](rows*c, 2), wave[F](c, 3)
		y[0] = 0
		var have, want [7][]float64
		for i := range have {
			have[i] = wave[float64](c, float64(i))
			want[i] = slices.Clone(have[i])
		}
		dx := make([]F, rows*c)
		ReluGrad(dx, dy, y)
		for i := range x {
			j := i % c
			d := float64(x[i]) - float64(mean[j])
			for k, v := range []float64{float64(x[i]), d, d * d, float64(dy[i]), float64(dy[i]) * d, float64(dx[i]), float64(dx[i]) * d} {
				want[k][j] += v
			}
		}
		ColumnSums(have[0], x)
		Moments(have[1], have[2], x, mean)
		GradSums(have[3], have[4], dy, x, mean)
		ReluGradSums(dy, have[5], have[6], dy, y, x, mean)
		if !sameBits(dx, dy) {
			t.Errorf("%d×%d: have gradient %v, want %v", rows, c, dy, dx)
		}
		for k := range have {
			for j, v := range have[k] {
				if math.Abs(v-want[k][j]) > tolerance*float64(rows) {
					t.Errorf("%s: have sum %v in column %d, want %v", fmt.Sprint(size, k), v, j, want[k][j])
				}
			}
		}
	}
}

// A mean far from 0 costs the variance nothing where the pivot is near it.
func TestMomentsNearPivot(t *testing.T) {
	const rows, mean = 1 << 14, 1000
	x := wave[float32](rows, 0)
	for i := range x {
		x[i] += mean
	}
	exact, n := 0.0, float64(rows)
	for _, v := range x {
		exact += (float64(v) - mean) * (float64(v) - mean) / n
	}
	sum, squares := []float64{0}, []float64{0}
	Moments(sum, squares, x, []float32{mean + 0.5})
	variance := squares[0]/n - sum[0]/n*(sum[0]/n)
	shift := sum[0]/n + 0.5
	if exact -= shift * shift; math.Abs(variance-exact) > 1e-6*exact {
		t.Errorf("have variance %v, want %v", variance, exact)
	}
}

// TestLayerNormGrad compares the vector loop with the plain one, in float64, and
// looks for what is written after the end.
func TestLayerNormGrad(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	for n := 1; n < 150; n++ {
		var narrow [6][]float32
		var wide [6][]float64
		for i := range narrow {
			narrow[i], wide[i] = make([]float32, n+1), make([]float64, n)
			for j := range n {
				narrow[i][j] = float32(r.NormFloat64())
				wide[i][j] = float64(narrow[i][j])
			}
			narrow[i][n] = 7
		}
		a, b := narrow, wide
		LayerNormGrad(a[0], a[1], a[2], a[3], a[4][:n], a[5], 0.25, 1.5, -0.5, 0.125)
		LayerNormGrad(b[0], b[1], b[2], b[3], b[4], b[5], 0.25, 1.5, -0.5, 0.125)
		for i := range a {
			for j, want := range b[i] {
				if math.Abs(float64(a[i][j])-want) > 1e-5*(1+math.Abs(want)) {
					t.Fatalf("%d values: vector %d is %v at %d, want %v", n, i, a[i][j], j, want)
				}
			}
			if a[i][n] != 7 {
				t.Fatalf("%d values: vector %d was written after its end", n, i)
			}
		}
	}
}
