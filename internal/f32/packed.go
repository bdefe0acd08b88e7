package f32

// A Packed is the second factor b (k, n) of products, in the order in which they read it:
// for those of few rows each, which are many, such as the steps of a recurrent layer.
type Packed[F Float] struct {
	panels []F
	k, n   int
}

// PackedLen is how many values a Packed of (k, n) takes.
func PackedLen(k, n int) int { return ceilDiv(n, panel) * panel * k }

// Pack packs b, or its transpose where trans is set: then b is (n, k). ldb is the distance
// between its rows. dst has PackedLen values, which belong to the result. It runs in
// parallel.
func Pack[F Float](dst []F, trans bool, k, n int, b []F, ldb int) Packed[F] {
	Chunks(n, panel, func(_, lo, hi int) {
		if trans {
			packColumns(dst[lo*k:], b[lo*ldb:], ldb, k, hi-lo)
		} else {
			packLines(dst[lo*k:], b[lo:], ldb, k, hi-lo)
		}
	})
	return Packed[F]{dst, k, n}
}

// Gemm computes c = a·b, or c += a·b where accumulate is set, with row-major a (m, k) and c
// (m, n), on the calling goroutine. It gives the bits of the function Gemm.
func (b Packed[F]) Gemm(m int, a []F, lda int, c []F, ldc int, accumulate bool) {
	p := product[F]{rows: m, depth: b.k, segments: whole, a: a, row: lda, step: 1, ldb: panel, ldc: ldc, accumulate: accumulate}
	for j := 0; j < b.n; j += panel {
		p.columns, p.b, p.c = min(panel, b.n-j), b.panels[j*b.k:], c[j:]
		p.run()
	}
}
