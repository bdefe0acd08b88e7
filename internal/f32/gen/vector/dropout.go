package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "zoo/internal/f32/gen/asm"
	"zoo/internal/f32/gen/lanes"
)

// dropoutKernel writes the loop of dropout, whose random numbers are SplitMix64's.
func dropoutKernel() {
	kernel("dropoutVector", "n int, dst, x *float32, state, limit uint64, scale float32",
		"dst = x·scale, or x·0 where the value of SplitMix64 is less than limit; state is that before the first element's.", func(v isa) {
			dst := Load("dst")
			limit, scale, zero, state := v.Scalar64("limit"), v.Scalar("scale"), v.Zero(), v.Scalar64("state")
			weyl, half := uint64(0x9e3779b97f4a7c15), uint64(v.Lanes()/2)
			low := v.Add64(state, v.Constants64(weyl, 2*weyl))
			high := v.Add64(state, v.Constants64(weyl*(half+1), weyl*(half+2)))
			v.eachVector(func(x reg.VecVirtual, mask lanes.Mask) {
				dropped := v.Below(v.splitMix(low), v.splitMix(high), limit)
				v.Store(v.Mul(x, v.Choose(dropped, zero, scale)), Mem{Base: dst}, mask)
				if mask == nil {
					step := v.Constants64(weyl*2*half, weyl*2*half)
					v.Move(v.Add64(low, step), low)
					v.Move(v.Add64(high, step), high)
				}
			}, dst)
		})
}

// splitMix returns the values of states of SplitMix64.
func (v isa) splitMix(z Op) reg.VecVirtual {
	r := v.Mul64(v.XorShift64(30, z), 0xbf58476d1ce4e5b9)
	r = v.Mul64(v.XorShift64(27, r), 0x94d049bb133111eb)
	return v.XorShift64(31, r)
}
