package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// recurrentLoops run on slices of equal length; the first ones are written.
var recurrentLoops = map[string]struct {
	written, slices int
	run             func(v [][]float32)
}{
	"MulAdd":        {1, 3, func(v [][]float32) { MulAdd(v[0], v[1], v[2]) }},
	"LSTMCellGrad":  {2, 4, func(v [][]float32) { LSTMCellGrad(v[0], v[1], v[2], v[3]) }},
	"LSTMGateGrad":  {4, 8, func(v [][]float32) { LSTMGateGrad(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]) }},
	"GatedTanh":     {1, 3, func(v [][]float32) { GatedTanh(v[0], v[1], v[2]) }},
	"GatedTanhGrad": {2, 5, func(v [][]float32) { GatedTanhGrad(v[0], v[1], v[2], v[3], v[4]) }},
	"GRUGrad": {5, 10, func(v [][]float32) {
		GRUGrad(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9])
	}},
}

func TestRecurrentLoops(t *testing.T) {
	eachAssembly(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		lengths := []int{127, 128, 129, 1000}
		for n := range 71 {
			lengths = append(lengths, n)
		}
		for name, loop := range recurrentLoops {
			for _, n := range lengths {
				var have []guarded[float32]
				var slicesOf, want [][]float32
				for range loop.slices {
					g := newGuarded[float32](r, 1, n, n)
					for i := range g.slice() {
						g.slice()[i] = float32(math.Tanh(float64(g.slice()[i]))) // as gates are
					}
					have = append(have, g)
					slicesOf, want = append(slicesOf, g.slice()), append(want, slices.Clone(g.slice()))
				}
				loop.run(slicesOf)
				plain(func() { loop.run(want) })
				name := fmt.Sprintf("%s of %d values", name, n)
				for k, g := range have {
					g.check(t, name)
					for i, v := range g.slice() {
						if k >= loop.written && v != want[k][i] || !near(float64(v), float64(want[k][i]), 2e-6) {
							t.Fatalf("%s: have %v at %d of slice %d, want %v", name, v, i, k, want[k][i])
						}
					}
				}
			}
		}
	})
}

// A packed product has the bits of Gemm, whatever its rows and columns.
func TestPacked(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { testPacked[float32](t) })
		t.Run("float64", func(t *testing.T) { testPacked[float64](t) })
	})
}

func testPacked[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, m := range []int{1, 2, 3, 7, 16} {
		for _, n := range []int{1, 5, 63, 64, 65, 130, 200} {
			for _, k := range []int{1, 3, 32, 65} {
				a, b := newGuarded[F](r, m, k, k+2), newGuarded[F](r, k, n, n+3)
				have, want := newGuarded[F](r, m, n, n+1), make([]F, m*n)
				for i := range m {
					copy(want[i*n:], have.row(i))
				}
				turned := make([]F, n*k)
				for i := range k {
					for j := range n {
						turned[j*k+i] = b.row(i)[j]
					}
				}
				for _, accumulate := range []bool{true, false} {
					Gemm(false, m, n, k, a.slice(), a.ld, b.slice(), b.ld, want, n, accumulate)
					packed := Pack(make([]F, PackedLen(k, n)), false, k, n, b.slice(), b.ld)
					if accumulate {
						packed = Pack(make([]F, PackedLen(k, n)), true, k, n, turned, k)
					}
					packed.Gemm(m, a.slice(), a.ld, have.slice(), have.ld, accumulate)
					for i := range m {
						if !sameBits(have.row(i), want[i*n:][:n]) {
							t.Fatalf("%d×%d×%d, accumulate %v: row %d differs", m, n, k, accumulate, i)
						}
					}
					have.check(t, "packed product")
				}
			}
		}
	}
}
