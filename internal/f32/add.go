package f32

// Add sets dst[i] = a[i] + b[i]; dst may be a or b.
func Add[F Float](dst, a, b []F) {
	a, b = a[:len(dst)], b[:len(dst)]
	if p := first(dst); p != nil {
		addVector(len(dst), p, first(a), first(b))
		return
	}
	addLoop(dst, a, b)
}

func addLoop[F Float](dst, a, b []F) {
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

// Mul sets dst[i] = a[i]·b[i]; dst may be a or b.
func Mul[F Float](dst, a, b []F) {
	a, b = a[:len(dst)], b[:len(dst)]
	if p := first(dst); p != nil {
		mulVector(len(dst), p, first(a), first(b))
		return
	}
	mulLoop(dst, a, b)
}

func mulLoop[F Float](dst, a, b []F) {
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}
