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

// A tile is a kernel for a number of rows.
type tile struct {
	rows   int
	kernel func(k int, a *float32, row, step int, b *float32, ldb int, c *float32, ldc int, accumulate bool, mask *int32)
}

// tiles are the kernels for 8 and for 16 columns, whole and masked, the most
// rows first. There are as many sums as the registers can hold.
var tiles = [2]struct{ whole, masked []tile }{
	{
		[]tile{{12, tile12x8}, {6, tile6x8}, {4, tile4x8}, {2, tile2x8}, {1, tile1x8}},
		[]tile{{12, tile12x8masked}, {6, tile6x8masked}, {4, tile4x8masked}, {2, tile2x8masked}, {1, tile1x8masked}},
	},
	{
		[]tile{{6, tile6x16}, {4, tile4x16}, {2, tile2x16}, {1, tile1x16}},
		[]tile{{6, tile6x16masked}, {4, tile4x16masked}, {2, tile2x16masked}, {1, tile1x16masked}},
	},
}

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
		for j := 0; j < n; j += 16 {
			columns := min(16, n-j)
			fit := tiles[(columns-1)/8].whole
			if columns%8 != 0 {
				fit = tiles[(columns-1)/8].masked
			}
			mask := &masks[(16-columns)%8]
			for i := 0; i < m; {
				for fit[0].rows > m-i {
					fit = fit[1:]
				}
				fit[0].kernel(depth, &a[i*row+l*step], 4*row, 4*step, &b[l*ldb+j], 4*ldb, &c[i*ldc+j], 4*ldc, accumulate || l > 0, mask)
				i += fit[0].rows
			}
		}
	}
}
