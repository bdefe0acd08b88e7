package f32

// Transpose writes src, row-major (rows, columns), into dst as (columns, rows).
func Transpose[F Float](dst, src []F, rows, columns int) {
	for i := range rows {
		for j, v := range src[i*columns : (i+1)*columns] {
			dst[j*rows+i] = v
		}
	}
}
