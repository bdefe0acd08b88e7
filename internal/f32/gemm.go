package f32

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Gemm computes c = a·b, or c += a·b where accumulate is set, with row-major c
// (m, n). a is (m, k), or (k, m) where transA is set; b is (k, n), or (n, k)
// where transB is set. lda, ldb and ldc are the distances between rows.
//
// It runs on the calling goroutine: callers cut their work by shape and run
// the pieces in Parallel. Every element of c is summed in an order that
// depends on the sizes alone and, where b is transposed, on its position modulo
// 16 bytes, to which Go aligns all but the smallest slices. Wide products leave
// out the terms in which a is zero (gonum does): there 0·Inf is 0, not NaN.
func Gemm[F Float](transA, transB bool, m, n, k int, a []F, lda int, b []F, ldb int, c []F, ldc int, accumulate bool) {
	if k == 0 && !accumulate {
		for i := range m {
			clear(c[i*ldc:][:n])
		}
	}
	if m == 0 || n == 0 || k == 0 {
		return
	}
	if transB || n >= wide {
		gemmBLAS(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate)
		return
	}
	gemmNarrow(transA, m, n, k, a, lda, b, ldb, c, ldc, accumulate)
}

// wide is the number of columns from which gonum's vectorised row updates beat
// the register tile of gemmNarrow (measured: 16 columns 5.5 against 6.7 GFLOP/s
// a core, 32 columns 7.6 to 9.7 against 6.6).
const wide = 32

// gemmNarrow keeps a tile of 2×4 sums in registers, which suits the few
// columns of small networks' filters.
func gemmNarrow[F Float](transA bool, m, n, k int, a []F, lda int, b []F, ldb int, c []F, ldc int, accumulate bool) {
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

// gemmBLAS is gonum's GEMM on tiles of at most 64 rows and 192 columns: gonum
// starts goroutines of its own for anything larger, which would compete with
// the workers of Parallel.
func gemmBLAS[F Float](transA, transB bool, m, n, k int, a []F, lda int, b []F, ldb int, c []F, ldc int, accumulate bool) {
	const rows, columns = 64, 192
	var beta F
	if accumulate {
		beta = 1
	}
	for i := 0; i < m; i += rows {
		for j := 0; j < n; j += columns {
			ai, bj := i*lda, j
			if transA {
				ai = i
			}
			if transB {
				bj = j * ldb
			}
			gemmTile(trans(transA), trans(transB), min(rows, m-i), min(columns, n-j), k, a[ai:], lda, b[bj:], ldb, beta, c[i*ldc+j:], ldc)
		}
	}
}

func gemmTile[F Float](tA, tB blas.Transpose, m, n, k int, a []F, lda int, b []F, ldb int, beta F, c []F, ldc int) {
	switch a := any(a).(type) {
	case []float32:
		gonum.Implementation{}.Sgemm(tA, tB, m, n, k, 1, a, lda, any(b).([]float32), ldb, float32(beta), any(c).([]float32), ldc)
	case []float64:
		gonum.Implementation{}.Dgemm(tA, tB, m, n, k, 1, a, lda, any(b).([]float64), ldb, float64(beta), any(c).([]float64), ldc)
	}
}

func trans(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}
