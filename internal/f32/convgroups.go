package f32

// joinGroups returns g with as few groups as have no more than a vector of
// channels each in what is computed, which has so many in all. Filters of few channels
// leave most of a vector empty: with zeros between the filters of several groups,
// as many multiplications compute all of them, in fewer products.
func joinGroups(g Conv2D, channels int) Conv2D {
	if tiles == nil || g.columnwise() {
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
