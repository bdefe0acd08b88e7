package f32

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func testCopyRows[F Float](t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for range 500 {
		rows, columns := r.IntN(6), r.IntN(150)
		src := newGuarded[F](r, rows, columns, columns+r.IntN(9))
		dst := newGuarded[F](r, rows, columns, columns+r.IntN(9))
		CopyRows(dst.slice(), dst.ld, src.slice(), src.ld, columns, rows)
		name := fmt.Sprintf("%d×%d, distances %d and %d", rows, columns, dst.ld, src.ld)
		for i := range rows {
			if !sameBits(dst.row(i), src.row(i)) {
				t.Fatalf("%s: row %d differs", name, i)
			}
		}
		dst.check(t, name)
	}
}

func TestCopyRows(t *testing.T) {
	t.Run("float32", testCopyRows[float32])
	t.Run("float64", testCopyRows[float64])
}
