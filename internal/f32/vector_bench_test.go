package f32

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// BenchmarkVector runs each loop on an image of 64 KiB. The bytes are those of
// the matrices that it reads and writes.
func BenchmarkVector(b *testing.B) {
	const n, c = 1 << 14, 16
	o := randomOperands(rand.New(rand.NewPCG(1, 2)), n, c, false)
	for _, loops := range []map[string]loopTest{flatLoops, rowLoops} {
		for _, name := range slices.Sorted(maps.Keys(loops)) {
			b.Run(name, func(b *testing.B) {
				b.SetBytes(int64(4 * n * loops[name].matrices))
				for b.Loop() {
					loops[name].run(o)
				}
			})
		}
	}
	for _, c := range []int{6, 11, 32, 64, 128, 512} {
		o := randomOperands(rand.New(rand.NewPCG(1, 2)), n, c, false)
		for _, name := range []string{"NormalizeRelu", "NormalizeGrad", "Moments", "ReluGradSums"} {
			b.Run(fmt.Sprintf("%s/%d", name, c), func(b *testing.B) {
				b.SetBytes(int64(4 * n * rowLoops[name].matrices))
				for b.Loop() {
					rowLoops[name].run(o)
				}
			})
		}
	}
	b.Run("Transpose", func(b *testing.B) {
		b.SetBytes(8 * 512 * 784)
		src, dst := make([]float32, 512*784), make([]float32, 512*784)
		for b.Loop() {
			Transpose(dst, src, 784, 512)
		}
	})
}
