package ops_test

import (
	"maps"
	"slices"
	"testing"

	"zoo/internal/ops"
)

// BenchmarkKernels reports the time of a forward and a backward pass, an element
// of the first input.
func BenchmarkKernels(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(kernels)) {
		c := newCall[float32](b, kernels[name].op, kernels[name].in...)
		c.forward()
		dout, n := c.upstream(), float64(c.in[0].Shape.TotalSize())
		var din []ops.Tensor[float32]
		for _, x := range c.in {
			din = append(din, ops.Tensor[float32]{Shape: x.Shape, V: make([]float32, len(x.V))})
		}
		b.Run(name+"/forward", func(b *testing.B) {
			for b.Loop() {
				ops.RunForward(c.kernel, c.ctx, c.out, c.in)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
		b.Run(name+"/backward", func(b *testing.B) {
			for b.Loop() {
				ops.RunBackward(c.kernel, c.ctx, din, dout, c.out, c.in)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}
