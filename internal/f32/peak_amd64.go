//go:build !noasm

package f32

import "golang.org/x/sys/cpu"

// fmaLoops are the loops that this machine can run, the fastest first.
func fmaLoops() (loops []fmaLoop) {
	if cpu.X86.HasAVX512F {
		loops = append(loops, fmaLoop{"AVX-512", 12 * 16, func(n int, sums []float32) { fmaAVX512(n, &sums[0]) }})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		loops = append(loops, fmaLoop{"AVX2", 12 * 8, func(n int, sums []float32) { fmaAVX2(n, &sums[0]) }})
	}
	return append(loops, fmaPlain)
}
