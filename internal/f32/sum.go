package f32

// SumRows sets dst[j] to the sum over i of src[i, j], for row-major src (n,
// len(dst)). The order of the summation is that of the rows.
func SumRows[F Float](dst, src []F, n int) {
	clear(dst)
	AddRows(dst, src[:n*len(dst)])
}

// AddRows adds to dst[j] the sum over i of src[i, j], for row-major src (...,
// len(dst)). The order of the summation is that of the rows.
func AddRows[F Float](dst, src []F) {
	for ; len(src) >= len(dst) && len(dst) > 0; src = src[len(dst):] {
		for j, v := range src[:len(dst)] {
			dst[j] += v
		}
	}
}
