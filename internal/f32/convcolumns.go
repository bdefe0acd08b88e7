package f32

//go:generate go run -C gen ./columns -arch amd64 -to ../columns
//go:generate go run -C gen ./columns -arch arm64 -to ../columns

// runColumns computes the product of a and b column by column, as depthwise
// convolutions do:
//
//	c[i·ldc + j] = Σ_s Σ_{l < depth} a[segments[s].a + i·row + l·step + j] · b[segments[s].b + l·ldb + j]
//
// The terms are added one by one to what c holds, if accumulate says so. It is the
// whole loop of depthwise convolutions and of both their gradients. Where columns
// come in groups, it is runGrouped.
func (p *product[F]) runColumns() {
	if p.group > 1 {
		p.runGrouped()
		return
	}
	if p, ok := any(p).(*product[float32]); ok && byColumns != nil && p.rows*p.columns*p.depth*len(p.segments) > 0 {
		byColumns.run(p)
		return
	}
	p.runColumnsPlain()
}

// runColumnsPlain is the loop that every machine can run.
func (p *product[F]) runColumnsPlain() {
	for i := range p.rows {
		c := p.c[i*p.ldc:][:p.columns]
		if !p.accumulate {
			clear(c)
		}
		for _, s := range p.segments {
			for l := range p.depth {
				a, b := p.a[s.a+i*p.row+l*p.step:][:len(c)], p.b[s.b+l*p.ldb:][:len(c)]
				for j := range c {
					c[j] += a[j] * b[j]
				}
			}
		}
	}
}

// A columnSet holds the products by columns of a set of instructions: those of
// groups of whole vectors, the widest last, and that of the columns that fill no vector.
type columnSet struct {
	name  string
	lanes int // of a vector
	whole []columnTile
	rest  columnTile
}

// A columnTile is assembly for up to most rows of groups of a number of vectors. The
// sums stay in registers, and the terms are added one by one, in order, with fused
// multiplications. segments points to the first of n.
type columnTile struct {
	vectors, most int
	kernel        func(rows, groups, depth int, a *float32, row, step int, b *float32, ldb int, segments *int, n int, c *float32, ldc int, accumulate bool)
}

// run computes a product that is not empty.
func (s *columnSet) run(p *product[float32]) {
	p.checkColumnBounds()
	j := 0
	for vectors := p.columns / s.lanes; vectors > 0; {
		t := s.tile(p.rows, vectors)
		t.run(p, j, vectors/t.vectors)
		j += (vectors - vectors%t.vectors) * s.lanes
		vectors %= t.vectors
	}
	if j < p.columns {
		s.rest.run(p, j, p.columns-j)
	}
}

// run computes the columns from j on. groups is the number of groups of vectors, or for
// the last tile that of columns.
func (t *columnTile) run(p *product[float32], j, groups int) {
	for i, left := 0, ceilDiv(p.rows, t.most); left > 0; left-- {
		rows := (p.rows - i) / left
		t.kernel(rows, groups, p.depth, &p.a[i*p.row+j], p.row, p.step, &p.b[j], p.ldb, &p.segments[0].a, len(p.segments), &p.c[i*p.ldc+j], p.ldc, p.accumulate)
		i += rows
	}
}

// checkColumnBounds panics if a slice is too short: the assembly checks no bounds.
func (p *product[F]) checkColumnBounds() {
	last := p.columns - 1
	a, b := (p.rows-1)*p.row+(p.depth/max(1, p.group)-1)*p.step+last, (p.depth-1)*p.ldb+last
	for _, s := range p.segments {
		_, _, _, _ = p.a[s.a], p.a[s.a+a], p.b[s.b], p.b[s.b+b]
	}
	_ = p.c[(p.rows-1)*p.ldc+last]
}

// tile is the tile of at most that many vectors that makes a vector of columns cheapest.
func (s *columnSet) tile(rows, vectors int) (best *columnTile) {
	least := 0
	for i := range s.whole {
		t := &s.whole[i]
		if t.vectors > vectors {
			break
		}
		// The cost is in loads, of which there are two in a cycle; and no sum is ready
		// for its next term before four cycles have passed.
		n := ceilDiv(rows, t.most)
		cost := max(8*n, (rows+n)*t.vectors) * 4 / t.vectors
		if best == nil || cost <= least {
			best, least = t, cost
		}
	}
	return best
}
