package f32

// A tileSet holds the tiles of a set of instructions, by their width: the first is
// a vector wide, the second two vectors, and so on.
type tileSet struct {
	name  string
	lanes int // of a vector
	tiles []tile

	copyPanel func(dst, src *float32, ld, lines int) // see the stub
}

// A tile is assembly for products of up to most rows. The sums stay in registers,
// and the terms are added one by one, in order, with fused multiplications.
// segments points to the first of n.
type tile struct {
	most   int
	kernel func(rows, columns, depth, fours int, a *float32, row, step int, b *float32, ldb int, segments *int, n int, c *float32, ldc int, accumulate bool)
}

// run computes a product that is not empty.
func (t *tileSet) run(p *product[float32]) {
	p.checkBounds()
	vectors := (p.columns + t.lanes - 1) / t.lanes
	width := t.width(p.rows, vectors)
	for j := 0; j < p.columns; j += width * t.lanes {
		columns := min(width*t.lanes, p.columns-j)
		tile := t.tiles[(columns-1)/t.lanes]
		fours := p.fours(t.lanes, columns)
		for i, left := 0, ceilDiv(p.rows, tile.most); left > 0; left-- {
			rows := (p.rows - i) / left
			tile.kernel(rows, columns, p.depth, fours, &p.a[i*p.row], p.row, p.step, &p.b[j], p.ldb, &p.segments[0].a, len(p.segments), &p.c[i*p.ldc+j], p.ldc, p.accumulate)
			i += rows
		}
	}
}

// checkBounds panics if a slice is too short: the assembly checks no bounds.
func (p *product[F]) checkBounds() {
	low, high := p.segments[0], p.segments[0]
	for _, s := range p.segments[1:] {
		low.a, low.b = min(low.a, s.a), min(low.b, s.b)
		high.a, high.b = max(high.a, s.a), max(high.b, s.b)
	}
	_, _ = p.a[low.a], p.a[high.a+(p.rows-1)*p.row+(p.depth-1)*p.step]
	_, _ = p.b[low.b], p.b[high.b+(p.depth-1)*p.ldb+p.columns-1]
	_ = p.c[(p.rows-1)*p.ldc+p.columns-1]
}

// fours is how many times four terms of a segment can be read in whole vectors, as
// masks take time. Only the last terms lie so near to the end of b that a
// vector could reach beyond it.
func (p *product[F]) fours(lanes, columns int) int {
	terms := p.depth
	if beyond := -columns & (lanes - 1); beyond > 0 {
		if p.ldb == 0 {
			return 0
		}
		terms -= ceilDiv(beyond, p.ldb)
	}
	return max(0, terms) / 4
}

// ceilDiv is n/most, rounded up.
func ceilDiv(n, most int) int { return (n + most - 1) / most }

// width is the number of vectors in a tile that makes the product cheapest.
func (t *tileSet) width(rows, vectors int) (best int) {
	least := 0
	for width := 1; width <= min(vectors, len(t.tiles)); width++ {
		cost := vectors / width * t.cost(rows, width)
		if rest := vectors % width; rest > 0 {
			cost += t.cost(rows, rest)
		}
		if width == 1 || cost <= least {
			best, least = width, cost
		}
	}
	return best
}

// cost is what a term costs in all rows of a tile's width, in eighths of a cycle as
// measured with AVX-512: multiplications, loads, and the loop; and no
// sum is ready for its next term before four cycles have passed.
func (t *tileSet) cost(rows, width int) int {
	n := ceilDiv(rows, t.tiles[width-1].most)
	return max(32*n, 4*rows*width+rows+n*(width+12))
}
