package f32

import "math"

// The activation functions, and their gradients. A gradient's loop computes
// dx[i] = dy[i]·f'(i), with the derivative from y (the output) or from x (the
// input), whichever is its last argument. dst may be src, and dx may be dy.
// A NaN in gives a NaN out.

// each is dst[i] = f(src[i]), computed in float64.
//
// The conversion has a loop of its own. On amd64 its instruction waits for the
// old contents of its target register, which would be the result of the last f:
// the calls of f would run one after the other (measured for GELUTanh: 36 ns an
// element, against 10).
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

// Relu is dst[i] = max(src[i], 0).
func Relu[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		reluVector(len(dst), p, first(src))
		return
	}
	for i, v := range src {
		dst[i] = max(v, 0)
	}
}

// ReluGrad is dx[i] = dy[i] where y[i] is not 0, else 0.
func ReluGrad[F Float](dx, dy, y []F) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	if p := first(dx); p != nil {
		reluGradVector(len(dx), p, first(dy), first(y))
		return
	}
	switch dx := any(dx).(type) {
	case []float32:
		reluGrad32(dx, any(dy).([]float32), any(y).([]float32))
	case []float64:
		reluGrad64(dx, any(dy).([]float64), any(y).([]float64))
	}
}

// reluGrad32 works on the bits, of which the compiler can select some without a
// branch: half the branches would be mispredicted (measured: five times slower).
func reluGrad32(dx, dy, y []float32) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	for i, v := range y {
		g := math.Float32bits(dy[i])
		if math.Float32bits(v)<<1 == 0 {
			g = 0
		}
		dx[i] = math.Float32frombits(g)
	}
}

func reluGrad64(dx, dy, y []float64) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	for i, v := range y {
		g := math.Float64bits(dy[i])
		if math.Float64bits(v)<<1 == 0 {
			g = 0
		}
		dx[i] = math.Float64frombits(g)
	}
}

// Leaky is dst[i] = src[i] where that is positive, else slope·src[i].
func Leaky[F Float](dst, src []F, slope F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		leakyVector(len(dst), p, first(src), float32(slope))
		return
	}
	for i, v := range src {
		dst[i] = max(v, 0) + slope*min(v, 0)
	}
}

// LeakyGrad is dx[i] = dy[i] where v[i] is positive, else slope·dy[i]. v is the
// input of Leaky, or its output where the slope is not negative.
func LeakyGrad[F Float](dx, dy, v []F, slope F) {
	dx, dy = dx[:len(v)], dy[:len(v)]
	if p := first(dx); p != nil {
		leakyGradVector(len(dx), p, first(dy), first(v), float32(slope))
		return
	}
	factor := [2]F{1, slope}
	for i, v := range v {
		var k int
		if !(v > 0) {
			k = 1
		}
		dx[i] = dy[i] * factor[k&1]
	}
}

// ELU is dst[i] = src[i] where that is positive, else alpha·(eˣ − 1).
func ELU[F Float](dst, src []F, alpha F) {
	each(dst, src, func(x float64) float64 {
		if x > 0 {
			return x
		}
		return float64(alpha) * math.Expm1(x)
	})
}

// ELUGrad is the gradient of ELU, from its output; alpha is not negative.
func ELUGrad[F Float](dx, dy, y []F, alpha F) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	if p := first(dx); p != nil {
		eluGradVector(len(dx), p, first(dy), first(y), float32(alpha))
		return
	}
	for i, v := range y {
		g := dy[i]
		if !(v > 0) {
			g *= v + alpha
		}
		dx[i] = g
	}
}

// GELU is dst[i] = x·Φ(x), with Φ the normal distribution function and x = src[i].
func GELU[F Float](dst, src []F) { each(dst, src, gelu) }

// GELUGrad is the gradient of GELU, from its input.
func GELUGrad[F Float](dx, dy, x []F) { eachGrad(dx, dy, x, geluSlope) }

func gelu(x float64) float64 { return x * normalCDF(x) }

func geluSlope(x float64) float64 {
	density := math.Exp(-0.5*x*x) / math.Sqrt(2*math.Pi)
	return normalCDF(x) + x*density
}

func normalCDF(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// GELUTanh is GELU in its tanh approximation.
func GELUTanh[F Float](dst, src []F) { each(dst, src, geluTanh) }

// GELUTanhGrad is the gradient of GELUTanh, from its input.
func GELUTanhGrad[F Float](dx, dy, x []F) { eachGrad(dx, dy, x, geluTanhSlope) }

// The approximation is ½x(1 + tanh(geluA·(x + geluB·x³))).
const (
	geluA = 0.7978845608028654 // √(2/π)
	geluB = 0.044715
)

func geluTanh(x float64) float64 { return 0.5 * x * (1 + math.Tanh(geluA*(x+geluB*x*x*x))) }

func geluTanhSlope(x float64) float64 {
	t := math.Tanh(geluA * (x + geluB*x*x*x))
	return 0.5*(1+t) + 0.5*x*(1-t*t)*geluA*(1+3*geluB*x*x)
}

// SiLU is dst[i] = x·σ(x), with σ the logistic function and x = src[i].
func SiLU[F Float](dst, src []F) { each(dst, src, silu) }

// SiLUGrad is the gradient of SiLU, from its input.
func SiLUGrad[F Float](dx, dy, x []F) { eachGrad(dx, dy, x, siluSlope) }

func silu(x float64) float64 { return x * sigmoid(x) }

func siluSlope(x float64) float64 {
	s := sigmoid(x)
	return s * (1 + x*(1-s))
}

// Sigmoid is dst[i] = 1/(1 + e^−src[i]).
func Sigmoid[F Float](dst, src []F) { each(dst, src, sigmoid) }

// SigmoidGrad is the gradient of Sigmoid, from its output.
func SigmoidGrad[F Float](dx, dy, y []F) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	if p := first(dx); p != nil {
		sigmoidGradVector(len(dx), p, first(dy), first(y))
		return
	}
	for i, v := range y {
		dx[i] = dy[i] * v * (1 - v)
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// ScaledTanh is dst[i] = a·tanh(s·src[i]).
func ScaledTanh[F Float](dst, src []F, a, s float64) {
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
	for i, v := range y {
		dx[i] = dy[i] * (top - curve*v*v)
	}
}
