package f32

// The loops of PReLU, on rows of channels (rows, C) with C the length of slope.

// PReLU is y[r, j] = x[r, j] where that is positive, else slope[j]·x[r, j].
func PReLU[F Float](y, x, slope []F) {
	c := len(slope)
	x = wholeRows(x, c)
	y = y[:len(x)]
	if p := first(x); p != nil {
		var buffer [periodColumns]F
		k := rowsAtOnce(c)
		preluRows(len(x), k*c, first(y), p, first(repeat(&buffer, slope, k)))
		return
	}
	preluLoop(y, x, slope)
}

func preluLoop[F Float](y, x, slope []F) {
	c := len(slope)
	for lo := 0; lo < len(x); lo += c {
		hi := min(lo+c, len(x))
		src, dst := x[lo:hi], y[lo:hi]
		for j, s := range slope[:len(src)] {
			dst[j] = max(src[j], 0) + s*min(src[j], 0)
		}
	}
}

// PReLUGrad is dx[r, j] = dy[r, j] where x[r, j] is positive, else slope[j]·dy[r, j].
func PReLUGrad[F Float](dx, dy, x, slope []F) {
	c := len(slope)
	x = wholeRows(x, c)
	dx, dy = dx[:len(x)], dy[:len(x)]
	if p := first(x); p != nil {
		var buffer [periodColumns]F
		k := rowsAtOnce(c)
		preluGradRows(len(x), k*c, first(dx), first(dy), p, first(repeat(&buffer, slope, k)))
		return
	}
	preluGradLoop(dx, dy, x, slope)
}

func preluGradLoop[F Float](dx, dy, x, slope []F) {
	c := len(slope)
	for lo := 0; lo < len(x); lo += c {
		hi := min(lo+c, len(x))
		v, g, dst := x[lo:hi], dy[lo:hi], dx[lo:hi]
		for j, s := range slope[:len(v)] {
			d := g[j]
			if !(v[j] > 0) {
				d *= s
			}
			dst[j] = d
		}
	}
}

// PReLUSlopeGrad adds to sum[j] the sum over the rows of dy[·, j]·min(x[·, j],
// 0), in the order of Moments.
func PReLUSlopeGrad[F Float](sum []float64, dy, x []F) {
	columnLoop[F]{kind: preluSlope, dy: dy, x: x}.run(sum, nil)
}
