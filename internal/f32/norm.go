package f32

// The loops of the normalisations. Their data is rows of channels, (rows, C)
// row-major, with C the length of the per-channel slices. A loop's destination
// may be any of its matrices.

// wholeRows returns x without a last row that is not whole.
func wholeRows[F Float](x []F, c int) []F { return x[:len(x)/c*c] }

// Normalize is y[r, j] = (x[r, j] − mean[j])·scale[j] + shift[j].
func Normalize[F Float](y, x, mean, scale, shift []F) {
	normalization[F]{mean, scale, shift}.run(y, x, nil, false)
}

// NormalizeRelu is y = max(Normalize, 0).
func NormalizeRelu[F Float](y, x, mean, scale, shift []F) {
	normalization[F]{mean, scale, shift}.run(y, x, nil, true)
}

// NormalizeAdd is y = Normalize + other.
func NormalizeAdd[F Float](y, x, mean, scale, shift, other []F) {
	normalization[F]{mean, scale, shift}.run(y, x, other[:len(x)], false)
}

// NormalizeAddRelu is y = max(Normalize + other, 0).
func NormalizeAddRelu[F Float](y, x, mean, scale, shift, other []F) {
	normalization[F]{mean, scale, shift}.run(y, x, other[:len(x)], true)
}

// A normalization holds the coefficients of the channels.
type normalization[F Float] struct{ mean, scale, shift []F }

// run normalises x into y. other is nil where there is nothing to add.
func (n normalization[F]) run(y, x, other []F, relu bool) {
	c := len(n.mean)
	x = wholeRows(x, c)
	y = y[:len(x)]
	if p := first(x); p != nil {
		n.runVector(first(y), p, first(other), len(x), relu)
		return
	}
	n.loop(y, x, other, relu)
}

// The loops over rows take what there is of a last row that is not whole: the rows may
// be several rows of channels side by side.

func (n normalization[F]) loop(y, x, other []F, relu bool) {
	c := len(n.mean)
	scale, shift := n.scale[:c], n.shift[:c]
	for lo := 0; lo < len(x); lo += c {
		hi := min(lo+c, len(x))
		dst, src := y[lo:hi], x[lo:hi]
		for j, m := range n.mean[:len(src)] {
			dst[j] = (src[j]-m)*scale[j] + shift[j]
		}
		if other != nil {
			addLoop(dst, dst, other[lo:hi])
		}
		if relu {
			reluLoop(dst, dst)
		}
	}
}

func (n normalization[F]) runVector(y, x, other *float32, elements int, relu bool) {
	var buffers [3][periodColumns]F
	c := len(n.mean)
	k := rowsAtOnce(c)
	mean := first(repeat(&buffers[0], n.mean, k))
	scale := first(repeat(&buffers[1], n.scale[:c], k))
	shift := first(repeat(&buffers[2], n.shift[:c], k))
	switch {
	case other == nil && !relu:
		normalizeRows(elements, k*c, y, x, mean, scale, shift)
	case other == nil:
		normalizeReluRows(elements, k*c, y, x, mean, scale, shift)
	case !relu:
		normalizeAddRows(elements, k*c, y, x, other, mean, scale, shift)
	default:
		normalizeAddReluRows(elements, k*c, y, x, other, mean, scale, shift)
	}
}

// NormalizeGrad is dx[r, j] = dy[r, j]·scale[j] − (x[r, j] − mean[j])·slope[j] − shift[j].
func NormalizeGrad[F Float](dx, dy, x, mean, scale, slope, shift []F) {
	c := len(mean)
	x = wholeRows(x, c)
	dx, dy = dx[:len(x)], dy[:len(x)]
	scale, slope, shift = scale[:c], slope[:c], shift[:c]
	if p := first(x); p != nil {
		var buffers [4][periodColumns]F
		k := rowsAtOnce(c)
		normalizeGradRows(len(x), k*c, first(dx), first(dy), p,
			first(repeat(&buffers[0], mean, k)), first(repeat(&buffers[1], scale, k)),
			first(repeat(&buffers[2], slope, k)), first(repeat(&buffers[3], shift, k)))
		return
	}
	normalizeGradLoop(dx, dy, x, mean, scale, slope, shift)
}

func normalizeGradLoop[F Float](dx, dy, x, mean, scale, slope, shift []F) {
	c := len(mean)
	for lo := 0; lo < len(x); lo += c {
		hi := min(lo+c, len(x))
		v, g, dst := x[lo:hi], dy[lo:hi], dx[lo:hi]
		for j, m := range mean[:len(v)] {
			dst[j] = g[j]*scale[j] - (v[j]-m)*slope[j] - shift[j]
		}
	}
}

// LayerNorm is y[i] = (x[i] − mean)·rstd·gamma[i] + beta[i].
func LayerNorm[F Float](y, x, gamma, beta []F, mean, rstd F) {
	y, gamma, beta = y[:len(x)], gamma[:len(x)], beta[:len(x)]
	if p := first(x); p != nil {
		layerNormVector(len(x), first(y), p, first(gamma), first(beta), float32(mean), float32(rstd))
		return
	}
	layerNormLoop(y, x, gamma, beta, mean, rstd)
}

func layerNormLoop[F Float](y, x, gamma, beta []F, mean, rstd F) {
	for i, v := range x {
		y[i] = (v-mean)*rstd*gamma[i] + beta[i]
	}
}

// LayerNormGrad is the gradient of LayerNorm: dx[i] = dy[i]·gamma[i]·rstd −
// (x[i] − mean)·slope − shift, and dgamma[i] += dy[i]·(x[i] − mean)·rstd and
// dbeta[i] += dy[i].
func LayerNormGrad[F Float](dx, dgamma, dbeta, dy, x, gamma []F, mean, rstd, slope, shift F) {
	n := len(x)
	dx, dgamma, dbeta, dy, gamma = dx[:n], dgamma[:n], dbeta[:n], dy[:n], gamma[:n]
	if p := first(x); p != nil {
		layerNormGradVector(n, first(dx), first(dgamma), first(dbeta), first(dy), p, first(gamma), float32(mean), float32(rstd), float32(slope), float32(shift))
		return
	}
	layerNormGradLoop(dx, dgamma, dbeta, dy, x, gamma, mean, rstd, slope, shift)
}

func layerNormGradLoop[F Float](dx, dgamma, dbeta, dy, x, gamma []F, mean, rstd, slope, shift F) {
	for i, v := range x {
		d, g := v-mean, dy[i]
		dgamma[i] += g * (d * rstd)
		dbeta[i] += g
		dx[i] = g*gamma[i]*rstd - d*slope - shift
	}
}

// ScaleColumns is y[r, j] = x[r, j]·scale[j].
func ScaleColumns[F Float](y, x, scale []F) {
	c := len(scale)
	x = wholeRows(x, c)
	y = y[:len(x)]
	if p := first(x); p != nil {
		var buffer [periodColumns]F
		k := rowsAtOnce(c)
		scaleRows(len(x), k*c, first(y), p, first(repeat(&buffer, scale, k)))
		return
	}
	scaleRowsLoop(y, x, scale)
}

func scaleRowsLoop[F Float](y, x, scale []F) {
	c := len(scale)
	for lo := 0; lo < len(x); lo += c {
		hi := min(lo+c, len(x))
		src, dst := x[lo:hi], y[lo:hi]
		for j, s := range scale[:len(src)] {
			dst[j] = src[j] * s
		}
	}
}
