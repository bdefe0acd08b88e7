package f32

// The activation functions of mobile networks, made of a line that is cut at both
// ends.

// sixth is the slope of HardSigmoid.
const sixth = 1. / 6

// Relu6 is dst[i] = min(max(src[i], 0), 6).
func Relu6[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		relu6Vector(len(dst), p, first(src))
		return
	}
	relu6Loop(dst, src)
}

func relu6Loop[F Float](dst, src []F) {
	for i, v := range src {
		dst[i] = clamp6(v)
	}
}

func clamp6[F Float](x F) F { return min(max(x, 0), 6) }

// Relu6Grad is dx[i] = 0 where y[i] is 0 or 6, else dy[i].
func Relu6Grad[F Float](dx, dy, y []F) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	if p := first(dx); p != nil {
		relu6GradVector(len(dx), p, first(dy), first(y))
		return
	}
	relu6GradLoop(dx, dy, y)
}

func relu6GradLoop[F Float](dx, dy, y []F) {
	for i, v := range y {
		g := dy[i]
		if v == 0 || v == 6 {
			g = 0
		}
		dx[i] = g
	}
}

// HardSigmoid is dst[i] = Relu6(x + 3)/6, for x = src[i].
func HardSigmoid[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		hardSigmoidVector(len(dst), p, first(src))
		return
	}
	hardSigmoidLoop(dst, src)
}

func hardSigmoidLoop[F Float](dst, src []F) {
	for i, v := range src {
		dst[i] = clamp6(v+3) * sixth
	}
}

// HardSigmoidGrad is the gradient of HardSigmoid, from its output: dx[i] = 0 where
// y[i] is 0 or 1, else dy[i]/6.
func HardSigmoidGrad[F Float](dx, dy, y []F) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	if p := first(dx); p != nil {
		hardSigmoidGradVector(len(dx), p, first(dy), first(y))
		return
	}
	hardSigmoidGradLoop(dx, dy, y)
}

func hardSigmoidGradLoop[F Float](dx, dy, y []F) {
	for i, v := range y {
		g := dy[i] * sixth
		if v == 0 || v == 1 {
			g = 0
		}
		dx[i] = g
	}
}

// HardSwish is dst[i] = x·Relu6(x + 3)/6, for x = src[i].
func HardSwish[F Float](dst, src []F) {
	dst = dst[:len(src)]
	if p := first(dst); p != nil {
		hardSwishVector(len(dst), p, first(src))
		return
	}
	hardSwishLoop(dst, src)
}

func hardSwishLoop[F Float](dst, src []F) {
	for i, v := range src {
		dst[i] = v * (clamp6(v+3) * sixth)
	}
}

// HardSwishGrad is the gradient of HardSwish, from its input: 0 up to −3, dy[i] from
// 3 on, and dy[i]·(2x + 3)/6 between.
func HardSwishGrad[F Float](dx, dy, x []F) {
	dx, dy = dx[:len(x)], dy[:len(x)]
	if p := first(dx); p != nil {
		hardSwishGradVector(len(dx), p, first(dy), first(x))
		return
	}
	hardSwishGradLoop(dx, dy, x)
}

func hardSwishGradLoop[F Float](dx, dy, x []F) {
	for i, v := range x {
		g := dy[i]
		switch {
		case v <= -3:
			g = 0
		case !(v >= 3):
			g *= (v + v + 3) * sixth
		}
		dx[i] = g
	}
}
