//go:build !noasm

package f32

import "golang.org/x/sys/cpu"

// hasTiles says that this machine runs the assembly of tiles_amd64.s.
var hasTiles = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// panel is how many rows of b are multiplied at once: what fits the nearest
// cache beside the rows of a.
const panel = 256

// masks holds, from masks[8−n] on, a mask for the first n of 8 columns.
var masks = [16]int32{-1, -1, -1, -1, -1, -1, -1, -1}

// gemmTiles is Gemm in tiles of registers. Sums over more than panel terms are
// made panel by panel.
func gemmTiles(transA bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	row, step := lda, 1 // a[i·row + l·step] is op(a)[i, l]
	if transA {
		row, step = 1, lda
	}
	// The assembly checks no bounds: these are the last elements that it touches.
	_, _, _ = a[(m-1)*row+(k-1)*step], b[(k-1)*ldb+n-1], c[(m-1)*ldc+n-1]
	for l := 0; l < k; l += panel {
		depth := min(panel, k-l)
		for j := 0; j < n; {
			columns := min(16, n-j)
			mask := &masks[(16-columns)%8]
			most := 6
			if columns <= 8 {
				most = 12
			}
			for i := 0; i < m; {
				rows := tileRows(m-i, most)
				tile(rows, columns, depth, &a[i*row+l*step], 4*row, 4*step, &b[l*ldb+j], 4*ldb, &c[i*ldc+j], 4*ldc, accumulate || l > 0, mask)
				i += rows
			}
			j += columns
		}
	}
}

// tileRows is the largest number of rows, at most n, for which there is a tile.
func tileRows(n, most int) int {
	for _, rows := range [...]int{12, 6, 4, 2} {
		if rows <= min(n, most) {
			return rows
		}
	}
	return 1
}

// tile calls the assembly for a tile of rows × columns, columns at most 16.
func tile(rows, columns, k int, a *float32, row, step int, b *float32, ldb int, c *float32, ldc int, accumulate bool, mask *int32) {
	switch {
	case columns > 8 && columns < 16:
		switch rows {
		case 6:
			tile6x16masked(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 4:
			tile4x16masked(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 2:
			tile2x16masked(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		default:
			tile1x16masked(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		}
	case columns == 16:
		switch rows {
		case 6:
			tile6x16(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 4:
			tile4x16(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 2:
			tile2x16(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		default:
			tile1x16(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		}
	case columns == 8:
		switch rows {
		case 12:
			tile12x8(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 6:
			tile6x8(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 4:
			tile4x8(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 2:
			tile2x8(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		default:
			tile1x8(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		}
	default:
		switch rows {
		case 12:
			tile12x8masked(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 6:
			tile6x8masked(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 4:
			tile4x8masked(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		case 2:
			tile2x8masked(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		default:
			tile1x8masked(k, a, row, step, b, ldb, c, ldc, accumulate, mask)
		}
	}
}
