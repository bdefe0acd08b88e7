package f32

// needsMargin says that images have so few channels that the products need all
// columns of the filters at once: more contiguous terms of the sums, and more rows of
// the filters' gradients. For that, each line of the images is
// copied between zeros.
func needsMargin(g Conv2D) bool {
	return g.C <= 8 && g.KW > 1 && g.PadW > 0 && g.DilationW == 1 && g.Groups == 1
}

// marginWidth is the width of the images with their margins, marginLine the length of
// a line.
func (c *Conv) marginWidth() int { s := c.width(); return s.before + s.n + s.after }
func (c *Conv) marginLine() int  { return c.marginWidth() * c.C }

// withMargin returns the images as the products read them.
func withMargin[F Float](c *Conv, x, scratch []F, images int) []F {
	if !c.margin {
		return x
	}
	return withMarginLines(c, x, scratch, 0, images*c.H)
}

// withMarginLines is withMargin for the lines [lo, hi) of all images: the others
// stay undefined.
func withMarginLines[F Float](c *Conv, x, scratch []F, lo, hi int) []F {
	line, margin, to := c.W*c.C, c.PadW*c.C, c.marginLine()
	scratch = scratch[:len(x)/line*to]
	for i := lo; i < hi; i++ {
		l := scratch[i*to : (i+1)*to]
		clear(l[:margin])
		copy(l[margin:], x[i*line:(i+1)*line])
		clear(l[margin+line:])
	}
	return scratch
}
