package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// drawColumns makes a product by columns of random distances and segments.
func drawColumns[F Float](r *rand.Rand, rows, columns int) (p product[F], c guarded[F]) {
	p.rows, p.columns, p.depth, p.accumulate = rows, columns, 1+r.IntN(7), r.IntN(2) == 0
	gap := func() int { return r.IntN(4) * r.IntN(2) }
	p.row, p.step, p.ldb, p.ldc = columns+gap(), columns+gap(), columns+gap(), columns+gap()
	switch r.IntN(5) {
	case 0: // rows that overlap
		p.row = r.IntN(columns)
	case 1: // rows far apart
		p.row += r.IntN(2000)
	case 2: // terms that overlap
		p.step, p.ldb = r.IntN(columns), r.IntN(columns)
	}
	p.segments = make([]segment, 1+r.IntN(5))
	var as, bs []int
	for i := range p.segments {
		p.segments[i] = segment{r.IntN(100), r.IntN(100)}
		for l := range p.depth {
			as, bs = append(as, p.segments[i].a+l*p.step), append(bs, p.segments[i].b+l*p.ldb)
		}
	}
	p.a = scatter[F](r, as, rows, p.row, columns, 1)
	p.b = scatter[F](r, bs, 1, 0, columns, 1)
	c = newGuarded[F](r, rows, columns, p.ldc)
	p.c = c.slice()
	return p, c
}

func describe[F Float](p *product[F]) string {
	return fmt.Sprintf("%d×%d, depth %d, segments %v, row %d, step %d, ldb %d, ldc %d, accumulate %v", p.rows, p.columns, p.depth, p.segments, p.row, p.step, p.ldb, p.ldc, p.accumulate)
}

// widen returns a product in float64.
func widen[F Float](p product[F]) product[float64] {
	wide := func(x []F) (y []float64) {
		for _, v := range x {
			y = append(y, float64(v))
		}
		return y
	}
	return product[float64]{p.rows, p.columns, p.depth, p.segments, wide(p.a), p.row, p.step, wide(p.b), p.ldb, wide(p.c), p.ldc, p.accumulate, p.group}
}

func testProductByColumns[F Float](t *testing.T, r *rand.Rand, rows, columns int, tolerance float64) {
	t.Helper()
	p, c := drawColumns[F](r, rows, columns)
	name := describe(&p)
	want := widen(p)
	want.runColumnsPlain()
	if !p.accumulate {
		for i := range rows {
			for j := range columns {
				c.row(i)[j] = F(math.NaN()) // must be overwritten, not scaled
			}
		}
	}
	a, b := slices.Clone(p.a), slices.Clone(p.b)
	p.runColumns()
	for i := range rows {
		for j := range columns {
			have, want := float64(c.row(i)[j]), want.c[i*p.ldc+j]
			if !(math.Abs(have-want) <= tolerance*(1+math.Abs(want))) {
				t.Fatalf("%s: have %v at (%d, %d), want %v", name, have, i, j, want)
			}
		}
	}
	c.check(t, name)
	if !sameBits(p.a, a) || !sameBits(p.b, b) {
		t.Fatalf("%s: an input was changed", name)
	}
}

func TestProductByColumns(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(13, 14))
		for rows := 1; rows <= 26; rows++ {
			for columns := 1; columns <= 67; columns++ {
				if testing.Short() && (rows+columns)%4 != 0 {
					continue
				}
				testProductByColumns[float32](t, r, rows, columns, 3e-5)
			}
		}
		for range draws(300) {
			testProductByColumns[float32](t, r, 1+r.IntN(60), 1+r.IntN(300), 3e-5)
			testProductByColumns[float64](t, r, 1+r.IntN(20), 1+r.IntN(50), 1e-13)
		}
	})
}

