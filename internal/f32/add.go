package f32

// elements is the length of the pieces into which elementwise loops are cut.
const elements = 1 << 14

// Add sets dst[i] = a[i] + b[i]; dst may be a or b.
func Add[F Float](dst, a, b []F) {
	Chunks(len(dst), elements, func(_, lo, hi int) {
		d, a, b := dst[lo:hi], a[lo:hi], b[lo:hi]
		for i := range d {
			d[i] = a[i] + b[i]
		}
	})
}
