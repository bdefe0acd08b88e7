package f32

import "math"

// An LRN is local response normalisation (Krizhevsky et al. 2012): each of a row's
// values is divided by (K + Alpha·Σ)^Beta, with Σ the sum of the squares of Size
// neighbours, Size/2 of them before it and none outside the row.
//
// The vector loops are for the paper's Beta, vectorBeta.
type LRN struct {
	Size           int
	K, Alpha, Beta float64
}

// vectorBeta is the exponent that the vector loops are made for.
const vectorBeta = 0.75

// rows is how many rows of c channels are computed at a time: their squares stay in
// the first cache, and are written well before they are read in other vectors.
func (l LRN) rows(c int) int { return max(1, 1<<11/c) }

// pitch is the distance of rows of c channels with room for a window's zeros around
// each, and roomLen that of a block of them, with what vectors read beyond its end.
func (l LRN) pitch(c int) int   { return c + l.Size - 1 }
func (l LRN) roomLen(c int) int { return l.rows(c)*l.pitch(c) + 16 }

// ScratchLen is the number of values that rows of c channels need as scratch.
func (l LRN) ScratchLen(c int) int { return 2 * l.roomLen(c) }

// LRNForward writes into y the normalised rows of x, of c channels each.
func LRNForward[F Float](l LRN, y, x []F, c int, scratch []F) {
	squares, pitch := scratch[:l.roomLen(c)], l.pitch(c)
	clear(squares)
	for len(x) > 0 {
		n := min(len(x), l.rows(c)*c)
		lrnSquares(l, squares, x[:n], c)
		for i := range n / c {
			lrnRow(l, y[i*c:][:c], x[i*c:][:c], squares[i*pitch:])
		}
		x, y = x[n:], y[n:]
	}
}

// LRNGrad writes into dx the gradient of rows x of c channels each, given that of
// the normalised ones.
func LRNGrad[F Float](l LRN, dx, dy, x []F, c int, scratch []F) {
	n, pitch := l.roomLen(c), l.pitch(c)
	squares, outer := scratch[:n], scratch[n:2*n]
	clear(scratch[:2*n])
	after := l.Size - 1 - l.Size/2
	for len(x) > 0 {
		n := min(len(x), l.rows(c)*c)
		lrnSquares(l, squares, x[:n], c)
		for i := range n / c {
			lrnRowGrad(l, dx[i*c:][:c], outer[i*pitch+after:][:c], dy[i*c:][:c], x[i*c:][:c], squares[i*pitch:])
		}
		for i := range n / c {
			lrnRowInner(l, dx[i*c:][:c], x[i*c:][:c], outer[i*pitch:])
		}
		x, dy, dx = x[n:], dy[n:], dx[n:]
	}
}

// lrnSquares writes the squares of rows x between the zeros of their windows.
func lrnSquares[F Float](l LRN, squares, x []F, c int) {
	for i, before := 0, l.Size/2; i < len(x); i, before = i+c, before+l.pitch(c) {
		row, to := x[i:i+c], squares[before:][:c]
		if p := first(row); p != nil {
			mulVector(c, first(to), p, p)
			continue
		}
		mulLoop(to, row, row)
	}
}

// vectorLRN returns where a vector loop writes, nil where the loop in Go must run. It
// panics where windows are too short.
func vectorLRN[F Float](l LRN, dst, windows []F) *float32 {
	_ = windows[:len(dst)+l.Size-1]
	if l.Beta != vectorBeta {
		return nil
	}
	return first(dst)
}

// lrnRow is y = x·b^−β with b = K + Alpha·Σ of a window of the squares.
func lrnRow[F Float](l LRN, y, x, squares []F) {
	if p := vectorLRN(l, y, squares); p != nil {
		lrnVector(l.Size, len(y), p, first(x), first(squares), float32(l.K), float32(l.Alpha))
		return
	}
	lrnLoop(l, y, x, squares)
}

func lrnLoop[F Float](l LRN, y, x, squares []F) {
	for j, v := range x {
		y[j] = v * power(lrnBase(l, squares[j:]), -l.Beta)
	}
}

// lrnRowGrad is dx = dy·b^−β, the gradient without that through the windows, and
// outer = dx·x/b, what b passes on to its window.
func lrnRowGrad[F Float](l LRN, dx, outer, dy, x, squares []F) {
	if p := vectorLRN(l, dx, squares); p != nil {
		lrnGradVector(l.Size, len(dx), p, first(outer), first(dy), first(x), first(squares), float32(l.K), float32(l.Alpha))
		return
	}
	lrnGradLoop(l, dx, outer, dy, x, squares)
}

func lrnGradLoop[F Float](l LRN, dx, outer, dy, x, squares []F) {
	for j, g := range dy {
		b := lrnBase(l, squares[j:])
		dx[j] = g * power(b, -l.Beta)
		outer[j] = dx[j] * x[j] / b
	}
}

// lrnRowInner is dx −= 2·Alpha·β·x·Σ of a window of outer.
func lrnRowInner[F Float](l LRN, dx, x, outer []F) {
	slope := 2 * l.Alpha * l.Beta
	if p := vectorLRN(l, dx, outer); p != nil {
		lrnInnerVector(l.Size, len(dx), p, first(x), first(outer), float32(slope))
		return
	}
	lrnInnerLoop(l, dx, x, outer, F(slope))
}

func lrnInnerLoop[F Float](l LRN, dx, x, outer []F, slope F) {
	for j, v := range x {
		dx[j] -= slope * v * windowSum(l, outer[j:])
	}
}

func lrnBase[F Float](l LRN, squares []F) F { return F(l.K) + F(l.Alpha)*windowSum(l, squares) }

func windowSum[F Float](l LRN, v []F) (sum F) {
	for _, x := range v[:l.Size] {
		sum += x
	}
	return sum
}

func power[F Float](x F, y float64) F {
	v := float64(x)
	if y == -0.75 {
		return F(math.Sqrt(math.Sqrt(v)) / v) // several times as fast
	}
	return F(math.Pow(v, y))
}
