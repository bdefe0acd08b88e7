package f32

// A filterGrad makes the gradient of filters as products of what they see, a
// row for each of its channels, with the gradient of the result.
type filterGrad struct {
	groups     int
	rows       int // of a product
	in, out    int // channels of a group
	pixels     int // of a result that are read at once, as if they were channels
	columnwise bool
	x, y       layout
	step       int // between neighbours of a line in what the filters see
	products   []tapGrad
	images     int // of a block
	blocks     int // of an image
}

// A tapGrad is the gradient of one tap of the filters, or of as many as lie in one
// piece in what they see.
type tapGrad struct {
	row    int         // the first in the filters
	depth  int         // the terms of each segment: neighbours of a line
	blocks [][]segment // the lines
}

// gradValues is the number of values of lines of images and results that are
// multiplied for all taps before the next: what stays in the nearest caches.
const gradValues = 1 << 14

func newFilterGrad(g Conv2D) *filterGrad {
	f := &filterGrad{
		groups: g.Groups, in: g.C / g.Groups, out: g.Out / g.Groups, rows: g.C / g.Groups, columnwise: g.columnwise(),
		x: g.image(), y: g.result(), step: g.StrideW * g.C, pixels: 1, images: 1,
	}
	if f.columnwise {
		f.groups, f.in, f.out, f.rows = 1, 1, g.C, 1
	}
	oh := g.OutH()
	lines := max(1, gradValues/(g.StrideH*f.x.line+f.y.line))
	if lines >= oh {
		f.images, f.blocks = min(g.N, lines/oh), 1
		lines = f.images * oh
	} else {
		f.blocks = (oh + lines - 1) / lines
	}
	kw, products := g.KW, g.KW
	if g.Groups == 1 && g.PadW == 0 && g.DilationW == 1 { // all columns see whole lines
		f.pixels = pixelsAtOnce(g, g.Out, g.OutW(), g.StrideW)
		kw, products = g.KW+(f.pixels-1)*g.StrideW, 1
		f.rows, f.out, f.step = kw*g.C, f.pixels*g.Out, f.pixels*f.step
	}
	for i := range g.KH {
		h0, h1 := meets(i, g.H, g.KH, g.StrideH, g.PadH, g.DilationH)
		for j := range products {
			w0, w1 := meets(j, g.W, g.KW, g.StrideW, g.PadW, g.DilationW)
			t := tapGrad{row: (i*kw + j) * f.in, depth: max(0, w1-w0) / f.pixels, blocks: make([][]segment, f.blocks)}
			for n := range f.images {
				for h := h0; h < h1; h++ {
					block := &t.blocks[(n*oh+h)/lines]
					*block = append(*block, segment{
						a: n*f.x.image + (h*g.StrideH-g.PadH+i*g.DilationH)*f.x.line + (w0*g.StrideW-g.PadW+j*g.DilationW)*f.x.pixel,
						b: n*f.y.image + h*f.y.line + w0*f.y.pixel,
					})
				}
			}
			f.products = append(f.products, t)
		}
	}
	return f
}

// meets returns the range of a result's coordinates for which tap i of k lies in
// an image of n coordinates.
func meets(i, n, k, stride, pad, dilation int) (lo, hi int) {
	first := pad - i*dilation // the image's first coordinate, in steps of one
	lo = max(0, (first+stride-1)/stride)
	if last := first + n - 1; last >= 0 {
		hi = min(outSize(n, k, stride, pad, dilation), last/stride+1)
	}
	return min(lo, hi), hi
}

// accumulateFilters adds the gradient that images x and the results' gradient y give.
func accumulateFilters[F Float](f *filterGrad, dw, x, y []F, images int) {
	out := f.groups * f.out
	p := product[F]{rows: f.rows, columns: f.out, row: 1, step: f.step, ldb: out, ldc: out, accumulate: true}
	for n := 0; n < images; n += f.images {
		part := min(f.images, images-n)
		for block := range f.blocks {
			for i := range f.products {
				t := &f.products[i]
				p.depth, p.segments = t.depth, t.blocks[block]
				if p.segments = p.segments[:len(p.segments)/f.images*part]; len(p.segments) == 0 {
					continue
				}
				for g := range f.groups {
					p.a, p.b, p.c = x[n*f.x.image+g*f.in:], y[n*f.y.image+g*f.out:], dw[t.row*out+g*f.out:]
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
