package f32

// Scale is dst[i] = src[i]·alpha; dst may be src.
func Scale[F Float](dst, src []F, alpha F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		scaleVector(len(dst), p, first(src), float32(alpha))
		return
	}
	scaleLoop(dst, src, alpha)
}

func scaleLoop[F Float](dst, src []F, alpha F) {
	for i, v := range src {
		dst[i] = v * alpha
	}
}

// Axpy is dst[i] += alpha·src[i].
func Axpy[F Float](dst []F, alpha F, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		axpyVector(len(dst), p, first(src), float32(alpha))
		return
	}
	axpyLoop(dst, alpha, src)
}

func axpyLoop[F Float](dst []F, alpha F, src []F) {
	for i, v := range src {
		dst[i] += alpha * v
	}
}

// AxpyFour is four times Axpy, in the order of its arguments, with dst read and
// written once.
func AxpyFour[F Float](dst []F, alpha [4]F, a, b, c, d []F) {
	n := len(dst)
	a, b, c, d = a[:n], b[:n], c[:n], d[:n]
	if p := first(dst); p != nil {
		axpyFourVector(n, p, first(a), first(b), first(c), first(d), float32(alpha[0]), float32(alpha[1]), float32(alpha[2]), float32(alpha[3]))
		return
	}
	axpyFourLoop(dst, alpha, a, b, c, d)
}

func axpyFourLoop[F Float](dst []F, alpha [4]F, a, b, c, d []F) {
	for i, v := range dst {
		v += alpha[0] * a[i]
		v += alpha[1] * b[i]
		v += alpha[2] * c[i]
		v += alpha[3] * d[i]
		dst[i] = v
	}
}

// Axpby is dst[i] = alpha·src[i] + beta·dst[i].
func Axpby[F Float](dst []F, alpha F, src []F, beta F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		axpbyVector(len(dst), p, first(src), float32(alpha), float32(beta))
		return
	}
	axpbyLoop(dst, alpha, src, beta)
}

func axpbyLoop[F Float](dst []F, alpha F, src []F, beta F) {
	for i, v := range src {
		dst[i] = alpha*v + beta*dst[i]
	}
}

// AxpyDifference is dst[i] += alpha·(x[i] − y[i]).
func AxpyDifference[F Float](dst []F, alpha F, x, y []F) {
	x, y = x[:len(dst)], y[:len(dst)]
	if p := first(dst); p != nil {
		axpyDifferenceVector(len(dst), p, first(x), first(y), float32(alpha))
		return
	}
	axpyDifferenceLoop(dst, alpha, x, y)
}

func axpyDifferenceLoop[F Float](dst []F, alpha F, x, y []F) {
	for i := range dst {
		dst[i] += alpha * (x[i] - y[i])
	}
}

// Sum is the sum of x, in float64. The length determines the order.
func Sum[F Float](x []F) float64 {
	if p := first(x); p != nil {
		var s float64
		sumVector(len(x), p, &s)
		return s
	}
	return sumLoop(x)
}

func sumLoop[F Float](x []F) (s float64) {
	for _, v := range x {
		s += float64(v)
	}
	return s
}

// Dot is the sum of x[i]·y[i], in float64. The length determines the order.
func Dot[F Float](x, y []F) float64 {
	y = y[:len(x)]
	if p := first(x); p != nil {
		var s float64
		dotVector(len(x), p, first(y), &s)
		return s
	}
	return dotLoop(x, y)
}

func dotLoop[F Float](x, y []F) (s float64) {
	for i, v := range x {
		s += float64(v) * float64(y[i])
	}
	return s
}

// SquaredDistance is the sum of (x[i] − y[i])². The length determines the order.
func SquaredDistance[F Float](x, y []F) F {
	y = y[:len(x)]
	if p := first(x); p != nil {
		var s float32
		squaredDistanceVector(len(x), p, first(y), &s)
		return F(s)
	}
	return squaredDistanceLoop(x, y)
}

func squaredDistanceLoop[F Float](x, y []F) (s F) {
	for i, v := range x {
		d := v - y[i]
		s += d * d
	}
	return s
}
