//go:build (!amd64 && !arm64) || noasm

package f32

import "unsafe"

// The vector loops of a build without assembly: the loops in Go, under the names that the
// assembly has in the other builds.

func reluVector(n int, dst, src *float32) {
	reluLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func reluGradVector(n int, dx, dy, y *float32) {
	reluGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(y, n))
}

func leakyVector(n int, dst, src *float32, slope float32) {
	leakyLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n), slope)
}

func leakyGradVector(n int, dx, dy, v *float32, slope float32) {
	leakyGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(v, n), slope)
}

func eluGradVector(n int, dx, dy, y *float32, alpha float32) {
	eluGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(y, n), alpha)
}

func sigmoidGradVector(n int, dx, dy, y *float32) {
	sigmoidGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(y, n))
}

func tanhGradVector(n int, dx, dy, y *float32, top, curve float32) {
	tanhGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(y, n), top, curve)
}

func relu6Vector(n int, dst, src *float32) {
	relu6Loop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func relu6GradVector(n int, dx, dy, y *float32) {
	relu6GradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(y, n))
}

func hardSigmoidVector(n int, dst, src *float32) {
	hardSigmoidLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func hardSigmoidGradVector(n int, dx, dy, y *float32) {
	hardSigmoidGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(y, n))
}

func hardSwishVector(n int, dst, src *float32) {
	hardSwishLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func hardSwishGradVector(n int, dx, dy, x *float32) {
	hardSwishGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(x, n))
}

func addVector(n int, dst, a, b *float32) {
	addLoop(unsafe.Slice(dst, n), unsafe.Slice(a, n), unsafe.Slice(b, n))
}

func mulVector(n int, dst, a, b *float32) {
	mulLoop(unsafe.Slice(dst, n), unsafe.Slice(a, n), unsafe.Slice(b, n))
}

func mixVector(n int, y, a, b, gate *float32) {
	mixLoop(unsafe.Slice(y, n), unsafe.Slice(a, n), unsafe.Slice(b, n), unsafe.Slice(gate, n))
}

func mulDifferenceVector(n int, dst, x, a, b *float32) {
	mulDifferenceLoop(unsafe.Slice(dst, n), unsafe.Slice(x, n), unsafe.Slice(a, n), unsafe.Slice(b, n))
}

func mulComplementVector(n int, dst, x, gate *float32) {
	mulComplementLoop(unsafe.Slice(dst, n), unsafe.Slice(x, n), unsafe.Slice(gate, n))
}

func scaleVector(n int, dst, src *float32, alpha float32) {
	scaleLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n), alpha)
}

func axpyVector(n int, dst, src *float32, alpha float32) {
	axpyLoop(unsafe.Slice(dst, n), alpha, unsafe.Slice(src, n))
}

func axpyFourVector(n int, dst, a, b, c, d *float32, alpha, beta, gamma, delta float32) {
	axpyFourLoop(unsafe.Slice(dst, n), [4]float32{alpha, beta, gamma, delta}, unsafe.Slice(a, n), unsafe.Slice(b, n), unsafe.Slice(c, n), unsafe.Slice(d, n))
}

func axpyDifferenceVector(n int, dst, x, y *float32, alpha float32) {
	axpyDifferenceLoop(unsafe.Slice(dst, n), alpha, unsafe.Slice(x, n), unsafe.Slice(y, n))
}

func softmaxGradVector(n int, dx, dp, p *float32, sum, scale float32) {
	softmaxGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dp, n), unsafe.Slice(p, n), sum, scale)
}

func normalizeRows(n, width int, y, x, mean, scale, shift *float32) {
	normalization[float32]{unsafe.Slice(mean, width), unsafe.Slice(scale, width), unsafe.Slice(shift, width)}.loop(unsafe.Slice(y, n), unsafe.Slice(x, n), nil, false)
}

func normalizeReluRows(n, width int, y, x, mean, scale, shift *float32) {
	normalization[float32]{unsafe.Slice(mean, width), unsafe.Slice(scale, width), unsafe.Slice(shift, width)}.loop(unsafe.Slice(y, n), unsafe.Slice(x, n), nil, true)
}

func normalizeAddRows(n, width int, y, x, other, mean, scale, shift *float32) {
	normalization[float32]{unsafe.Slice(mean, width), unsafe.Slice(scale, width), unsafe.Slice(shift, width)}.loop(unsafe.Slice(y, n), unsafe.Slice(x, n), unsafe.Slice(other, n), false)
}

