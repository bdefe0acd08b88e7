package f32

// Transpose writes src, row-major (rows, columns), into dst as (columns, rows).
func Transpose[F Float](dst, src []F, rows, columns int) {
	src, dst = src[:rows*columns], dst[:rows*columns]
	// Blocks of 8×8 touch a cache line of dst once for eight values, not for each.
	const block = 8
	for i := 0; i < rows; i += block {
		for j := 0; j < columns; j += block {
			if p := first(src[i*columns+j:]); p != nil && i+block <= rows && j+block <= columns {
				transpose8x8(first(dst[j*rows+i:]), rows, p, columns)
				continue
			}
			for r := i; r < min(i+block, rows); r++ {
				for c := j; c < min(j+block, columns); c++ {
					dst[c*rows+r] = src[r*columns+c]
				}
			}
		}
	}
}
