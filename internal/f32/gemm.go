package f32

// Gemm computes c = a·b, or c += a·b where accumulate is set, with row-major c
// (m, n) and b (k, n). a is (m, k), or (k, m) where transA is set. lda, ldb and
// ldc are the distances between rows.
//
// It runs on the calling goroutine: callers cut their work by shape and run
// the chunks in Parallel. The order in which an element of c is summed depends
// only on k, so that no cut of the rows or columns changes a bit.
func Gemm[F Float](transA bool, m, n, k int, a []F, lda int, b []F, ldb int, c []F, ldc int, accumulate bool) {
	p := product[F]{rows: m, columns: n, depth: k, segments: whole, a: a, row: lda, step: 1, b: b, ldb: ldb, c: c, ldc: ldc, accumulate: accumulate}
	if transA {
		p.row, p.step = 1, lda
	}
	p.run()
}
