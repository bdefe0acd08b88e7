package f32

// A correlation makes a result of a source, as products of the source's pixels
// with filters: the convolution itself, and the gradient of its images.
type correlation struct {
	groups        int
	in, out       int // channels of a group
	pixels        int // that are computed at once, as if they were channels
	columnwise    bool
	step          int    // between the terms of a segment
	from, to      layout // distances between what a run's neighbours see, and between them
	rectangles    []rectangle
	blocks        int
	lines         int // of the result
	height, width axis
}

// A rectangle is the pixels of a run of lines and a run of columns. They all sum
// over the same taps.
type rectangle struct {
	height, width int
	line          int         // the first line in the result
	at            int         // the first pixel in the result
	depth         int         // the terms of each segment
	blocks        [][]segment // of each block of the filters
}

// panelColumns is the number of columns that packed filters keep together, so that
// the rows of a tile's b lie close to each other.
const panelColumns = 64

// blockValues is the number of values of a panel of filters that are multiplied
// with all pixels of a chunk before the next: what stays in the second cache.
const blockValues = 1 << 16

func newForward(g Conv2D) *correlation {
	n := pixelsAtOnce(g, g.Out, g.OutW(), g.StrideW)
	width := g.width()
	width.k, width.stride = g.KW+(n-1)*g.StrideW, n*g.StrideW
	return newCorrelation(g, g.C, g.Out, n, g.image(), g.result(), forwardAxis(g.height()), forwardAxis(width))
}

func newImageGrad(g Conv2D) *correlation {
	height, width := gradAxis(g.height()), g.width()
	if n := pixelsAtOnce(g, g.C, g.W, 1); n > 1 && g.StrideW == 1 {
		// The gradient is the convolution of dy with the turned filters.
		turned := side{n: g.OutW(), before: g.KW - 1 - width.before, after: g.KW - 1 - width.after, k: g.KW + n - 1, stride: n, dilation: 1}
		return newCorrelation(g, g.Out, g.C, n, g.result(), g.image(), height, forwardAxis(turned))
	}
	return newCorrelation(g, g.Out, g.C, 1, g.result(), g.image(), height, gradAxis(width))
}

func newCorrelation(g Conv2D, in, out, pixels int, from, to layout, height, width axis) *correlation {
	all := to.image / to.line
	to.pixel *= pixels
	c := &correlation{
		groups: g.Groups, in: in / g.Groups, out: out / g.Groups * pixels, pixels: pixels, step: 1,
		from:  layout{from.image, from.line * height.advance, from.pixel * width.advance},
		to:    layout{to.image, to.line * height.step, to.pixel * width.step},
		lines: all, height: height, width: width,
	}
	if c.columnwise = g.columnwise(); c.columnwise {
		c.groups, c.out, c.step = 1, g.C, from.pixel
	}
	values := len(width.order) * c.in * c.ldb() // of one line of the filters
	lines := max(1, blockValues/values)
	c.blocks = (g.KH + lines - 1) / lines
	for _, h := range height.runs {
		for _, w := range width.runs {
			r := rectangle{
				height: h.count, width: w.count, line: h.first, at: h.first*to.line + w.first*to.pixel,
				depth: c.in, blocks: make([][]segment, c.blocks),
			}
			taps := w.taps
			if len(taps) > 1 && (c.columnwise || from.pixel == c.in*c.step) && consecutive(taps) {
				taps, r.depth = taps[:1], len(taps)*c.in
			}
			for _, i := range h.taps {
				block := &r.blocks[i.slot/lines]
				for _, j := range taps {
					*block = append(*block, segment{a: i.at*from.line + j.at*from.pixel, b: i.slot*values + j.slot*c.in*c.ldb()})
				}
			}
			c.rectangles = append(c.rectangles, r)
		}
	}
	return c
}

// ldb is the distance between rows of the packed filters.
func (c *correlation) ldb() int {
	if c.columnwise {
		return c.out
	}
	return min(panelColumns, c.out)
}

