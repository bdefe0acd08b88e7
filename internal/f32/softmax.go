package f32

import "math"

// The parts of a softmax over the values of x.

// MaxOf returns the largest value of x, which has at least one, or NaN where one
// is. It may be one of several zeros.
func MaxOf[F Float](x []F) F {
	if p := first(x); p != nil {
		var largest float32
		maxVector(len(x), p, &largest)
		return F(largest)
	}
	return maxLoop(x)
}

func maxLoop[F Float](x []F) F {
	largest := x[0]
	for _, v := range x {
		largest = max(largest, v)
	}
	return largest
}

// SumExp is the sum of e^(x[i] − top), in float64. The length determines the order.
func SumExp[F Float](x []F, top F) (sum float64) {
	if p := first(x); p != nil {
		sumExpVector(len(x), p, &sum, float32(top))
		return sum
	}
	return sumExpLoop(x, top)
}

func sumExpLoop[F Float](x []F, top F) (sum float64) {
	for _, v := range x {
		sum += math.Exp(float64(v) - float64(top))
	}
	return sum
}

// ExpSum is dst[i] = e^(src[i] − top), and returns SumExp. dst may be src.
func ExpSum[F Float](dst, src []F, top F) (sum float64) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		expSumVector(len(dst), p, first(src), &sum, float32(top))
		return sum
	}
	return expSumLoop(dst, src, top)
}

func expSumLoop[F Float](dst, src []F, top F) (sum float64) {
	for i, v := range src {
		e := math.Exp(float64(v) - float64(top))
		dst[i] = F(e)
		sum += e
	}
	return sum
}

// ScaledExp is dst[i] = scale·e^(src[i] − top) + shift: with the scale 1/SumExp,
// the softmax. dst may be src.
func ScaledExp[F Float](dst, src []F, top F, scale, shift float64) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil && assembly { // the loop in Go keeps the digits of scale and shift
		scaledExpVector(len(dst), p, first(src), float32(top), float32(scale), float32(shift))
		return
	}
	scaledExpLoop(dst, src, top, scale, shift)
}

func scaledExpLoop[F Float](dst, src []F, top F, scale, shift float64) {
	for i, v := range src {
		dst[i] = F(scale*math.Exp(float64(v)-float64(top)) + shift)
	}
}

// SoftmaxGrad is dx[i] = scale·p[i]·(dp[i] − sum): the gradient of a softmax p, of
// the scaled values, with sum = Σ p[i]·dp[i]. dx may be dp.
func SoftmaxGrad[F Float](dx, dp, p []F, sum, scale F) {
	dx, dp = dx[:len(p)], dp[:len(p)]
	if at := first(dx); at != nil {
		softmaxGradVector(len(dx), at, first(dp), first(p), float32(sum), float32(scale))
		return
	}
	softmaxGradLoop(dx, dp, p, sum, scale)
}

func softmaxGradLoop[F Float](dx, dp, p []F, sum, scale F) {
	for i, v := range p {
		dx[i] = scale * v * (dp[i] - sum)
	}
}
