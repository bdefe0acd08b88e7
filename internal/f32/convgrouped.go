package f32

// runGrouped computes the product of a and b in which each column of the result sees
// the columns of a that are in its group of p.group columns:
//
//	c[i·ldc + j] = Σ_s Σ_{l < depth/group} Σ_{u < group} a[segments[s].a + i·row + l·step + ⌊j/group⌋·group + u] · b[segments[s].b + (l·group + u)·ldb + j]
//
// The terms are added one by one to what c holds, if accumulate says so. It is the
// whole loop of convolutions in groups of few channels and of their images'
// gradients: each product has as much work as those of other convolutions, with no zeros
// multiplied, and none is narrow. The columns are whole groups.
func (p *product[F]) runGrouped() {
	if p, ok := any(p).(*product[float32]); ok && byGroups.has(p.group) && p.rows*p.columns*p.depth*len(p.segments) > 0 {
		byGroups.run(p)
		return
	}
	p.runGroupedPlain()
}

// runGroupedPlain is the loop that every machine can run.
func (p *product[F]) runGroupedPlain() {
	for i := range p.rows {
		c := p.c[i*p.ldc:][:p.columns]
		if !p.accumulate {
			clear(c)
		}
		for _, s := range p.segments {
			for l := range p.depth {
				a, b := p.a[s.a+i*p.row+l/p.group*p.step:][:len(c)], p.b[s.b+l*p.ldb:][:len(c)]
				for j := 0; j < len(c); j += p.group {
					x := a[j+l%p.group]
					for k, y := range b[j : j+p.group] {
						c[j+k] += x * y
					}
				}
			}
		}
	}
}

// A groupSet holds the products by groups of a set of instructions: those of one and
// of more whole vectors, and that of the columns that fill none. A group's columns of
// a are brought before each of its columns within a vector.
type groupSet struct {
	name  string
	width int // lanes of a vector
	rest  groupKernel
	whole []groupKernel
	lanes map[int][]int32 // by the size of a group: which lane each lane sees, for each column of a group
}

type groupKernel func(rows, groups, depth int, a *float32, row, step int, b *float32, ldb int, segments *int, n int, c *float32, ldc int, accumulate bool, lanes, end *int32)

// groupRows is how many rows the kernels compute at most.
const groupRows = 8

func newGroupSet(name string, width int, rest groupKernel, whole ...groupKernel) *groupSet {
	s := &groupSet{name, width, rest, whole, map[int][]int32{}}
	for _, n := range groupSizes {
		if n > width {
			break // a vector holds no whole group
		}
		var lanes []int32
		for u := range n {
			for j := range width {
				lanes = append(lanes, int32(j/n*n+u))
			}
		}
		s.lanes[n] = append(lanes, 0) // the kernels are given its end
	}
	return s
}

// has says that there are kernels for groups of n channels.
func (s *groupSet) has(n int) bool { return s != nil && s.lanes[n] != nil }

// groupSizes are those that convolutions compute in groups.
var groupSizes = []int{2, 4, 8}

// run computes a product that is not empty.
func (s *groupSet) run(p *product[float32]) {
	p.checkColumnBounds()
	lanes := s.lanes[p.group]
	end := &lanes[len(lanes)-1]
	for i, left := 0, ceilDiv(p.rows, groupRows); left > 0; left-- {
		rows := (p.rows - i) / left
		kernel := func(k groupKernel, n, j int) {
			k(rows, n, p.depth/p.group, &p.a[i*p.row+j], p.row, p.step, &p.b[j], p.ldb, &p.segments[0].a, len(p.segments), &p.c[i*p.ldc+j], p.ldc, p.accumulate, &lanes[0], end)
		}
		j := 0
		for v := len(s.whole); v > 0; v-- {
			if n := (p.columns - j) / (v * s.width); n > 0 {
				kernel(s.whole[v-1], n, j)
				j += n * v * s.width
			}
		}
		if j < p.columns {
			kernel(s.rest, p.columns-j, j)
		}
		i += rows
	}
}
