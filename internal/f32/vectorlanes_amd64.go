//go:build !noasm

package f32

import "golang.org/x/sys/cpu"

var vectorLanes = func() int {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA || !x.HasBMI2:
		return 0
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL:
		return 16
	}
	return 8
}()
