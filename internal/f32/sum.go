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
	addColumns(dst, wholeRows(src, c), 0, c)
}

// SumRowsParallel is SumRows, with columns shared out among the workers.
func SumRowsParallel[F Float](dst, src []F, n int) {
	const columns = 128
	c := len(dst)
	src = src[:n*c]
	Chunks(c, max(columns, 1<<15/max(1, n)), func(_, lo, hi int) {
		clear(dst[lo:hi])
		addColumns(dst, src, lo, hi)
	})
}

// addColumns adds the rows of src, which are whole, to the columns [lo, hi) of dst.
func addColumns[F Float](dst, src []F, lo, hi int) {
	c := len(dst)
	if first(src) != nil {
		for j, group := lo, 4*vectorLanes; j < hi; j += group {
			addRowsGroup(len(src)/c, c, min(group, hi-j), first(dst[j:]), first(src[j:]))
		}
		return
	}
	for ; len(src) > 0; src = src[c:] {
		addLoop(dst[lo:hi], dst[lo:hi], src[lo:hi])
	}
}
