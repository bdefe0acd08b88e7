package f32

import "math"

// The activation functions that need an elementary function. The assembly
// computes in float32, the loops in Go in float64.

// GELU is dst[i] = x·Φ(x), with Φ the normal distribution function and x = src[i].
func GELU[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		geluVector(len(dst), p, first(src))
		return
	}
	geluLoop(dst, src)
}

func geluLoop[F Float](dst, src []F) {
	each(dst, src, gelu)
}

// GELUGrad is the gradient of GELU, from its input.
func GELUGrad[F Float](dx, dy, x []F) {
	dx, dy = dx[:len(x)], dy[:len(x)]
	if p := first(dx); p != nil {
		geluGradVector(len(dx), p, first(dy), first(x))
		return
	}
	geluGradLoop(dx, dy, x)
}

func geluGradLoop[F Float](dx, dy, x []F) {
	eachGrad(dx, dy, x, geluSlope)
}

func gelu(x float64) float64 { return x * normalCDF(x) }

func geluSlope(x float64) float64 {
	density := math.Exp(-0.5*x*x) / math.Sqrt(2*math.Pi)
	return normalCDF(x) + x*density
}

func normalCDF(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// GELUTanh is GELU in its tanh approximation.
func GELUTanh[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		geluTanhVector(len(dst), p, first(src))
		return
	}
	geluTanhLoop(dst, src)
}

func geluTanhLoop[F Float](dst, src []F) {
	each(dst, src, geluTanh)
}

// GELUTanhGrad is the gradient of GELUTanh, from its input.
func GELUTanhGrad[F Float](dx, dy, x []F) {
	dx, dy = dx[:len(x)], dy[:len(x)]
	if p := first(dx); p != nil {
		geluTanhGradVector(len(dx), p, first(dy), first(x))
		return
	}
	geluTanhGradLoop(dx, dy, x)
}

func geluTanhGradLoop[F Float](dx, dy, x []F) {
	eachGrad(dx, dy, x, geluTanhSlope)
}

// The approximation is ½x(1 + tanh(z/2)), which is x·σ(z), with z = x·(geluA + geluB·x²).
const (
	geluA = 1.5957691216057308 // 2√(2/π)
	geluB = 0.044715 * geluA
)

func geluTanh(x float64) float64 { return x * sigmoid(x*(geluA+geluB*x*x)) }

func geluTanhSlope(x float64) float64 {
	s := sigmoid(x * (geluA + geluB*x*x))
	return s * (1 + x*(1-s)*(geluA+3*geluB*x*x))
}

// SiLU is dst[i] = x·σ(x), with σ the logistic function and x = src[i].
func SiLU[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		siluVector(len(dst), p, first(src))
		return
	}
	siluLoop(dst, src)
}

func siluLoop[F Float](dst, src []F) {
	each(dst, src, silu)
}

// SiLUGrad is the gradient of SiLU, from its input.
func SiLUGrad[F Float](dx, dy, x []F) {
	dx, dy = dx[:len(x)], dy[:len(x)]
	if p := first(dx); p != nil {
		siluGradVector(len(dx), p, first(dy), first(x))
		return
	}
	siluGradLoop(dx, dy, x)
}

func siluGradLoop[F Float](dx, dy, x []F) {
	eachGrad(dx, dy, x, siluSlope)
}

func silu(x float64) float64 { return x * sigmoid(x) }

func siluSlope(x float64) float64 {
	s := sigmoid(x)
	return s * (1 + x*(1-s))
}

// Sigmoid is dst[i] = 1/(1 + e^−src[i]).
func Sigmoid[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		sigmoidVector(len(dst), p, first(src))
		return
	}
	sigmoidLoop(dst, src)
}

func sigmoidLoop[F Float](dst, src []F) {
	each(dst, src, sigmoid)
}

// SigmoidGrad is the gradient of Sigmoid, from its output.
func SigmoidGrad[F Float](dx, dy, y []F) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	if p := first(dx); p != nil {
		sigmoidGradVector(len(dx), p, first(dy), first(y))
		return
	}
	sigmoidGradLoop(dx, dy, y)
}

func sigmoidGradLoop[F Float](dx, dy, y []F) {
	for i, v := range y {
		dx[i] = dy[i] * v * (1 - v)
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// ScaledTanh is dst[i] = a·tanh(s·src[i]).
func ScaledTanh[F Float](dst, src []F, a, s float64) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil && assembly { // the loop in Go keeps the digits of a and s
		tanhVector(len(dst), p, first(src), float32(a), float32(s))
		return
	}
	tanhLoop(dst, src, a, s)
}

func tanhLoop[F Float](dst, src []F, a, s float64) {
	each(dst, src, func(x float64) float64 { return a * math.Tanh(s*x) })
}

// ScaledTanhGrad is the gradient of ScaledTanh, from its output.
func ScaledTanhGrad[F Float](dx, dy, y []F, a, s float64) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	top, curve := F(s*a), F(s/a)
	if p := first(dx); p != nil {
		tanhGradVector(len(dx), p, first(dy), first(y), float32(top), float32(curve))
		return
	}
	tanhGradLoop(dx, dy, y, top, curve)
}

func tanhGradLoop[F Float](dx, dy, y []F, top, curve F) {
	for i, v := range y {
		dx[i] = dy[i] * (top - curve*v*v)
	}
}
