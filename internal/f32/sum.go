package f32

// SumRows sets dst[j] to the sum over i of src[i, j], for row-major src (n,
// len(dst)). The order of the summation is that of the rows.
func SumRows[F Float](dst, src []F, n int) {
	c := len(dst)
	src = src[:n*c]
	if first(src) != nil {
		for j, group := 0, 4*vectorLanes; j < c; j += group {
			sumRowsGroup(n, c, min(group, c-j), first(dst[j:]), first(src[j:]))
		}
		return
	}
	clear(dst)
	for ; len(src) > 0; src = src[c:] {
		for j, v := range src[:c] {
			dst[j] += v
		}
	}
}

// AddRows adds to dst[j] the sum over i of src[i, j], for row-major src (...,
// len(dst)). The order of the summation is that of the rows.
func AddRows[F Float](dst, src []F) {
	for ; len(src) >= len(dst) && len(dst) > 0; src = src[len(dst):] {
		Axpy(dst, 1, src[:len(dst)])
	}
}
