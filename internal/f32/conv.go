package f32

// Conv2D is the geometry of a convolution of images (N, H, W, C) with filters
// (KH, KW, C/Groups, Out), as a cross-correlation. Sizes are positive; padding
// is of zeros on both sides.
type Conv2D struct {
	N, H, W, C           int // images
	KH, KW, Out          int // filters
	StrideH, StrideW     int
	PadH, PadW           int
	DilationH, DilationW int
	Groups               int
	Causal               bool // PadW is before a line only: no pixel of the result sees what comes after it
}

// OutH and OutW are the height and width of the result (N, OutH, OutW, Out).
func (g Conv2D) OutH() int { return g.height().results() }
func (g Conv2D) OutW() int { return g.width().results() }

// A side is the height or the width of a convolution: n coordinates of the images
// between zeros before and after, and k of the filters.
type side struct{ n, before, after, k, stride, dilation int }

func (g Conv2D) height() side {
	return side{n: g.H, before: g.PadH, after: g.PadH, k: g.KH, stride: g.StrideH, dilation: g.DilationH}
}

func (g Conv2D) width() side {
	s := side{n: g.W, before: g.PadW, after: g.PadW, k: g.KW, stride: g.StrideW, dilation: g.DilationW}
	if g.Causal {
		s.after = 0
	}
	return s
}

// results is the number of coordinates of the result.
func (s side) results() int {
	span := s.before + s.n + s.after - s.dilation*(s.k-1) - 1
	if span < 0 {
		return 0
	}
	return span/s.stride + 1
}

// filters is the number of values of the filters.
func (g Conv2D) filters() int { return g.KH * g.KW * g.C / g.Groups * g.Out }

func (g Conv2D) image() layout {
	return layout{image: g.H * g.W * g.C, line: g.W * g.C, pixel: g.C}
}

func (g Conv2D) result() layout {
	return layout{image: g.OutH() * g.OutW() * g.Out, line: g.OutW() * g.Out, pixel: g.Out}
}

// A layout is the distances between images, lines and pixels.
type layout struct{ image, line, pixel int }

// A Conv is a convolution that is cut into matrix products: what depends only on
// the geometry. It never changes, so that many goroutines can use it at once.
//
// Nothing is copied into the rows of a matrix: the products read the images as
// they lie, tap by tap of the filters, and pixels at the border of an image have
// fewer taps than those inside. No padding is multiplied.
//
// The functions on a chunk of images, or on some lines of one image, compute on the
// calling goroutine. Consecutive images may be cut into chunks at will, and images
// into lines, and the bits of the results and of the images' gradients do not
// depend on how.
type Conv struct {
	Conv2D
	margin     bool // images are copied between columns of zeros first
	forward    *correlation
	imageGrad  *correlation
	filterGrad *filterGrad
	whole      *wholeGrad
}

// NewConv plans the convolutions of geometry g.
func NewConv(g Conv2D) *Conv {
	c := &Conv{Conv2D: g, margin: needsMargin(g)}
	inner := g
	if c.margin {
		inner.W, inner.PadW = c.marginWidth(), 0
	}
	c.forward, c.imageGrad = newForward(productGroups(inner, inner.Out)), newImageGrad(productGroups(g, g.C))
	c.filterGrad, c.whole = newFilterGrad(joinGroups(inner, inner.Out)), newWholeGrad(g)
	return c
}

// ChunkImages is the number of images that make a good chunk: few enough to stay
// in the second cache, but many enough for large filters, which do not, to be used
// often once they are there.
func (c *Conv) ChunkImages() int {
	const bytes, pixels = 1 << 17, 512
	n := max(1, bytes/(4*c.image().image))
	if 4*c.filters() > 1<<19 {
		n = max(n, min(pixels/(c.OutH()*c.OutW()), c.N/2))
	}
	return min(n, c.N)
}

// ScratchLen is the number of scratch values that the functions on a chunk of images need.
func (c *Conv) ScratchLen(images int) int {
	n := c.shiftedLen() + c.joinedLen()
	if c.margin {
		n += images * c.H * c.marginLine()
	}
	return n
}

// FewPixels says that there is more to read of the filters than of the images:
// ConvForwardWhole and ConvImageGradWhole are the way to read them once.
func (c *Conv) FewPixels() bool {
	const bytes, pixels = 1 << 18, 512
	return 4*c.filters() > bytes && c.N*c.OutH()*c.OutW() <= pixels && !c.columnwise() && !c.margin
}