func normalizeAddReluRows(n, width int, y, x, other, mean, scale, shift *float32) {
	normalization[float32]{unsafe.Slice(mean, width), unsafe.Slice(scale, width), unsafe.Slice(shift, width)}.loop(unsafe.Slice(y, n), unsafe.Slice(x, n), unsafe.Slice(other, n), true)
}

func normalizeGradRows(n, width int, dx, dy, x, mean, scale, slope, shift *float32) {
	normalizeGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(x, n), unsafe.Slice(mean, width), unsafe.Slice(scale, width), unsafe.Slice(slope, width), unsafe.Slice(shift, width))
}

func layerNormVector(n int, y, x, gamma, beta *float32, mean, rstd float32) {
	layerNormLoop(unsafe.Slice(y, n), unsafe.Slice(x, n), unsafe.Slice(gamma, n), unsafe.Slice(beta, n), mean, rstd)
}

func layerNormGradVector(n int, dx, dgamma, dbeta, dy, x, gamma *float32, mean, rstd, slope, shift float32) {
	layerNormGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dgamma, n), unsafe.Slice(dbeta, n), unsafe.Slice(dy, n), unsafe.Slice(x, n), unsafe.Slice(gamma, n), mean, rstd, slope, shift)
}

func scaleRows(n, width int, y, x, scale *float32) {
	scaleRowsLoop(unsafe.Slice(y, n), unsafe.Slice(x, n), unsafe.Slice(scale, width))
}

func preluRows(n, width int, y, x, slope *float32) {
	preluLoop(unsafe.Slice(y, n), unsafe.Slice(x, n), unsafe.Slice(slope, width))
}

func preluGradRows(n, width int, dx, dy, x, slope *float32) {
	preluGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(x, n), unsafe.Slice(slope, width))
}

func columnSumsBlock(rows, stride, width int, x *float32, sum *float64) {
	n := (rows-1)*stride + width
	columnLoop[float32]{kind: columnSums, x: unsafe.Slice(x, n), stride: stride, columns: width}.loop(rows, unsafe.Slice(sum, width), nil)
}

func momentsBlock(rows, stride, width int, x, pivot *float32, sum, dot *float64) {
	n := (rows-1)*stride + width
	columnLoop[float32]{kind: moments, x: unsafe.Slice(x, n), mean: unsafe.Slice(pivot, width), stride: stride, columns: width}.loop(rows, unsafe.Slice(sum, width), unsafe.Slice(dot, width))
}

func gradSumsBlock(rows, stride, width int, dy, x, mean *float32, sum, dot *float64) {
	n := (rows-1)*stride + width
	columnLoop[float32]{kind: gradSums, dy: unsafe.Slice(dy, n), x: unsafe.Slice(x, n), mean: unsafe.Slice(mean, width), stride: stride, columns: width}.loop(rows, unsafe.Slice(sum, width), unsafe.Slice(dot, width))
}

func reluGradSumsBlock(rows, stride, width int, dx, dy, y, x, mean *float32, sum, dot *float64) {
	n := (rows-1)*stride + width
	columnLoop[float32]{kind: reluGradSums, dx: unsafe.Slice(dx, n), dy: unsafe.Slice(dy, n), y: unsafe.Slice(y, n), x: unsafe.Slice(x, n), mean: unsafe.Slice(mean, width), stride: stride, columns: width}.loop(rows, unsafe.Slice(sum, width), unsafe.Slice(dot, width))
}

func preluSlopeBlock(rows, stride, width int, dy, x *float32, sum *float64) {
	n := (rows-1)*stride + width
	columnLoop[float32]{kind: preluSlope, dy: unsafe.Slice(dy, n), x: unsafe.Slice(x, n), stride: stride, columns: width}.loop(rows, unsafe.Slice(sum, width), nil)
}

func addRowsGroup(rows, stride, width int, dst, src *float32) {
	sum, all := unsafe.Slice(dst, width), unsafe.Slice(src, (rows-1)*stride+width)
	for i := range rows {
		addLoop(sum, sum, all[i*stride:])
	}
}

