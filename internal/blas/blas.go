// Package blas replaces Gonum's products of matrices by those of package f32, so that
// Gorgonia's built-in operations are fast, too.
package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"zoo/internal/f32"
)

// An Implementation of all of BLAS: Gonum's, except for Sgemm. As that runs in
// parallel, it must not be called from inside a parallel loop of package f32.
type Implementation struct{ gonum.Implementation }

// Sgemm computes c = alpha·op(a)·op(b) + beta·c for row-major matrices, where op
// transposes or does nothing; op(a) is (m, k), op(b) is (k, n).
func (i Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	// With alpha = 0, Gonum's Sgemm only checks the arguments and multiplies c by beta.
	// Where c is overwritten, there is nothing to multiply.
	overwrite := alpha != 0 && beta == 0
	if overwrite {
		beta = 1
	}
	i.Implementation.Sgemm(tA, tB, m, n, k, 0, a, lda, b, ldb, beta, c, ldc)
	if alpha == 0 || m == 0 || n == 0 {
		return
	}
	transA, transB := tA != blas.NoTrans, tB != blas.NoTrans
	if alpha != 1 {
		rows, columns := m, k
		if transA {
			rows, columns = k, m
		}
		a, lda = scaled(alpha, rows, columns, a, lda), columns
	}
	f32.MatMul(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, !overwrite)
}

// scaled is alpha·a, without gaps between the rows.
func scaled(alpha float32, rows, columns int, a []float32, lda int) []float32 {
	s := make([]float32, 0, rows*columns)
	for i := range rows {
		for _, v := range a[i*lda:][:columns] {
			s = append(s, alpha*v)
		}
	}
	return s
}