// ConvForward writes into y the convolution of images x with the filters as
// PackConv returns them, plus the bias (Out) where it is not nil.
func ConvForward[F Float](c *Conv, y, x, packed, bias, scratch []F, images int) {
	correlate(c.forward, y, withMargin(c, x, scratch, images), packed, bias, images)
}

// ConvForwardLines is ConvForward of one image x, for the lines [lo, hi) of its
// result, which y holds.
func ConvForwardLines[F Float](c *Conv, y, x, packed, bias, scratch []F, lo, hi int) {
	if c.margin {
		first := max(0, lo*c.StrideH-c.PadH)
		last := min(c.H, (hi-1)*c.StrideH-c.PadH+c.DilationH*(c.KH-1)+1)
		x = withMarginLines(c, x, scratch, first, max(first, last))
	}
	correlateSpan(c.forward, y, x, packed, bias, 1, span{lo, hi}, span{0, c.forward.groups * c.forward.panels()})
}

// ConvForwardWhole is ConvForward, in parallel.
func ConvForwardWhole[F Float](c *Conv, y, x, packed, bias []F, images int) {
	correlateWhole(c.forward, y, x, packed, bias, images)
}

// ConvImageGradWhole is ConvImageGrad, in parallel.
func ConvImageGradWhole[F Float](c *Conv, dx, dy, packed []F, images int) {
	correlateWhole(c.imageGrad, dx, dy, packed, nil, images)
}

// correlateWhole gives each worker panels of filters, or lines of an image where the
// panels are few.
func correlateWhole[F Float](c *correlation, to, from, filters, bias []F, images int) {
	panels, bands := c.groups*c.panels(), 1
	if panels < 8 && images == 1 {
		bands = min(2, c.lines)
	}
	line := c.to.line / c.height.step
	Parallel(panels*bands, func(_, task int) {
		panel, band := task/bands, task%bands
		lines := span{band * c.lines / bands, (band + 1) * c.lines / bands}
		correlateSpan(c, to[lines.lo*line:], from, filters, bias, images, lines, span{panel, panel + 1})
	})
}

// ConvImageGrad writes into dx the gradient of images, given that of their
// results and the filters as PackConvGrad returns them.
func ConvImageGrad[F Float](c *Conv, dx, dy, packed, scratch []F, images int) {
	correlate(c.imageGrad, dx, dy, packed, nil, images)
}

// ConvImageGradLines is ConvImageGrad of one image, for its lines [lo, hi), which dx
// holds; dy is of the whole image.
func ConvImageGradLines[F Float](c *Conv, dx, dy, packed []F, lo, hi int) {
	correlateSpan(c.imageGrad, dx, dy, packed, nil, 1, span{lo, hi}, span{0, c.imageGrad.groups * c.imageGrad.panels()})
}

// ConvFilterGrad adds to dw the gradient of the filters that the images give, in
// the order of the images.
func ConvFilterGrad[F Float](c *Conv, dw, x, dy, scratch []F, images int) {
	filterGradBlocks(c, dw, x, dy, scratch, images, span{0, c.filterGrad.blocks})
}

// ConvFilterGradBand is ConvFilterGrad of one image, for the share of the gradient
// that comes from band i of the n bands of its result's lines.
func ConvFilterGradBand[F Float](c *Conv, dw, x, dy, scratch []F, i, n int) {
	if blocks := c.filterGrad.blocks; i*blocks/n < (i+1)*blocks/n {
		filterGradBlocks(c, dw, x, dy, scratch, 1, span{i * blocks / n, (i + 1) * blocks / n})
	}
}

func filterGradBlocks[F Float](c *Conv, dw, x, dy, scratch []F, images int, blocks span) {
	n := c.shiftedLen() + c.joinedLen()
	x = withMargin(c, x, scratch[n:], images)
	if n == 0 {
		accumulateFilters(c.filterGrad, dw, x, dy, images, blocks)
		return
	}
	clear(scratch[:n])
	accumulateFilters(c.filterGrad, scratch[:n], x, dy, images, blocks)
	if c.joinedLen() > 0 {
		addJoined(c, dw, scratch[:n])
	} else {
		addShifted(c, dw, scratch[:n])
	}
}