func expVector(n int, dst, src *float32) {
	expLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func logVector(n int, dst, src *float32) {
	logLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func erfVector(n int, dst, src *float32) {
	erfLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func rsqrtVector(n int, dst, src *float32) {
	rsqrtLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func tanhVector(n int, dst, src *float32, a, s float32) {
	tanhLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n), float64(a), float64(s))
}

func sigmoidVector(n int, dst, src *float32) {
	sigmoidLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func siluVector(n int, dst, src *float32) {
	siluLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func siluGradVector(n int, dx, dy, x *float32) {
	siluGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(x, n))
}

func geluVector(n int, dst, src *float32) {
	geluLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func geluGradVector(n int, dx, dy, x *float32) {
	geluGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(x, n))
}

func geluTanhVector(n int, dst, src *float32) {
	geluTanhLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}

func geluTanhGradVector(n int, dx, dy, x *float32) {
	geluTanhGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dy, n), unsafe.Slice(x, n))
}

func eluVector(n int, dst, src *float32, alpha float32) {
	eluLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n), alpha)
}

func scaledExpVector(n int, dst, src *float32, top, scale, shift float32) {
	scaledExpLoop(unsafe.Slice(dst, n), unsafe.Slice(src, n), top, float64(scale), float64(shift))
}

func maxVector(n int, x *float32, largest *float32) {
	*largest = maxLoop(unsafe.Slice(x, n))
}

func sumExpVector(n int, x *float32, sum *float64, top float32) {
	*sum = sumExpLoop(unsafe.Slice(x, n), top)
}

func expSumVector(n int, dst, x *float32, sum *float64, top float32) {
	*sum = expSumLoop(unsafe.Slice(dst, n), unsafe.Slice(x, n), top)
}

func sgdVector(n int, w, grad *float32, rate, decay float32) {
	sgdLoop(unsafe.Slice(w, n), unsafe.Slice(grad, n), rate, decay)
}

func momentumVector(n int, w, b, grad *float32, rate, momentum, decay float32) {
	momentumLoop(unsafe.Slice(w, n), unsafe.Slice(grad, n), unsafe.Slice(b, n), rate, momentum, decay)
}

func nesterovVector(n int, w, b, grad *float32, rate, momentum, decay float32) {
	nesterovLoop(unsafe.Slice(w, n), unsafe.Slice(grad, n), unsafe.Slice(b, n), rate, momentum, decay)
}

func adamVector(n int, w, m, v, grad *float32, rate, beta1, rest1, beta2, rest2, root, eps, decay, shrink float32) {
	AdamStep{rate, beta1, rest1, beta2, rest2, root, eps, decay, shrink}.adamLoop(unsafe.Slice(w, n), unsafe.Slice(grad, n), unsafe.Slice(m, n), unsafe.Slice(v, n))
}

func rmspropVector(n int, w, v, grad *float32, rate, alpha, rest, eps, decay float32) {
	RMSPropStep{Rate: rate, Alpha: alpha, Rest: rest, Eps: eps, Decay: decay}.rmspropLoop(unsafe.Slice(w, n), unsafe.Slice(grad, n), unsafe.Slice(v, n))
}

func rmspropMomentumVector(n int, w, v, b, grad *float32, rate, alpha, rest, eps, decay, momentum float32) {
	RMSPropStep{rate, alpha, rest, eps, decay, momentum}.rmspropMomentumLoop(unsafe.Slice(w, n), unsafe.Slice(grad, n), unsafe.Slice(v, n), unsafe.Slice(b, n))
}

func axpbyVector(n int, dst, src *float32, alpha, beta float32) {
	axpbyLoop(unsafe.Slice(dst, n), alpha, unsafe.Slice(src, n), beta)
}

func sumVector(n int, x *float32, sum *float64) {
	*sum = sumLoop(unsafe.Slice(x, n))
}

func dotVector(n int, x, y *float32, sum *float64) {
	*sum = dotLoop(unsafe.Slice(x, n), unsafe.Slice(y, n))
}

func squaredDistanceVector(n int, x, y *float32, sum *float32) {
	*sum = squaredDistanceLoop(unsafe.Slice(x, n), unsafe.Slice(y, n))
}

func maxPoolWindows(count, height, width, c, step, line int, x, y *float32) {
	w := Windows{count, height, width, c, step, line}
	maxPoolLoop(unsafe.Slice(y, w.windowsLen()), unsafe.Slice(x, w.imageLen()), w)
}

func avgPoolWindows(count, height, width, c, step, line int, x, y *float32, weight float32) {
	w := Windows{count, height, width, c, step, line}
	avgPoolLoop(unsafe.Slice(y, w.windowsLen()), unsafe.Slice(x, w.imageLen()), weight, w)
}

