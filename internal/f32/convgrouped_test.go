package f32

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// drawGrouped makes a product by groups of random distances and segments.
func drawGrouped[F Float](r *rand.Rand, rows, groups int) (p product[F], c guarded[F]) {
	p, c = drawColumns[F](r, rows, groups*groupSizes[r.IntN(len(groupSizes))])
	p.group = p.columns / groups
	p.depth *= p.group
	var bs []int
	for _, s := range p.segments {
		for l := range p.depth {
			bs = append(bs, s.b+l*p.ldb)
		}
	}
	p.b = scatter[F](r, bs, 1, 0, p.columns, 1)
	return p, c
}

func testGrouped[F Float](t *testing.T, r *rand.Rand, rows, groups int, tolerance float64) {
	t.Helper()
	p, c := drawGrouped[F](r, rows, groups)
	name := describe(&p)
	want := widen(p)
	for i := range rows { // by the definition
		for j := range p.columns {
			sum := 0.0
			for _, s := range p.segments {
				for l := range p.depth / p.group {
					for u := range p.group {
						sum += want.a[s.a+i*p.row+l*p.step+j/p.group*p.group+u] * want.b[s.b+(l*p.group+u)*p.ldb+j]
					}
				}
			}
			if p.accumulate {
				sum += want.c[i*p.ldc+j]
			} else {
				c.row(i)[j] = F(math.NaN()) // must be overwritten, not scaled
			}
			want.c[i*p.ldc+j] = sum
		}
	}
	a, b := slices.Clone(p.a), slices.Clone(p.b)
	p.runColumns()
	for i := range rows {
		for j := range p.columns {
			have, want := float64(c.row(i)[j]), want.c[i*p.ldc+j]
			if !(math.Abs(have-want) <= tolerance*(1+math.Abs(want))) {
				t.Fatalf("%s, groups of %d: have %v at (%d, %d), want %v", name, p.group, have, i, j, want)
			}
		}
	}
	c.check(t, name)
	if !sameBits(p.a, a) || !sameBits(p.b, b) {
		t.Fatalf("%s, groups of %d: an input was changed", name, p.group)
	}
}

func TestProductByGroups(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(23, 24))
		for rows := 1; rows <= 26; rows++ {
			for groups := 1; groups <= 20; groups++ {
				if testing.Short() && (rows+groups)%4 != 0 {
					continue
				}
				testGrouped[float32](t, r, rows, groups, 2e-4)
			}
		}
		for range draws(100) {
			testGrouped[float64](t, r, 1+r.IntN(20), 1+r.IntN(10), 1e-12)
		}
	})
}

// TestGroupsAreBitEqual: the terms of a sum are added in order by every set, so that
// the cut of a product does not tell.
func TestGroupsAreBitEqual(t *testing.T) {
	defer use(running)
	r := rand.New(rand.NewPCG(25, 26))
	for range 200 {
		p, c := drawGrouped[float32](r, 1+r.IntN(30), 1+r.IntN(30))
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
					columns := min(p.columns-j, p.group*(1+r.IntN(20)))
					q := p
					q.rows, q.columns, q.a, q.b, q.c = rows, columns, p.a[i*p.row+j:], p.b[j:], p.c[i*p.ldc+j:]
					q.runColumns()
					j += columns
				}
				i += rows
			}
			if !sameBits(c.all, want) {
				t.Fatalf("%s, groups of %d, with %s: the bits depend on how the product is cut", describe(&p), p.group, s.name)
			}
		}
	}
}

// TestBoundsOfProductByGroups: no assembly goes beyond the end of a slice.
func TestBoundsOfProductByGroups(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(27, 28))
		for range 200 {
			p, _ := drawGrouped[float32](r, 1+r.IntN(20), 1+r.IntN(20))
			ends := map[string]int{"c": (p.rows-1)*p.ldc + p.columns}
			for _, s := range p.segments {
				ends["a"] = max(ends["a"], s.a+(p.rows-1)*p.row+(p.depth/p.group-1)*p.step+p.columns)
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

func TestNoProductByGroupsAllocates(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		x := make([]float32, 800)
		if n := testing.AllocsPerRun(10, func() {
			p := product[float32]{rows: 9, columns: 60, depth: 4, segments: whole, a: x, row: 60, step: 60, b: x, ldb: 60, c: x, ldc: 60, group: 4}
			p.runColumns()
		}); n != 0 {
			t.Errorf("a product allocates %v times", n)
		}
	})
}

// TestSmallGroups: convolutions in groups of few channels, by products by groups
// where there are any, give what each group would give by itself.
func TestSmallGroups(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(29, 30))
		for _, g := range []Conv2D{
			grouped(2, 24, 9, 24, 3, 1, 12),
			grouped(2, 32, 9, 32, 3, 1, 8),
			grouped(1, 12, 8, 12, 5, 2, 3),
			grouped(3, 40, 7, 40, 3, 2, 5),
			grouped(2, 16, 6, 16, 1, 1, 2),
			with(grouped(2, 16, 9, 16, 3, 1, 4), func(g *Conv2D) { g.DilationH, g.DilationW, g.PadH, g.PadW = 2, 3, 0, 3 }),
			with(grouped(2, 16, 9, 16, 3, 1, 4), func(g *Conv2D) { g.KW, g.PadW = 1, 0 }),
		} {
			if c := NewConv(g); c.forward.columnwise != byGroups.has(g.C/g.Groups) {
				t.Errorf("%+v: by columns %v", g, c.forward.columnwise)
			}
			for range 3 {
				testConv[float32](t, r, g, 1e-4)
				testConv[float64](t, r, g, 1e-11)
			}
		}
	})
}
