package f32

// SumRows sets dst[j] to the sum over i of src[i, j], for row-major src (n,
// len(dst)). The order of the summation is that of the rows.
func SumRows[F Float](dst, src []F, n int) {
	clear(dst)
	for i := range n {
		for j, v := range src[i*len(dst):][:len(dst)] {
			dst[j] += v
		}
	}
}
