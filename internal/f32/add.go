package f32

// elements is the length of the pieces into which elementwise loops are cut.
const elements = 1 << 14

// Add sets dst[i] = a[i] + b[i], in parallel; dst may be a or b.
func Add[F Float](dst, a, b []F) {
	Chunks(len(dst), elements, func(_, lo, hi int) { AddTo(dst[lo:hi], a[lo:hi], b[lo:hi]) })
}

// AddTo is Add on the calling goroutine.
func AddTo[F Float](dst, a, b []F) {
	a, b = a[:len(dst)], b[:len(dst)]
	if p := first(dst); p != nil {
		addVector(len(dst), p, first(a), first(b))
		return
	}
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}
