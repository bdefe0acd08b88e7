package floats

import "math"

// brain widens a bfloat16: the upper half of a float32.
func brain(v uint16) float32 { return math.Float32frombits(uint32(v) << 16) }

// half widens an IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of mantissa.
func half(v uint16) float32 {
	sign, exponent, mantissa := uint32(v>>15)<<31, uint32(v>>10)&31, uint32(v)&1023
	switch exponent {
	case 0: // zero, or a subnormal: the mantissa counts units of 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(mantissa)*0x1p-24))
	case 31: // infinity or NaN
		return math.Float32frombits(sign | 255<<23 | mantissa<<13)
	}
	return math.Float32frombits(sign | (exponent-15+127)<<23 | mantissa<<13)
}
