//go:build !noasm

package f32

import "golang.org/x/sys/cpu"

// columnSets are the sets of products by columns that this machine can run, the
// fastest first.
func columnSets() (sets []*columnSet) {
	if cpu.X86.HasAVX512F {
		sets = append(sets, &columnSet{"AVX-512", 16, []columnTile{{1, 12, avx512columns16}, {2, 12, avx512columns32}, {4, 6, avx512columns64}}, columnTile{1, 12, avx512columns}})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		sets = append(sets, &columnSet{"AVX2", 8, []columnTile{{1, 12, avx2columns8}, {2, 6, avx2columns16}, {4, 3, avx2columns32}}, columnTile{1, 12, avx2columns}})
	}
	return sets
}

// groupSets are the sets of products by groups that this machine can run, the
// fastest first.
func groupSets() (sets []*groupSet) {
	if cpu.X86.HasAVX512F {
		sets = append(sets, newGroupSet("AVX-512", 16, avx512grouped, avx512grouped16, avx512grouped32))
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		sets = append(sets, newGroupSet("AVX2", 8, avx2grouped, avx2grouped8))
	}
	return sets
}
