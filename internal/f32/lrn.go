package f32

import "math"

// An LRN is local response normalisation (Krizhevsky et al. 2012): each of a row's
// values is divided by (K + Alpha·Σ)^Beta, with Σ the sum of the squares of Size
// neighbours, Size/2 of them before it and none outside the row.
type LRN struct {
	Size           int
	K, Alpha, Beta float64
}

// ScratchLen is the number of values that rows of c channels need as scratch.
func (l LRN) ScratchLen(c int) int { return 2*c + l.Size - 1 }

// LRNForward writes into y the normalised rows of x, of c channels each.
func LRNForward[F Float](l LRN, y, x []F, c int, scratch []F) {
	base, padded := scratch[:c], scratch[c:l.ScratchLen(c)]
	for ; len(x) > 0; x, y = x[c:], y[c:] {
		bases(l, base, padded, x)
		for j, b := range base {
			y[j] = x[j] * F(math.Pow(float64(b), -l.Beta))
		}
	}
}

// LRNGrad writes into dx the gradient of rows x of c channels each, given that of
// the normalised ones.
func LRNGrad[F Float](l LRN, dx, dy, x []F, c int, scratch []F) {
	base, padded := scratch[:c], scratch[c:l.ScratchLen(c)]
	after := l.Size - 1 - l.Size/2
	slope := F(2 * l.Alpha * l.Beta)
	for ; len(x) > 0; x, dy, dx = x[c:], dy[c:], dx[c:] {
		bases(l, base, padded, x)
		clear(padded)
		for j, b := range base {
			dx[j] = dy[j] * F(math.Pow(float64(b), -l.Beta))
			padded[after+j] = dx[j] * x[j] / b
		}
		windowSums(base, padded, l.Size)
		for j, s := range base {
			dx[j] -= slope * x[j] * s
		}
	}
}

// bases writes what the values of a row x are divided by a power of.
func bases[F Float](l LRN, base, padded, x []F) {
	clear(padded)
	for j, v := range x[:len(base)] {
		padded[l.Size/2+j] = v * v
	}
	windowSums(base, padded, l.Size)
	k, alpha := F(l.K), F(l.Alpha)
	for j, s := range base {
		base[j] = k + alpha*s
	}
}

// windowSums is sums[j] = Σ v[j+t], with t from 0 to size − 1.
func windowSums[F Float](sums, v []F, size int) {
	for j := range sums {
		var s F
		for _, x := range v[j : j+size] {
			s += x
		}
		sums[j] = s
	}
}
