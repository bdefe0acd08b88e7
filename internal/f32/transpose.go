package f32

// Transpose writes src, row-major (rows, columns), into dst as (columns, rows).
func Transpose[F Float](dst, src []F, rows, columns int) {
	transpose(dst, rows, src, columns, rows, columns)
}

// TransposeInto is Transpose with rows of src that are ld, and rows of dst that are
// ldd apart.
func TransposeInto[F Float](dst []F, ldd int, src []F, ld, rows, columns int) {
	transpose(dst, ldd, src, ld, rows, columns)
}

// transpose writes src (rows, columns) into dst as (columns, rows), with rows ld
// and ldd apart.
func transpose[F Float](dst []F, ldd int, src []F, ld, rows, columns int) {
	// Blocks of 8×8 touch a cache line of dst once for eight values, not for each.
	const block = 8
	for i := 0; i < rows; i += block {
		for j := 0; j < columns; j += block {
			if p := first(src[i*ld+j:]); p != nil && i+block <= rows && j+block <= columns {
				_, _ = dst[(j+block-1)*ldd+i+block-1], src[(i+block-1)*ld+j+block-1] // the last that the assembly touches
				transpose8x8(first(dst[j*ldd+i:]), ldd, p, ld)
				continue
			}
			transposeLoop(dst[j*ldd+i:], ldd, src[i*ld+j:], ld, min(block, rows-i), min(block, columns-j))
		}
	}
}

func transposeLoop[F Float](dst []F, ldd int, src []F, ld, rows, columns int) {
	for r := range rows {
		for c := range columns {
			dst[c*ldd+r] = src[r*ld+c]
		}
	}
}
