package f32

// The loops of PReLU, on rows of channels (rows, C) with C the length of slope.

// PReLU is y[r, j] = x[r, j] where that is positive, else slope[j]·x[r, j].
func PReLU[F Float](y, x, slope []F) {
	c := len(slope)
	for len(x) >= c {
		src, dst := x[:c], y[:c]
		for j, s := range slope {
			dst[j] = max(src[j], 0) + s*min(src[j], 0)
		}
		x, y = x[c:], y[c:]
	}
}

// PReLUGrad is dx[r, j] = dy[r, j] where x[r, j] is positive, else slope[j]·dy[r, j].
func PReLUGrad[F Float](dx, dy, x, slope []F) {
	c := len(slope)
	for len(x) >= c {
		v, g, dst := x[:c], dy[:c], dx[:c]
		for j, s := range slope {
			d := g[j]
			if !(v[j] > 0) {
				d *= s
			}
			dst[j] = d
		}
		x, dy, dx = x[c:], dy[c:], dx[c:]
	}
}

// PReLUSlopeGrad adds to sum[j] the sum over the rows of dy[·, j]·min(x[·, j], 0).
func PReLUSlopeGrad[F Float](sum []float64, dy, x []F) {
	c := len(sum)
	for len(x) >= c {
		v, g := x[:c], dy[:c]
		for j := range sum {
			sum[j] += float64(g[j]) * float64(min(v[j], 0))
		}
		x, dy = x[c:], dy[c:]
	}
}
