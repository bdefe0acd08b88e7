package f32

// A filterGrad makes the gradient of filters as products of what they see, a
// row for each of its channels, with the gradient of the result.
type filterGrad struct {
	groups     int
	in, out    int // channels of a group
	rows       int // of a line of the filters
	pixels     int // of a result that are read at once, as if they were channels
	columnwise bool
	x, y       layout
	row, step  int // between rows, and neighbours of a line, in what the filters see
	products   []tapGrad
	images     int // of a block
	blocks     int // of an image
}

// A tapGrad is the gradient of one tap of the filters, or of as many as see contiguous
// values.
type tapGrad struct {
	first, rows int         // in the filters
	depth       int         // the terms of each segment: neighbours of a line
	blocks      [][]segment // the lines
}

// A meeting is taps of a line of the filters and the run of a result's columns that
// they are multiplied with.
type meeting struct {
	slot, rows   int // the first tap, and the rows of all
	at           int // the column of the images that it meets first
	first, count int
}

// gradValues is the number of values of lines of images and results that are
// multiplied for all taps before the next: what stays in the nearest caches.
const gradValues = 1 << 14

func newFilterGrad(g Conv2D) *filterGrad {
	f := &filterGrad{
		groups: g.Groups, in: g.C / g.Groups, out: g.Out / g.Groups, columnwise: g.depthwise(),
		x: g.image(), y: g.result(), row: 1, step: g.StrideW * g.C, pixels: 1, images: 1,
	}
	oh := g.OutH()
	lines := max(1, gradValues/(g.StrideH*f.x.line+f.y.line))
	if lines >= oh {
		f.images, f.blocks = min(g.N, lines/oh), 1
		lines = f.images * oh
	} else {
		f.blocks = (oh + lines - 1) / lines
	}
	kw := g.KW
	var meetings []meeting
	switch {
	case f.columnwise: // the rows are taps, which share what they read of the results
		f.groups, f.in, f.out, f.row = 1, 1, g.C, g.DilationW*g.C
		for _, r := range forwardAxis(g.width()).runs {
			if len(r.taps) > 0 {
				meetings = append(meetings, meeting{r.taps[0].slot, len(r.taps), r.taps[0].at, r.first, r.count})
			}
		}
	case g.Groups == 1 && g.PadW == 0 && g.DilationW == 1: // all columns see whole lines
		f.pixels = pixelsAtOnce(g, g.Out, g.OutW(), g.StrideW)
		kw += (f.pixels - 1) * g.StrideW
		f.out, f.step = f.pixels*g.Out, f.pixels*f.step
		meetings = []meeting{{rows: kw * g.C, count: g.OutW() / f.pixels}}
	default:
		for j := range kw {
			lo, hi := g.width().meets(j)
			meetings = append(meetings, meeting{j, f.in, lo*g.StrideW - g.PadW + j*g.DilationW, lo, hi - lo})
		}
	}
	f.rows = kw * f.in
	for i := range g.KH {
		h0, h1 := g.height().meets(i)
		for _, m := range meetings {
			t := tapGrad{first: i*f.rows + m.slot*f.in, rows: m.rows, depth: m.count, blocks: make([][]segment, f.blocks)}
			for n := range f.images {
				for h := h0; h < h1; h++ {
					block := &t.blocks[(n*oh+h)/lines]
					*block = append(*block, segment{
						a: n*f.x.image + (h*g.StrideH-g.PadH+i*g.DilationH)*f.x.line + m.at*f.x.pixel,
						b: n*f.y.image + h*f.y.line + m.first*f.y.pixel,
					})
				}
			}
			f.products = append(f.products, t)
		}
	}
	return f
}

// meets returns the range of the result's coordinates for which tap i of the filters
// lies in an image.
func (s side) meets(i int) (lo, hi int) {
	first := s.before - i*s.dilation // the image's first coordinate, in steps of one
	lo = max(0, (first+s.stride-1)/s.stride)
	if last := first + s.n - 1; last >= 0 {
		hi = min(s.results(), last/s.stride+1)
	}
	return min(lo, hi), hi
}

// accumulateFilters adds the gradient that some blocks of images x and of the
// results' gradient y give.
func accumulateFilters[F Float](f *filterGrad, dw, x, y []F, images int, blocks span) {
	out := f.groups * f.out
	p := product[F]{columns: f.out, row: f.row, step: f.step, ldb: out, ldc: out, accumulate: true}
	for n := 0; n < images; n += f.images {
		part := min(f.images, images-n)
		for block := blocks.lo; block < blocks.hi; block++ {
			for i := range f.products {
				t := &f.products[i]
				p.rows, p.depth, p.segments = t.rows, t.depth, t.blocks[block]
				if p.segments = p.segments[:len(p.segments)/f.images*part]; len(p.segments) == 0 {
					continue
				}
				for g := range f.groups {
					p.a, p.b, p.c = x[n*f.x.image+g*f.in:], y[n*f.y.image+g*f.out:], dw[t.first*out+g*f.out:]
					if f.columnwise {
						p.runColumns()
					} else {
						p.run()
					}
				}
			}
		}
	}
}
