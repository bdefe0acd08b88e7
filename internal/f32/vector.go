package f32

//go:generate go run -C gen ./vector -arch amd64 -to ../vector
//go:generate go run -C gen ./vector -arch arm64 -to ../vector

// The vector loops are assembly for AVX-512, for AVX2 with FMA, and for NEON; vectorLanes
// says which of them runs: it is the number of float32 in a vector, or 0 for the loops in
// Go. They differ from those by the rounding of fused multiplications and, where it is
// said, by the order of a sum.

// first returns the address of the first value for a vector loop, or nil where
// the loop in Go must run: by choice, or because there is no value or F is float64.
func first[F Float](x []F) *float32 {
	if vectorLanes == 0 || len(x) == 0 {
		return nil
	}
	if x, ok := any(x).([]float32); ok {
		return &x[0]
	}
	return nil
}

// periodColumns is how many columns the vector loops on rows have at least: the
// rows of fewer channels are taken several at a time.
const periodColumns = 64

// rowsAtOnce returns how many rows of c channels are taken at a time.
func rowsAtOnce(c int) int { return max(1, periodColumns/c) }

// repeat returns k copies of v, one after the other; for k > 1 they are in buffer.
func repeat[F Float](buffer *[periodColumns]F, v []F, k int) []F {
	if k == 1 {
		return v
	}
	all := buffer[:k*len(v)]
	for n := copy(all, v); n < len(all); n *= 2 {
		copy(all[n:], all[:n])
	}
	return all
}
