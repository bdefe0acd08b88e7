//go:build !noasm

package f32

import "golang.org/x/sys/cpu"

// tileSets are the sets of tiles that this machine can run, the fastest first.
func tileSets() (sets []*tileSet) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX2 {
		sets = append(sets, &tileSet{"AVX-512", 16, []tile{{16, avx512x16}, {14, avx512x32}, {9, avx512x48}, {6, avx512x64}}, copyPanel})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		sets = append(sets, &tileSet{"AVX2", 8, []tile{{12, avx2x8}, {6, avx2x16}, {4, avx2x24}}, copyPanel})
	}
	return sets
}
