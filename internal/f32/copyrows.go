package f32

// CopyRows copies rows of so many columns. ldd and lds are the distances of the
// rows of dst and of src.
func CopyRows[F Float](dst []F, ldd int, src []F, lds, columns, rows int) {
	for i := range rows {
		copy(dst[i*ldd:][:columns], src[i*lds:][:columns])
	}
}
