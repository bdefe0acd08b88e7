package f32

// CopyRows copies rows of columns values. ldd and lds are the distances of the
// rows of dst and of src.
func CopyRows[F Float](dst []F, ldd int, src []F, lds, columns, rows int) {
	if rows == 0 || columns == 0 {
		return
	}
	_, _ = dst[:(rows-1)*ldd+columns], src[:(rows-1)*lds+columns]
	if p := first(dst); p != nil {
		copyRowsVector(rows, columns, p, ldd, first(src), lds)
		return
	}
	copyRowsLoop(dst, ldd, src, lds, columns, rows)
}

func copyRowsLoop[F Float](dst []F, ldd int, src []F, lds, columns, rows int) {
	for i := range rows {
		copy(dst[i*ldd:][:columns], src[i*lds:][:columns])
	}
}
