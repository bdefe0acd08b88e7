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
	c := len(dst)
	if c == 0 {
		return
	}
	src = wholeRows(src, c)
	if first(src) != nil {
		for j, group := 0, 4*vectorLanes; j < c; j += group {
			addRowsGroup(len(src)/c, c, min(group, c-j), first(dst[j:]), first(src[j:]))
		}
		return
	}
	for ; len(src) > 0; src = src[c:] {
		Add(dst, dst, src[:c])
	}
}
