package f32

// The loops of the normalisations. Their data is rows of channels, (rows, C)
// row-major, with C the length of the per-channel slices.

// Sums adds to sum[j] the sum over the rows of a[·, j], and to dot[j] that of
// a[·, j]·b[·, j], in float64 and in the order of the rows.
func Sums[F Float](sum, dot []float64, a, b []F) {
	c := len(sum)
	dot = dot[:c]
	for len(a) >= c {
		x, y := a[:c], b[:c]
		for j, v := range x {
			w := float64(v)
			sum[j] += w
			dot[j] += w * float64(y[j])
		}
		a, b = a[c:], b[c:]
	}
}

// Normalize is y[r, j] = (x[r, j] − mean[j])·scale[j] + shift[j].
func Normalize[F Float](y, x, mean, scale, shift []F) {
	c := len(mean)
	scale, shift = scale[:c], shift[:c]
	for len(x) >= c {
		src, dst := x[:c], y[:c]
		for j, m := range mean {
			dst[j] = (src[j]-m)*scale[j] + shift[j]
		}
		x, y = x[c:], y[c:]
	}
}

// NormalizeGrad is dx[r, j] = dy[r, j]·scale[j] − (x[r, j] − mean[j])·slope[j] − shift[j].
func NormalizeGrad[F Float](dx, dy, x, mean, scale, slope, shift []F) {
	c := len(mean)
	scale, slope, shift = scale[:c], slope[:c], shift[:c]
	for len(x) >= c {
		v, g, dst := x[:c], dy[:c], dx[:c]
		for j, m := range mean {
			dst[j] = g[j]*scale[j] - (v[j]-m)*slope[j] - shift[j]
		}
		x, dy, dx = x[c:], dy[c:], dx[c:]
	}
}

// ColumnSums adds to sum[j] the sum over the rows of x[·, j], in float64 and in
// the order of the rows.
func ColumnSums[F Float](sum []float64, x []F) {
	c := len(sum)
	for len(x) >= c {
		for j, v := range x[:c] {
			sum[j] += float64(v)
		}
		x = x[c:]
	}
}

// ScaleColumns is y[r, j] = x[r, j]·scale[j].
func ScaleColumns[F Float](y, x, scale []F) {
	c := len(scale)
	for len(x) >= c {
		src, dst := x[:c], y[:c]
		for j, s := range scale {
			dst[j] = src[j] * s
		}
		x, y = x[c:], y[c:]
	}
}

// Moments adds to sum[j] the sum over the rows of x[·, j] − pivot[j], and to
// squares[j] that of its square.
func Moments[F Float](sum, squares []float64, x, pivot []F) {
	c := len(sum)
	for len(x) >= c {
		for j, v := range x[:c] {
			d := float64(v - pivot[j])
			sum[j] += d
			squares[j] += d * d
		}
		x = x[c:]
	}
}

// GradSums adds to sum[j] the sum over the rows of dy[·, j], and to dot[j] that
// of dy[·, j]·(x[·, j] − mean[j]).
func GradSums[F Float](sum, dot []float64, dy, x, mean []F) {
	c := len(sum)
	for len(x) >= c {
		for j, v := range x[:c] {
			d := float64(dy[j])
			sum[j] += d
			dot[j] += d * float64(v-mean[j])
		}
		dy, x = dy[c:], x[c:]
	}
}
