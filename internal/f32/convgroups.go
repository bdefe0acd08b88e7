package f32

// depthwise says that every channel has one filter of its own.
func (g Conv2D) depthwise() bool { return g.Groups > 1 && g.Groups == g.C && g.Groups == g.Out }

// columnwise says that the convolution and its images' gradient are products by
// columns: of single channels, or of small groups with as many channels in as out.
func (g Conv2D) columnwise() bool {
	return g.depthwise() || g.Groups > 1 && g.C == g.Out && byGroups.has(g.C/g.Groups)
}

// productGroups returns g with the groups that the products of the convolution, or of
// the images' gradient, are computed in. channels is how many they compute in all.
func productGroups(g Conv2D, channels int) Conv2D {
	if g.columnwise() {
		return g
	}
	return joinGroups(g, channels)
}

// joinGroups returns g with as few groups as compute no more than a vector of channels
// each; channels is how many are computed in all. Filters of few channels leave most of
// a vector empty: with zeros between the filters of several groups, as many
// multiplications compute all of them, in fewer products.
func joinGroups(g Conv2D, channels int) Conv2D {
	if tiles == nil || g.depthwise() {
		return g
	}
	for n := min(tiles.lanes*g.Groups/channels, g.Groups/2); n > 1; n-- {
		if g.Groups%n == 0 {
			g.Groups /= n
			break
		}
	}
	return g
}

// joinedLen is the number of values of the gradient of joined groups' filters.
func (c *Conv) joinedLen() int {
	if f := c.filterGrad; f.in > c.C/c.Groups {
		return c.KH * f.rows * c.Out
	}
	return 0
}

// addJoined adds to dw the gradient of joined groups' filters, without that of the
// zeros between them.
func addJoined[F Float](c *Conv, dw, joined []F) {
	f := c.filterGrad
	in, out := c.C/c.Groups, c.Out/c.Groups
	for row := range c.KH * f.rows {
		tap, i := row/f.in, row%f.in
		for o := i / in * out; o < c.Out; o += f.out {
			to := dw[(tap*in+i%in)*c.Out+o:][:out]
			for k, v := range joined[row*c.Out+o:][:out] {
				to[k] += v
			}
		}
	}
}

// turnGroups writes one tap's filters of groups of n channels with what goes in and
// what comes out exchanged.
func turnGroups[F Float](turned, w []F, n int) {
	channels := len(turned) / n
	for i := range n {
		row := w[i*channels:][:channels]
		for j, v := range row {
			turned[j%n*channels+j/n*n+i] = v
		}
	}
}
