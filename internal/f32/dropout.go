package f32

import "math/bits"

// Dropout is dst[i] = src[i]·scale, or src[i]·0 where the element is dropped, as it is with
// probability p in [0, 1). That depends only on key and start + i. dst may be src.
func Dropout[F Float](dst, src []F, p float64, scale F, key uint64, start int) {
	dst = dst[:len(src)]
	limit := uint64(p * (1 << 64))
	state := key + uint64(start)*Weyl
	if to := first(dst); to != nil {
		dropoutVector(len(dst), to, first(src), state, limit, float32(scale))
		return
	}
	dropoutLoop(dst, src, state, limit, scale)
}

func dropoutLoop[F Float](dst, src []F, state, limit uint64, scale F) {
	factor := [2]F{scale, 0}
	for i, v := range src {
		state += Weyl
		_, dropped := bits.Sub64(SplitMix(state), limit, 0) // 1 where it is less
		dst[i] = v * factor[dropped&1]
	}
}

// Weyl and SplitMix are SplitMix64: its i-th value is SplitMix(key + i·Weyl) (Steele,
// Lea and Flood 2014, Fast splittable pseudorandom number generators, Figure 16).
const Weyl = 0x9e3779b97f4a7c15

// SplitMix mixes the bits of z.
func SplitMix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
