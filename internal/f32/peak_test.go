package f32

import (
	"math"
	"testing"
)

// Every loop does as many multiply-adds as PeakFlops counts: each adds 1. Nothing
// is written beyond the sums.
func TestLoopsOfMultiplyAdds(t *testing.T) {
	for _, s := range isas() {
		loop := s.fma
		for _, n := range []int{1, 2, 1000} {
			sums := make([]float32, loop.sums+1)
			for i := range sums {
				sums[i] = float32(math.NaN())
			}
			loop.run(n, sums[:loop.sums])
			for i, v := range sums[:loop.sums] {
				if v != float32(n) {
					t.Fatalf("%s, %d rounds: sum %d is %v", loop.name, n, i, v)
				}
			}
			if v := sums[loop.sums]; v == v {
				t.Errorf("%s writes beyond its %d sums", loop.name, loop.sums)
			}
		}
	}
}

// What each loop reaches on one thread.
func BenchmarkMultiplyAdds(b *testing.B) {
	for _, s := range isas() {
		loop := s.fma
		b.Run(loop.name, func(b *testing.B) {
			sums := make([]float32, loop.sums)
			loop.run(b.N, sums)
			b.ReportMetric(2*float64(b.N)*float64(loop.sums)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