func avgPoolGradWindows(count, height, width, c, step, line int, accumulate bool, dx, dy *float32, weight float32) {
	w := Windows{count, height, width, c, step, line}
	avgPoolGradLoop(unsafe.Slice(dx, w.imageLen()), unsafe.Slice(dy, w.windowsLen()), weight, w, accumulate)
}

func maxPoolGradWindows(count, height, width, c, step, line int, accumulate bool, dx, x, dy, y *float32) {
	w := Windows{count, height, width, c, step, line}
	maxPoolGradLoop(unsafe.Slice(dx, w.imageLen()), unsafe.Slice(dy, w.windowsLen()), unsafe.Slice(y, w.windowsLen()), unsafe.Slice(x, w.imageLen()), w, accumulate)
}

func lrnVector(size int, n int, y, x, window *float32, k, alpha float32) {
	l := LRN{Size: size, K: float64(k), Alpha: float64(alpha), Beta: vectorBeta}
	lrnLoop(l, unsafe.Slice(y, n), unsafe.Slice(x, n), unsafe.Slice(window, n+size-1))
}

func lrnGradVector(size int, n int, dx, outer, dy, x, window *float32, k, alpha float32) {
	l := LRN{Size: size, K: float64(k), Alpha: float64(alpha), Beta: vectorBeta}
	lrnGradLoop(l, unsafe.Slice(dx, n), unsafe.Slice(outer, n), unsafe.Slice(dy, n), unsafe.Slice(x, n), unsafe.Slice(window, n+size-1))
}

func lrnInnerVector(size int, n int, dx, x, window *float32, slope float32) {
	lrnInnerLoop(LRN{Size: size}, unsafe.Slice(dx, n), unsafe.Slice(x, n), unsafe.Slice(window, n+size-1), slope)
}

func dropoutVector(n int, dst, x *float32, state, limit uint64, scale float32) {
	dropoutLoop(unsafe.Slice(dst, n), unsafe.Slice(x, n), state, limit, scale)
}

func copyRowsVector(rows, columns int, dst *float32, ldd int, src *float32, lds int) {
	copyRowsLoop(unsafe.Slice(dst, (rows-1)*ldd+columns), ldd, unsafe.Slice(src, (rows-1)*lds+columns), lds, columns, rows)
}

func transpose8x8(dst *float32, ldd int, src *float32, lds int) {
	transposeLoop(unsafe.Slice(dst, 7*ldd+8), ldd, unsafe.Slice(src, 7*lds+8), lds, 8, 8)
}

func mulAddVector(n int, dst, a, b *float32) {
	mulAddLoop(unsafe.Slice(dst, n), unsafe.Slice(a, n), unsafe.Slice(b, n))
}

func lstmCellGradVector(n int, dc, tanh, dh, o *float32) {
	lstmCellGradLoop(unsafe.Slice(dc, n), unsafe.Slice(tanh, n), unsafe.Slice(dh, n), unsafe.Slice(o, n))
}

func lstmGateGradVector(n int, di, df, dn, dc, i, f, new, before *float32) {
	lstmGateGradLoop(unsafe.Slice(di, n), unsafe.Slice(df, n), unsafe.Slice(dn, n), unsafe.Slice(dc, n),
		unsafe.Slice(i, n), unsafe.Slice(f, n), unsafe.Slice(new, n), unsafe.Slice(before, n))
}

func gruGradVector(n int, dr, dz, dn, dq, dh, r, z, new, last, before *float32) {
	gruGradLoop(unsafe.Slice(dr, n), unsafe.Slice(dz, n), unsafe.Slice(dn, n), unsafe.Slice(dq, n), unsafe.Slice(dh, n),
		unsafe.Slice(r, n), unsafe.Slice(z, n), unsafe.Slice(new, n), unsafe.Slice(last, n), unsafe.Slice(before, n))
}

func gatedTanhVector(n int, y, x, gate *float32) {
	gatedTanhLoop(unsafe.Slice(y, n), unsafe.Slice(x, n), unsafe.Slice(gate, n))
}

func gatedTanhGradVector(n int, dx, dgate, dy, x, gate *float32) {
	gatedTanhGradLoop(unsafe.Slice(dx, n), unsafe.Slice(dgate, n), unsafe.Slice(dy, n), unsafe.Slice(x, n), unsafe.Slice(gate, n))
}
