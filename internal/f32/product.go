package f32

// A product is the matrix product at the heart of Gemm and of the convolutions,
// with the terms of each sum cut into segments:
//
//	c[i·ldc + j] = Σ_s Σ_{l < depth} a[segments[s].a + i·row + l·step] · b[segments[s].b + l·ldb + j]
//
// for i < rows and j < columns; accumulate adds it to what c holds. All
// distances are in elements and none is negative. An element's terms are added
// one by one, in the order of the segments: no cut of rows or columns changes a bit.
type product[F Float] struct {
	rows, columns int
	depth         int
	segments      []segment
	a             []F
	row, step     int
	b             []F
	ldb           int
	c             []F
	ldc           int
	accumulate    bool
	group         int // of columns, for runGrouped
}

// A segment is where a part of the terms begins in a and in b.
type segment struct{ a, b int }

// whole is the one segment of a plain matrix product.
var whole = []segment{{}}

// run computes the product on the calling goroutine.
func (p *product[F]) run() {
	if p.rows == 0 || p.columns == 0 {
		return
	}
	if p.depth == 0 || len(p.segments) == 0 {
		if !p.accumulate {
			for i := range p.rows {
				clear(p.c[i*p.ldc:][:p.columns])
			}
		}
		return
	}
	if p, ok := any(p).(*product[float32]); ok && tiles != nil {
		if p.rows <= few && p.columns >= panel && p.ldb > panel && len(p.segments) == 1 {
			p.runFew()
		} else {
			tiles.run(p)
		}
		return
	}
	p.runPlain()
}

// few rows make a product whose time is that of reading b.
const few = 2

// runFew reads each row of b once, from end to end. The tiles go down a few columns at
// a time, and where the rows of b are wide each of their steps is in another page of
// memory. The terms of a sum are added in the same order, with the same rounding.
func (p *product[F]) runFew() {
	memory := takePacked[F]()
	defer givePacked(memory)
	if n := p.rows * p.columns; cap(*memory) < n {
		*memory = make([]F, n)
	}
	sums := (*memory)[:p.rows*p.columns]
	clear(sums)
	s := p.segments[0]
	line := func(l int) []F { return p.b[s.b+l*p.ldb:][:p.columns] }
	l := 0
	for ; l+4 <= p.depth; l += 4 { // side by side, which hides the time to the memory
		for i := range p.rows {
			a := p.a[s.a+i*p.row+l*p.step:]
			AxpyFour(sums[i*p.columns:][:p.columns], [4]F{a[0], a[p.step], a[2*p.step], a[3*p.step]}, line(l), line(l+1), line(l+2), line(l+3))
		}
	}
	for ; l < p.depth; l++ {
		for i := range p.rows {
			Axpy(sums[i*p.columns:][:p.columns], p.a[s.a+i*p.row+l*p.step], line(l))
		}
	}
	for i := range p.rows {
		c := p.c[i*p.ldc:][:p.columns]
		if sum := sums[i*p.columns:][:p.columns]; p.accumulate {
			Add(c, c, sum)
		} else {
			copy(c, sum)
		}
	}
}

// runPlain is the loop that every machine can run. It keeps a tile of 2×4 sums
// in registers.
func (p *product[F]) runPlain() {
	i := 0
	for ; i+2 <= p.rows; i += 2 {
		j := 0
		for ; j+4 <= p.columns; j += 4 {
			var c [2][4]F
			for _, s := range p.segments {
				at, bt := s.a+i*p.row, s.b+j
				for range p.depth {
					x, y, r := p.a[at], p.a[at+p.row], p.b[bt:bt+4:bt+4]
					c[0][0] += x * r[0]
					c[0][1] += x * r[1]
					c[0][2] += x * r[2]
					c[0][3] += x * r[3]
					c[1][0] += y * r[0]
					c[1][1] += y * r[1]
					c[1][2] += y * r[2]
					c[1][3] += y * r[3]
					at += p.step
					bt += p.ldb
				}
			}
			for k, row := range c {
				for l, v := range row {
					p.store(i+k, j+l, v)
				}
			}
		}
		for ; j < p.columns; j++ {
			p.store(i, j, p.sum(i, j))
			p.store(i+1, j, p.sum(i+1, j))
		}
	}
	for ; i < p.rows; i++ {
		for j := range p.columns {
			p.store(i, j, p.sum(i, j))
		}
	}
}

// sum is one element of the product.
func (p *product[F]) sum(i, j int) (v F) {
	for _, s := range p.segments {
		at, bt := s.a+i*p.row, s.b+j
		for range p.depth {
			v += p.a[at] * p.b[bt]
			at += p.step
			bt += p.ldb
		}
	}
	return v
}

func (p *product[F]) store(i, j int, v F) {
	if p.accumulate {
		p.c[i*p.ldc+j] += v
	} else {
		p.c[i*p.ldc+j] = v
	}
}