// TestEmptyProductByColumns: no terms make zeros, and add nothing.
func TestEmptyProductByColumns(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, p := range []product[float32]{{depth: 0, segments: whole}, {depth: 3}} {
			for _, p.accumulate = range []bool{false, true} {
				p.rows, p.columns, p.ldc = 2, 3, 4
				p.c = []float32{1, 2, 3, 4, 5, 6, 7}
				p.runColumns()
				want := []float32{0, 0, 0, 4, 0, 0, 0}
				if p.accumulate {
					want = []float32{1, 2, 3, 4, 5, 6, 7}
				}
				if !slices.Equal(p.c, want) {
					t.Errorf("accumulate %v: have %v, want %v", p.accumulate, p.c, want)
				}
			}
		}
	})
}

// TestBoundsOfProductByColumns: no assembly goes beyond the end of a slice.
func TestBoundsOfProductByColumns(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(15, 16))
		for range 200 {
			p, _ := drawColumns[float32](r, 1+r.IntN(20), 1+r.IntN(80))
			ends := map[string]int{"c": (p.rows-1)*p.ldc + p.columns}
			for _, s := range p.segments {
				ends["a"] = max(ends["a"], s.a+(p.rows-1)*p.row+(p.depth-1)*p.step+p.columns)
				ends["b"] = max(ends["b"], s.b+(p.depth-1)*p.ldb+p.columns)
			}
			for short, slice := range map[string]*[]float32{"a": &p.a, "b": &p.b, "c": &p.c} {
				whole, end := *slice, ends[short]-1
				*slice = whole[:end:end]
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%s: the product went beyond the end of %s", describe(&p), short)
						}
					}()
					p.runColumns()
				}()
				*slice = whole
			}
		}
	})
}

// TestColumnsAreBitEqual: the terms of a sum are added in order by every set, so that
// the cut of a product does not tell.
func TestColumnsAreBitEqual(t *testing.T) {
	defer use(running)
	r := rand.New(rand.NewPCG(17, 18))
	for range 300 {
		p, c := drawColumns[float32](r, 1+r.IntN(40), 1+r.IntN(200))
		before := slices.Clone(c.all)
		use(isas()[0])
		p.runColumns()
		want := slices.Clone(c.all)
		for _, s := range isas()[:len(isas())-1] {
			use(s)
			copy(c.all, before)
			for i := 0; i < p.rows; {
				rows := min(p.rows-i, 1+r.IntN(20))
				for j := 0; j < p.columns; {
					columns := min(p.columns-j, 1+r.IntN(150))
					q := p
					q.rows, q.columns, q.a, q.b, q.c = rows, columns, p.a[i*p.row+j:], p.b[j:], p.c[i*p.ldc+j:]
					q.runColumns()
					j += columns
				}
				i += rows
			}
			if !sameBits(c.all, want) {
				t.Fatalf("%s with %s: the bits depend on how the product is cut", describe(&p), s.name)
			}
		}
	}
}

func TestNoProductByColumnsAllocates(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		x := make([]float32, 100)
		if n := testing.AllocsPerRun(10, func() {
			p := product[float32]{rows: 3, columns: 17, depth: 2, segments: whole, a: x, row: 17, step: 17, b: x, ldb: 17, c: x, ldc: 17}
			p.runColumns()
		}); n != 0 {
			t.Errorf("a product allocates %v times", n)
		}
	})
}

// BenchmarkProductByColumns runs every tile on what the nearest cache holds: with
// three segments, as three lines of a filter make them.
func BenchmarkProductByColumns(b *testing.B) {
	defer use(running)
	for _, set := range isas()[:len(isas())-1] {
		for _, columns := range []int{64, 60, 32, 16} {
			for _, rows := range []int{1, 3, 6, 12, 14} {
				const depth = 3
				p := product[float32]{rows: rows, columns: columns, depth: depth, row: columns, step: columns, ldb: columns, ldc: columns}
				for s := range 3 {
					p.segments = append(p.segments, segment{s * rows * columns, s * depth * columns})
				}
				p.a, p.b, p.c = make([]float32, (3*rows+depth)*columns), make([]float32, 3*depth*columns), make([]float32, rows*columns)
				b.Run(fmt.Sprintf("%s/%dx%d", set.name, rows, columns), func(b *testing.B) {
					use(set)
					for b.Loop() {
						p.runColumns()
					}
					b.ReportMetric(2*float64(3*depth*rows*columns)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
		}
	}
}
