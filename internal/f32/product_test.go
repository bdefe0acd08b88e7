package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// scatter fills what a product reads of a or b, and makes all else NaN.
func scatter[F Float](r *rand.Rand, starts []int, rows, row, columns, column int) []F {
	last := (rows-1)*row + (columns-1)*column
	all := make([]F, margin+slices.Max(starts)+last+1+margin)
	for i := range all {
		all[i] = F(canary)
	}
	for _, s := range starts {
		for i := range rows {
			for j := range columns {
				all[margin+s+i*row+j*column] = F(r.NormFloat64())
			}
		}
	}
	return all[margin : len(all)-margin : len(all)-margin]
}

// draw makes a product of random distances and segments.
func draw[F Float](r *rand.Rand, rows, columns int) (p product[F], c guarded[F]) {
	p.rows, p.columns, p.depth, p.accumulate = rows, columns, 1+r.IntN(11), r.IntN(2) == 0
	gap := func() int { return r.IntN(4) * r.IntN(2) }
	switch r.IntN(4) {
	case 0: // rows of a
		p.row, p.step = p.depth+gap(), 1
	case 1: // columns of a
		p.row, p.step = 1, rows+gap()
	case 2: // neither
		p.row, p.step = 2+r.IntN(40), 2+r.IntN(40)
	case 3: // one value for all rows, or for all terms
		p.row, p.step = r.IntN(2), r.IntN(2)
	}
	p.ldb, p.ldc = columns+gap(), columns+gap()
	if r.IntN(8) == 0 {
		p.ldb = 0
	}
	p.segments = make([]segment, 1+r.IntN(4))
	var as, bs []int
	for i := range p.segments {
		p.segments[i] = segment{r.IntN(100), r.IntN(100)}
		as, bs = append(as, p.segments[i].a), append(bs, p.segments[i].b)
	}
	p.a = scatter[F](r, as, rows, p.row, p.depth, p.step)
	p.b = scatter[F](r, bs, p.depth, p.ldb, columns, 1)
	c = newGuarded[F](r, rows, columns, p.ldc)
	p.c = c.slice()
	return p, c
}

// exact is the product in float64.
func exact[F Float](p product[F]) []float64 {
	var want []float64
	for i := range p.rows {
		for j := range p.columns {
			v := 0.0
			if p.accumulate {
				v = float64(p.c[i*p.ldc+j])
			}
			for _, s := range p.segments {
				for l := range p.depth {
					v += float64(p.a[s.a+i*p.row+l*p.step]) * float64(p.b[s.b+l*p.ldb+j])
				}
			}
			want = append(want, v)
		}
	}
	return want
}

func testProduct[F Float](t *testing.T, r *rand.Rand, rows, columns int, tolerance float64) {
	t.Helper()
	p, c := draw[F](r, rows, columns)
	name := fmt.Sprintf("%d×%d, depth %d, segments %v, row %d, step %d, ldb %d, ldc %d, accumulate %v", rows, columns, p.depth, p.segments, p.row, p.step, p.ldb, p.ldc, p.accumulate)
	want := exact(p)
	if !p.accumulate {
		for i := range rows {
			for j := range columns {
				c.row(i)[j] = F(math.NaN()) // must be overwritten, not scaled
			}
		}
	}
	a, b := slices.Clone(p.a), slices.Clone(p.b)
	p.run()
	for i := range rows {
		for j := range columns {
			if have := float64(c.row(i)[j]); !(math.Abs(have-want[i*columns+j]) <= tolerance*(1+math.Abs(want[i*columns+j]))) {
				t.Fatalf("%s: have %v at (%d, %d), want %v", name, have, i, j, want[i*columns+j])
			}
		}
	}
	c.check(t, name)
	if !sameBits(p.a, a) || !sameBits(p.b, b) {
		t.Fatalf("%s: an input was changed", name)
	}
}

func TestProduct(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for rows := 1; rows <= 33; rows++ {
			for columns := 1; columns <= 67; columns++ {
				if testing.Short() && (rows+columns)%4 != 0 {
					continue
				}
				testProduct[float32](t, r, rows, columns, 3e-5)
			}
		}
		for range draws(300) {
			testProduct[float32](t, r, 1+r.IntN(100), 1+r.IntN(300), 3e-5)
			testProduct[float64](t, r, 1+r.IntN(20), 1+r.IntN(50), 1e-13)
		}
	})
}

// TestEmptyProduct: no terms make zeros, and add nothing.
func TestEmptyProduct(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, p := range []product[float32]{{depth: 0, segments: whole}, {depth: 3}} {
			for _, p.accumulate = range []bool{false, true} {
				p.rows, p.columns, p.ldc = 2, 3, 4
				p.c = []float32{1, 2, 3, 4, 5, 6, 7}
				p.run()
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

// TestBoundsOfProduct: no assembly goes beyond the end of a slice.
func TestBoundsOfProduct(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		for range 200 {
			p, _ := draw[float32](r, 1+r.IntN(20), 1+r.IntN(40))
			for short, slice := range map[string]*[]float32{"a": &p.a, "b": &p.b, "c": &p.c} {
				whole := *slice
				last := len(whole) - 1
				if short == "c" {
					last = (p.rows-1)*p.ldc + p.columns - 1
				}
				*slice = whole[:last:last]
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%d×%d: a product read beyond the end of %s", p.rows, p.columns, short)
						}
					}()
					p.run()
				}()
				*slice = whole
			}
		}
	})
}

// TestTilesAreBitEqual: the terms of a sum are added in order by every tile of
// every set, so that the cut of a product does not tell.
func TestTilesAreBitEqual(t *testing.T) {
	defer use(running)
	r := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		p, c := draw[float32](r, 1+r.IntN(40), 1+r.IntN(250))
		before := slices.Clone(c.all)
		use(isas()[0])
		p.run()
		want := slices.Clone(c.all)
		for _, s := range isas()[:len(isas())-1] {
			use(s)
			copy(c.all, before)
			for i := 0; i < p.rows; {
				rows := min(p.rows-i, 1+r.IntN(20-19*(i%2)))
				for j := 0; j < p.columns; {
					columns := min(p.columns-j, 1+r.IntN(160))
					q := p
					q.rows, q.columns, q.a, q.b, q.c = rows, columns, p.a[i*p.row:], p.b[j:], p.c[i*p.ldc+j:]
					q.run()
					j += columns
				}
				i += rows
			}
			if !sameBits(c.all, want) {
				t.Fatalf("%d×%d with %s: the bits depend on how the product is cut", p.rows, p.columns, s.name)
			}
		}
	}
}

func TestNoProductAllocates(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		x := make([]float32, 300)
		if n := testing.AllocsPerRun(10, func() { Gemm(false, 17, 17, 17, x, 17, x, 17, x, 17, false) }); n != 0 {
			t.Errorf("a product allocates %v times", n)
		}
	})
}
