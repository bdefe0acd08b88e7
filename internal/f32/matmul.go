package f32

// MatMul computes c = op(a)·op(b), or c += op(a)·op(b) where accumulate is set,
// with row-major c (m, n), op(a) (m, k) and op(b) (k, n). op transposes where
// transA or transB is set: then a is (k, m), or b (n, k). lda, ldb and ldc are
// the distances between rows.
//
// It runs in parallel, and so must not be called from inside a parallel loop:
// there is Gemm for that. How it is cut, and so the order of each sum, depends
// only on the shape.
func MatMul[F Float](transA, transB bool, m, n, k int, a []F, lda int, b []F, ldb int, c []F, ldc int, accumulate bool) {
	matMul(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate, nil)
}

// MatMulPlus is MatMul with a line of n values added to every row of the product.
func MatMulPlus[F Float](transA, transB bool, m, n, k int, a []F, lda int, b []F, ldb int, c []F, ldc int, line []F) {
	matMul(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, false, line[:n])
}

func matMul[F Float](transA, transB bool, m, n, k int, a []F, lda int, b []F, ldb int, c []F, ldc int, accumulate bool, line []F) {
	g := matmul[F]{product: product[F]{rows: m, columns: n, segments: whole, a: a, row: lda, step: 1, b: b, ldb: ldb, c: c, ldc: ldc, accumulate: accumulate}, k: k, transB: transB, line: line}
	if transA {
		g.row, g.step = 1, lda
	}
	if m == 0 || n == 0 || k == 0 {
		g.startFrom(line)
		g.run()
		return
	}
	rows, columns := cut(m, n, k)
	across := ceilDiv(n, columns)
	Parallel(ceilDiv(m, rows)*across, func(_, i int) { g.block(i/across*rows, i%across*columns, rows, columns) })
}

// A matmul is a product with its terms in one segment, of which there are k. b
// may be transposed. line, unless it is nil, is added to every row.
type matmul[F Float] struct {
	product[F]
	k      int
	transB bool
	line   []F
}

// startFrom puts a line into every row of c, for the product to be added to; nil
// changes nothing.
func (p *product[F]) startFrom(line []F) {
	if line == nil {
		return
	}
	for i := range p.rows {
		copy(p.c[i*p.ldc:][:p.columns], line)
	}
	p.accumulate = true
}

const (
	panel = 64  // columns of b are packed side by side
	reuse = 48  // rows are enough for that to pay
	deep  = 512 // terms at most are summed before they are added to c
	tall  = 384 // rows of a meet all panels while they are near
	broad = 128 // columns are enough for packing a transposed a to pay
)

// cut is the size of the blocks of c that are computed side by side: eight, or
// fewer where a block would have less than 2¹⁸ multiplications. Columns are cut
// first, as far as that pays for reading a again: every block packs its part
// of b, so that blocks of few rows of a wide product would pack more than multiply.
func cut(m, n, k int) (rows, columns int) {
	most := max(1, min(8, m*n*k>>18))
	narrow, low := panel, 4*panel
	if m*k > 1<<18 {
		narrow = 4 * panel
	}
	if n <= panel {
		low = panel
	}
	across := max(min(most, ceilDiv(n, narrow)), ceilDiv(n, 8*panel))
	up := max(1, min(most/across, ceilDiv(m, low)))
	return ceilDiv(m, up), ceilDiv(ceilDiv(n, across), panel) * panel
}

// block computes the rows and columns of c from (i, j) on.
func (g *matmul[F]) block(i, j, rows, columns int) {
	p := g.product
	p.rows, p.columns = min(rows, g.rows-i), min(columns, g.columns-j)
	p.c = g.c[i*g.ldc+j:]
	line := g.line
	if line != nil {
		line = line[j:]
	}
	depth := (ceilDiv(g.k, ceilDiv(g.k, deep)) + 3) &^ 3
	var packed []F
	if g.transB || g.ldb > panel && p.rows >= reuse {
		memory := takePacked[F]()
		defer givePacked(memory)
		if size := ceilDiv(p.columns, panel) * panel * depth; cap(*memory) < size {
			*memory = make([]F, size)
		}
		packed = *memory
	}
	for l := 0; l < g.k; l += depth {
		p.depth = min(depth, g.k-l)
		p.a = g.a[i*g.row+l*g.step:]
		switch {
		case packed == nil:
			p.b = g.b[l*g.ldb+j:]
			p.startFrom(line)
			p.run()
		case g.transB:
			packColumns(packed, g.b[j*g.ldb+l:], g.ldb, p.depth, p.columns)
			p.runPanels(packed, line)
		default:
			packLines(packed, g.b[l*g.ldb+j:], g.ldb, p.depth, p.columns)
			p.runPanels(packed, line)
		}
		p.accumulate, line = true, nil
	}
}

// runPanels computes the product with the panels of b. It starts from the line, if
// there is one. A transposed a is packed into rows, unless only few columns read it:
// neighbours in one of its rows lie lines of memory apart, and often pages.
func (p product[F]) runPanels(panels, line []F) {
	q := p
	q.ldb = panel
	var rows []F
	if p.step != 1 && p.columns >= broad {
		memory := takePacked[F]()
		defer givePacked(memory)
		if size := min(tall, p.rows) * p.depth; cap(*memory) < size {
			*memory = make([]F, size)
		}
		rows = *memory
		q.row, q.step = p.depth, 1
	}
	for i := 0; i < p.rows; i += tall {
		q.rows = min(tall, p.rows-i)
		q.a = p.a[i*p.row:]
		if rows != nil {
			transpose(rows, p.depth, q.a, p.step, p.depth, q.rows)
			q.a = rows
		}
		for j := 0; j < p.columns; j += panel {
			q.columns = min(panel, p.columns-j)
			q.b, q.c = panels[j*p.depth:], p.c[i*p.ldc+j:]
			if line != nil { // while the rows are about to be read
				q.startFrom(line[j:])
			}
			q.run()
		}
	}
}
