package f32

// A wholeGrad makes the gradient of large filters from all images at once, a
// block of input and output channels at a time. It reads copies of the images
// and of their results' gradient in which these channels lie together, and so do
// the same pixels of a block of images:
//
//	(panel of channels, block of images, height, width, image, channel)
type wholeGrad struct {
	x, y      panels
	images    int // of a block
	blocks    int
	step, ldb int // between neighbours of a segment
	taps      []wholeTap
}

// panels is how images and their channels are cut.
type panels struct {
	pixels, channels int
	group            int // channels of a group
	width            int // channels of a panel; the last of a group may have fewer
	perGroup         int
	block            int // values of a block of images
}

// A wholeTap is the gradient of one tap of the filters.
type wholeTap struct {
	depth    int
	segments []segment
}

// wholeValues is the number of values of a block of images in a panel, and of
// their results, that are multiplied for all taps before the next: what stays in
// the second cache.
const wholeValues = 1 << 16

func newPanels(pixels, channels, groups int) panels {
	p := panels{pixels: pixels, channels: channels, group: channels / groups}
	p.width = min(panelColumns, p.group)
	p.perGroup = (p.group + p.width - 1) / p.width
	return p
}

func newWholeGrad(g Conv2D) *wholeGrad {
	oh, ow := g.OutH(), g.OutW()
	f := &wholeGrad{x: newPanels(g.H*g.W, g.C, g.Groups), y: newPanels(oh*ow, g.Out, g.Groups)}
	images := max(1, wholeValues/(f.x.pixels*f.x.width+f.y.pixels*f.y.width))
	if images < ow && g.StrideW > 1 {
		images = 1
	}
	f.blocks = (g.N + images - 1) / images
	f.images = (g.N + f.blocks - 1) / f.blocks
	f.x.block, f.y.block = f.x.pixels*f.images*f.x.width, f.y.pixels*f.images*f.y.width
	// The same pixels of a block's images follow each other, and after them come the
	// next pixels of the line, unless the stride leaves some out between them.
	f.step, f.ldb = f.x.width, f.y.width
	if f.images == 1 {
		f.step *= g.StrideW
	}
	x, y := f.images*f.x.width, f.images*f.y.width // from pixel to pixel
	for i := range g.KH {
		h0, h1 := g.height().meets(i)
		for j := range g.KW {
			w0, w1 := g.width().meets(j)
			columns := w1 - w0
			t := wholeTap{depth: f.images}
			if g.StrideW == 1 || f.images == 1 {
				t.depth, columns = columns*f.images, min(1, columns)
			}
			for h := h0; h < h1; h++ {
				for w := w0; w < w0+columns; w++ {
					t.segments = append(t.segments, segment{
						a: ((h*g.StrideH-g.PadH+i*g.DilationH)*g.W + w*g.StrideW - g.PadW + j*g.DilationW) * x,
						b: (h*ow + w) * y,
					})
				}
			}
			f.taps = append(f.taps, t)
		}
	}
	return f
}

// Large says that the filters are too large for the gradients of many chunks to
// be kept and summed: ConvFilterGradWhole is the way to compute theirs.
func (c *Conv) Large() bool {
	const bytes = 1 << 19
	return 4*c.filters() > bytes && !c.columnwise() && !c.margin
}

// WholeScratchLen is the number of values of scratch that ConvFilterGradWhole needs.
func (c *Conv) WholeScratchLen() int { return c.whole.size(&c.whole.x) + c.whole.size(&c.whole.y) }

func (f *wholeGrad) size(p *panels) int {
	return p.channels / p.group * p.perGroup * f.blocks * p.block
}

// ConvFilterGradWhole writes into dw the gradient of the filters that all N images
// give. It runs in parallel.
func ConvFilterGradWhole[F Float](c *Conv, dw, x, dy, scratch []F) {
	f := c.whole
	xs, ys := scratch[:f.size(&f.x)], scratch[f.size(&f.x):]
	packPanels(f, &f.x, xs, x, c.N)
	packPanels(f, &f.y, ys, dy, c.N)
	rows := f.x.group // of a tap
	panels := c.Groups * f.x.perGroup * f.y.perGroup
	lines := 1 // how many chunks the lines of the filters are cut into: few panels make few tasks
	if panels < 8 {
		lines = c.KH
	}
	taps := len(f.taps) / lines
	Parallel(panels*lines, func(_, task int) {
		first := task % lines * taps
		task /= lines
		group, i, j := task/f.y.perGroup/f.x.perGroup, task/f.y.perGroup%f.x.perGroup, task%f.y.perGroup
		a, b := xs[(group*f.x.perGroup+i)*f.blocks*f.x.block:], ys[(group*f.y.perGroup+j)*f.blocks*f.y.block:]
		to := dw[i*f.x.width*c.Out+group*f.y.group+j*f.y.width:]
		p := product[F]{
			rows: min(f.x.width, f.x.group-i*f.x.width), columns: min(f.y.width, f.y.group-j*f.y.width),
			row: 1, step: f.step, ldb: f.ldb, ldc: c.Out,
		}
		for block := range f.blocks {
			p.a, p.b, p.accumulate = a[block*f.x.block:], b[block*f.y.block:], block > 0
			for k, t := range f.taps[first : first+taps] {
				p.depth, p.segments, p.c = t.depth, t.segments, to[(first+k)*rows*c.Out:]
				p.run()
			}
		}
	})
}

// packPanels copies n images, and zeros for those that the last block lacks.
func packPanels[F Float](f *wholeGrad, p *panels, dst, src []F, n int) {
	Parallel(p.channels/p.group*p.perGroup*f.blocks, func(_, task int) {
		panel, first := task/f.blocks, task%f.blocks*f.images
		group, i := panel/p.perGroup, panel%p.perGroup*p.width
		width, from := min(p.width, p.group-i), group*p.group+i
		to := dst[task*p.block : (task+1)*p.block]
		for pixel := range p.pixels {
			for image := range f.images {
				row := to[(pixel*f.images+image)*p.width:]
				if first+image < n {
					copy(row[:width], src[((first+image)*p.pixels+pixel)*p.channels+from:])
				} else {
					clear(row[:width])
				}
			}
		}
	})
}
