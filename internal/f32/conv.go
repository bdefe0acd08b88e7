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
}

// OutH and OutW are the height and width of the result (N, OutH, OutW, Out).
func (g Conv2D) OutH() int { return outSize(g.H, g.KH, g.StrideH, g.PadH, g.DilationH) }
func (g Conv2D) OutW() int { return outSize(g.W, g.KW, g.StrideW, g.PadW, g.DilationW) }

func outSize(n, k, stride, pad, dilation int) int {
	span := n + 2*pad - dilation*(k-1) - 1
	if span < 0 {
		return 0
	}
	return span/stride + 1
}

// columnwise says that every channel has one filter of its own.
func (g Conv2D) columnwise() bool { return g.Groups > 1 && g.Groups == g.C && g.Groups == g.Out }

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

// A Conv is a convolution that is cut into matrix products: what depends on the
// geometry alone. It never changes, so that many goroutines can use it at once.
//
// Nothing is copied into the rows of a matrix: the products read the images as
// they lie, tap by tap of the filters, and pixels at the border of an image have
// fewer taps than those inside. No padding is multiplied.
//
// The functions on a chunk of images compute on the calling goroutine.
// Consecutive images may be cut into chunks at will, and the bits of the results
// and of the images' gradients do not depend on how.
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
		inner.W, inner.PadW = g.W+2*g.PadW, 0
	}
	c.forward, c.imageGrad = newForward(joinGroups(inner, inner.Out)), newImageGrad(joinGroups(g, g.C))
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

// ScratchLen is the number of values that a worker lends to the functions on a chunk.
func (c *Conv) ScratchLen(images int) int {
	n := c.shiftedLen() + c.joinedLen()
	if c.margin {
		n += images * c.H * c.marginLine()
	}
	return n
}

// ConvForward writes into y the convolution of images x with the filters as
// PackConv returns them, plus the bias (Out) where it is not nil.
func ConvForward[F Float](c *Conv, y, x, packed, bias, scratch []F, images int) {
	correlate(c.forward, y, withMargin(c, x, scratch, images), packed, bias, images)
}

// ConvImageGrad writes into dx the gradient of images, given that of their
// results and the filters as PackConvGrad returns them.
func ConvImageGrad[F Float](c *Conv, dx, dy, packed, scratch []F, images int) {
	correlate(c.imageGrad, dx, dy, packed, nil, images)
}

// ConvFilterGrad adds to dw the gradient of the filters that the images give, in
// the order of the images.
func ConvFilterGrad[F Float](c *Conv, dw, x, dy, scratch []F, images int) {
	n := c.shiftedLen() + c.joinedLen()
	x = withMargin(c, x, scratch[n:], images)
	if n == 0 {
		accumulateFilters(c.filterGrad, dw, x, dy, images)
		return
	}
	clear(scratch[:n])
	accumulateFilters(c.filterGrad, scratch[:n], x, dy, images)
	if c.joinedLen() > 0 {
		addJoined(c, dw, scratch[:n])
	} else {
		addShifted(c, dw, scratch[:n])
	}
}
