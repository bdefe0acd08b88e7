package f32

// Gemm computes c = a·b, or c += a·b where accumulate is set, with row-major c
// (m, n) and b (k, n). a is (m, k), or (k, m) where transA is set. lda, ldb and
// ldc are the distances between rows.
//
// It runs on the calling goroutine: callers cut their work by shape and run
// the pieces in Parallel. The order in which an element of c is summed depends
// on k alone, so that no cut of the rows or columns changes a bit.
func Gemm[F Float](transA bool, m, n, k int, a []F, lda int, b []F, ldb int, c []F, ldc int, accumulate bool) {
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if !accumulate {
			for i := range m {
				clear(c[i*ldc:][:n])
			}
		}
		return
	}
	if a, ok := any(a).([]float32); ok && hasTiles {
		gemmTiles(transA, m, n, k, a, lda, any(b).([]float32), ldb, any(c).([]float32), ldc, accumulate)
		return
	}
	gemmPlain(transA, m, n, k, a, lda, b, ldb, c, ldc, accumulate)
}

// gemmPlain is the loop that every machine can run. It keeps a tile of 2×4 sums
// in registers.
func gemmPlain[F Float](transA bool, m, n, k int, a []F, lda int, b []F, ldb int, c []F, ldc int, accumulate bool) {
	row, step := lda, 1 // a[i·row + l·step] is op(a)[i, l]
	if transA {
		row, step = 1, lda
	}
	store := func(i, j int, v F) {
		if accumulate {
			c[i*ldc+j] += v
		} else {
			c[i*ldc+j] = v
		}
	}
	i := 0
	for ; i+2 <= m; i += 2 {
		a0, a1 := a[i*row:], a[(i+1)*row:]
		j := 0
		for ; j+4 <= n; j += 4 {
			var c00, c01, c02, c03, c10, c11, c12, c13 F
			pa, pb := 0, j
			for range k {
				x, y, r := a0[pa], a1[pa], b[pb:pb+4:pb+4]
				c00 += x * r[0]
				c01 += x * r[1]
				c02 += x * r[2]
				c03 += x * r[3]
				c10 += y * r[0]
				c11 += y * r[1]
				c12 += y * r[2]
				c13 += y * r[3]
				pa += step
				pb += ldb
			}
			store(i, j, c00)
			store(i, j+1, c01)
			store(i, j+2, c02)
			store(i, j+3, c03)
			store(i+1, j, c10)
			store(i+1, j+1, c11)
			store(i+1, j+2, c12)
			store(i+1, j+3, c13)
		}
		for ; j < n; j++ {
			var c0, c1 F
			for l := range k {
				c0 += a0[l*step] * b[l*ldb+j]
				c1 += a1[l*step] * b[l*ldb+j]
			}
			store(i, j, c0)
			store(i+1, j, c1)
		}
	}
	for ; i < m; i++ {
		for j := range n {
			var s F
			for l := range k {
				s += a[i*row+l*step] * b[l*ldb+j]
			}
			store(i, j, s)
		}
	}
}