// panels is the number of panels of a group.
func (c *correlation) panels() int { return (c.out + c.ldb() - 1) / c.ldb() }

// panelLen is the number of values of a panel.
func (c *correlation) panelLen() int {
	return len(c.height.order) * len(c.width.order) * c.in * c.ldb()
}

// An extent is one direction in which pixels follow each other.
type extent struct{ n, from, to int }

// extents are the directions of a rectangle's pixels, that of the products' rows
// first: the width if it has enough pixels to fill a tile, or the height, or else
// the images, whose same pixels often compete for the same places of a cache.
func (c *correlation) extents(r *rectangle, images int) [3]extent {
	const enough = 6
	e := [3]extent{{r.width, c.from.pixel, c.to.pixel}, {r.height, c.from.line, c.to.line}, {images, c.from.image, c.to.image}}
	e[1], e[2] = join(e[1], e[2])
	e[0], e[1] = join(e[0], e[1])
	e[1], e[2] = join(e[1], e[2])
	rows := 0
	for i, x := range e {
		if e[rows].n < enough && x.n > e[rows].n {
			rows = i
		}
	}
	e[0], e[rows] = e[rows], e[0]
	return e
}

// join returns two directions as one, where the second goes on where the first ends.
func join(a, b extent) (extent, extent) {
	one := extent{n: 1}
	switch {
	case b.n == 1:
		return a, one
	case a.n == 1:
		return b, one
	case b.from == a.n*a.from && b.to == a.n*a.to:
		return extent{a.n * b.n, a.from, a.to}, one
	}
	return a, b
}

// A span is the coordinates from lo to before hi.
type span struct{ lo, hi int }

// within is which of a rectangle's lines lie in the span of the result's lines: the
// first of them, and how many.
func (c *correlation) within(r *rectangle, lines span) (first, count int) {
	first = max(0, ceilDiv(lines.lo-r.line, c.height.step))
	return first, min(r.height, ceilDiv(lines.hi-r.line, c.height.step)) - first
}

// correlate computes the result of the source, plus the bias where it is not nil.
func correlate[F Float](c *correlation, to, from, filters, bias []F, images int) {
	correlateSpan(c, to, from, filters, bias, images, span{0, c.lines}, span{0, c.groups * c.panels()})
}

// correlateSpan computes some lines of the result, with which to begins, and the
// channels of some panels. There is one image unless the lines are all.
func correlateSpan[F Float](c *correlation, to, from, filters, bias []F, images int, lines, panels span) {
	p := product[F]{step: c.step, ldb: c.ldb(), group: c.in}
	before := lines.lo * c.to.line / c.height.step
	for panel := panels.lo; panel < panels.hi; panel++ {
		group, j := panel/c.panels(), panel%c.panels()*c.ldb()
		p.columns = min(c.ldb(), c.out-j)
		p.b = filters[panel*c.panelLen():]
		a, column := from[group*c.in:], group*c.out+j
		for block := range c.blocks {
			for i := range c.rectangles {
				r := c.rectangles[i]
				p.depth, p.segments = r.depth, r.blocks[block]
				first, count := c.within(&r, lines)
				if count <= 0 || block > 0 && len(p.segments) == 0 {
					continue
				}
				r.height, r.at = count, r.at+first*c.to.line-before
				e := c.extents(&r, images)
				p.rows, p.row, p.ldc = e[0].n, e[0].from, e[0].to
				for k := range e[2].n {
					for l := range e[1].n {
						if len(p.segments) > 0 {
							p.a = a[first*c.from.line+k*e[2].from+l*e[1].from:]
						}
						p.c = to[r.at+column+k*e[2].to+l*e[1].to:]
						p.accumulate = block > 0 || bias != nil
						if block == 0 && bias != nil {
							for i := range p.rows {
								for row := p.c[i*p.ldc:][:p.columns]; len(row) > 0; {
									row = row[copy(row, bias[column:]):]
								}
							}
						}
						if c.columnwise {
							p.runColumns()
						} else {
							p.run()
						}
					}
				}
			}
		}
	}
}
