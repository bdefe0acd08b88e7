package f32

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// near says whether two values agree to within tolerance, or are the same special value.
func near(have, want, tolerance float64) bool {
	return have == want || have != have && want != want || math.Abs(have-want) <= tolerance*(1+math.Abs(want))
}

// compare runs a vector loop and the loop in Go. A relative error of each value and
// of each sum may be the tolerance; without assembly both give the same values.
func compare(t *testing.T, name string, loop func(o operands), o operands, offset int, tolerance float64) {
	t.Helper()
	if !assembly {
		tolerance = 0
	}
	for _, inPlace := range []bool{false, true} {
		have, check := o.clone(offset, inPlace)
		want, _ := o.clone(0, inPlace)
		loop(have)
		plain(func() { loop(want) })
		name := fmt.Sprintf("%s of %d values, %d channels, in place %v", name, len(o.a), o.c, inPlace)
		check(t, name)
		for i, v := range have.y {
			if !near(float64(v), float64(want.y[i]), tolerance) {
				t.Fatalf("%s: have %v at %d, want %v", name, v, i, want.y[i])
			}
		}
		for k := range have.sums {
			for j, v := range have.sums[k] {
				if !near(v, want.sums[k][j], tolerance) {
					t.Fatalf("%s: have sum %v in column %d, want %v", name, v, j, want.sums[k][j])
				}
			}
		}
	}
}

func TestVectorLoops(t *testing.T) {
	eachAssembly(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		lengths := []int{127, 128, 129, 1000, 4097}
		for n := range 71 {
			lengths = append(lengths, n)
		}
		for _, name := range slices.Sorted(maps.Keys(flatLoops)) {
			tolerance := 2e-6
			if name == "SquaredDistance" { // the plain float32 sum loses more
				tolerance = 2e-5
			}
			for _, n := range lengths {
				for _, special := range []bool{false, true} {
					compare(t, name, flatLoops[name].run, randomOperands(r, n, 1, special), r.IntN(17), tolerance)
				}
			}
		}
	})
}

func TestVectorRowLoops(t *testing.T) {
	rowCounts := []int{0, 1, 2, 7, 22, 64, 65, 129, 300}
	if testing.Short() {
		rowCounts = []int{0, 2, 7, 65}
	}
	eachAssembly(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, name := range slices.Sorted(maps.Keys(rowLoops)) {
			loop := rowLoops[name]
			for _, c := range []int{1, 2, 3, 5, 6, 8, 10, 11, 16, 17, 20, 31, 32, 33, 48, 63, 64, 65, 70, 100, 128, 130, 200} {
				for _, rows := range rowCounts {
					n := rows*c + r.IntN(c) // the last row is not whole
					compare(t, name, loop.run, randomOperands(r, n, c, rows < 3), r.IntN(17), 2e-5)
				}
			}
			compare(t, name, loop.run, randomOperands(r, 6*9000, 6, false), 1, 2e-5)
		}
	})
}

// Sums that need no multiplication are the same bits in assembly and in Go.
func TestColumnSumsOrder(t *testing.T) {
	eachAssembly(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, c := range []int{1, 3, 6, 11, 16, 50, 64, 100, 150} {
			for _, rows := range []int{1, 63, 64, 65, 127, 1000, 9001} {
				o := randomOperands(r, rows*c, c, false)
				sums := func() (s [4][]float64) {
					for i := range s {
						s[i] = make([]float64, c)
					}
					Moments(s[0], make([]float64, c), o.a, o.channel[0])
					GradSums(s[1], make([]float64, c), o.a, o.b, o.channel[0])
					ReluGradSums(o.y, s[2], make([]float64, c), o.a, o.b, o.d, o.channel[0])
					ColumnSums(s[3], o.a)
					return s
				}
				have := sums()
				plain(func() {
					for i, want := range sums() {
						if !sameBits(have[i], want) {
							t.Errorf("sum %d of %d rows of %d: have %v, want %v", i, rows, c, have[i], want)
						}
					}
				})
			}
		}
	})
}

func TestVectorTranspose(t *testing.T) {
	eachAssembly(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for range 300 {
			rows, columns := r.IntN(40), r.IntN(40)
			src := newGuarded[float32](r, rows, columns, columns)
			dst := newGuarded[float32](r, columns, rows, rows)
			Transpose(dst.slice(), src.slice(), rows, columns)
			for i := range rows {
				for j := range columns {
					if dst.row(j)[i] != src.row(i)[j] {
						t.Fatalf("%d×%d: have %v at (%d, %d), want %v", rows, columns, dst.row(j)[i], j, i, src.row(i)[j])
					}
				}
			}
			dst.check(t, fmt.Sprintf("%d×%d", rows, columns))
		}
	})
}

func TestVectorSolvers(t *testing.T) { eachAssembly(t, TestSolvers) }

func TestVectorPools(t *testing.T) { eachAssembly(t, TestPools) }

func TestVectorFunctions(t *testing.T) {
	eachAssembly(t, TestElementaryFunctions)
	eachAssembly(t, TestGradientFunctions)
}
