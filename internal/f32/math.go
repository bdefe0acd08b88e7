package f32

import "math"

// The elementary functions. The assembly computes in float32, to a few units in the last
// place (the test has the bounds); the loops in Go compute in float64. dst may be src.

// each is dst[i] = f(src[i]), computed in float64.
//
// The conversion has a loop of its own. On amd64 its instruction waits for the
// old contents of its target register, which would be the result of the last f:
// the calls of f would run one after the other.
func each[F Float](dst, src []F, f func(x float64) float64) {
	var wide [128]float64
	for len(src) > 0 {
		x := wide[:min(len(src), len(wide))]
		for i, v := range src[:len(x)] {
			x[i] = float64(v)
		}
		for i, v := range x {
			dst[i] = F(f(v))
		}
		dst, src = dst[len(x):], src[len(x):]
	}
}

// eachGrad is dx[i] = dy[i]·df(x[i]), with df computed in float64.
func eachGrad[F Float](dx, dy, x []F, df func(x float64) float64) {
	var wide [128]F
	for len(x) > 0 {
		d := wide[:min(len(x), len(wide))]
		each(d, x[:len(d)], df)
		for i, v := range d {
			dx[i] = dy[i] * v
		}
		dx, dy, x = dx[len(d):], dy[len(d):], x[len(d):]
	}
}

// Exp is dst[i] = e^src[i].
func Exp[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		expVector(len(dst), p, first(src))
		return
	}
	expLoop(dst, src)
}

func expLoop[F Float](dst, src []F) {
	each(dst, src, math.Exp)
}

// Log is the natural logarithm, dst[i] = ln src[i].
func Log[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		logVector(len(dst), p, first(src))
		return
	}
	logLoop(dst, src)
}

func logLoop[F Float](dst, src []F) {
	each(dst, src, math.Log)
}

// Tanh is dst[i] = tanh(src[i]).
func Tanh[F Float](dst, src []F) { ScaledTanh(dst, src, 1, 1) }

// Erf is the error function, dst[i] = erf(src[i]).
func Erf[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		erfVector(len(dst), p, first(src))
		return
	}
	erfLoop(dst, src)
}

func erfLoop[F Float](dst, src []F) {
	each(dst, src, math.Erf)
}

// Rsqrt is dst[i] = 1/√src[i].
func Rsqrt[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		rsqrtVector(len(dst), p, first(src))
		return
	}
	rsqrtLoop(dst, src)
}

func rsqrtLoop[F Float](dst, src []F) {
	each(dst, src, func(x float64) float64 { return 1 / math.Sqrt(x) })
}
