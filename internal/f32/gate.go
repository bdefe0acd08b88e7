package f32

// Mix is y[i] = (1 − g[i])·a[i] + g[i]·b[i].
func Mix[F Float](y, a, b, g []F) {
	y, a, b = y[:len(g)], a[:len(g)], b[:len(g)]
	if p := first(y); p != nil {
		mixVector(len(y), p, first(a), first(b), first(g))
		return
	}
	mixLoop(y, a, b, g)
}

func mixLoop[F Float](y, a, b, g []F) {
	for i, g := range g {
		y[i] = (1-g)*a[i] + g*b[i]
	}
}

// MulDifference is dst[i] = x[i]·(a[i] − b[i]).
func MulDifference[F Float](dst, x, a, b []F) {
	x, a, b = x[:len(dst)], a[:len(dst)], b[:len(dst)]
	if p := first(dst); p != nil {
		mulDifferenceVector(len(dst), p, first(x), first(a), first(b))
		return
	}
	mulDifferenceLoop(dst, x, a, b)
}

func mulDifferenceLoop[F Float](dst, x, a, b []F) {
	for i := range dst {
		dst[i] = x[i] * (a[i] - b[i])
	}
}

// MulComplement is dst[i] = x[i]·(1 − g[i]).
func MulComplement[F Float](dst, x, g []F) {
	dst, x = dst[:len(g)], x[:len(g)]
	if p := first(dst); p != nil {
		mulComplementVector(len(dst), p, first(x), first(g))
		return
	}
	mulComplementLoop(dst, x, g)
}

func mulComplementLoop[F Float](dst, x, g []F) {
	for i, g := range g {
		dst[i] = x[i] * (1 - g)
	}
}
