//go:build !noasm

package f32

import "golang.org/x/sys/cpu"

// assembly says that the vector loops of this build are assembly.
const assembly = true

// isas are the sets of instructions that this machine has, the fastest first. Each asks
// for what the generator lets its kernels use, and no more.
func isas() (all []isa) {
	x := &cpu.X86
	avx2 := x.HasAVX && x.HasAVX2 && x.HasFMA && x.HasBMI2
	if avx2 && x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL {
		all = append(all, isa{
			name: "avx512", lanes: 16,
			tiles:   &tileSet{"AVX-512", 16, []tile{{16, avx512x16}, {14, avx512x32}, {9, avx512x48}, {6, avx512x64}}, copyPanel},
			columns: &columnSet{"AVX-512", 16, []columnTile{{1, 12, avx512columns16}, {2, 12, avx512columns32}, {4, 6, avx512columns64}}, columnTile{1, 12, avx512columns}},
			groups:  newGroupSet("AVX-512", 16, avx512grouped, avx512grouped16, avx512grouped32),
			fma:     fmaLoop{"AVX-512", 24 * 16, func(n int, sums []float32) { avx512Fma(n, &sums[0]) }},
		})
	}
	if avx2 {
		all = append(all, isa{
			name: "avx2", lanes: 8,
			tiles:   &tileSet{"AVX2", 8, []tile{{12, avx2x8}, {6, avx2x16}, {4, avx2x24}}, copyPanel},
			columns: &columnSet{"AVX2", 8, []columnTile{{1, 12, avx2columns8}, {2, 6, avx2columns16}, {4, 3, avx2columns32}}, columnTile{1, 12, avx2columns}},
			groups:  newGroupSet("AVX2", 8, avx2grouped, avx2grouped8),
			fma:     fmaLoop{"AVX2", 12 * 8, func(n int, sums []float32) { avx2Fma(n, &sums[0]) }},
		})
	}
	return append(all, plainISA)
}
