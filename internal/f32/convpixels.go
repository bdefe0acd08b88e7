package f32

// pixelsAtOnce is how many neighbours of a line of width pixels are computed as
// one pixel with the channels of all, by filters that are shifted copies of the
// same: results of few channels leave most of a vector empty. The filters of k
// columns grow by the stride for each further pixel.
func pixelsAtOnce(g Conv2D, channels, width, stride int) int {
	const vector = 16
	n := 1
	if g.Groups == 1 && g.DilationW == 1 && g.KW > stride {
		for n = max(1, vector/channels); width%n != 0; n-- {
		}
	}
	return n
}

// packShifted packs filters for pixels that are computed at once, of the values at
// (line, column, input channel, output channel), with zeros between them.
func packShifted[F Float](f *correlation, packed []F, columns, stride int, at func(line, column, in, out int) F) {
	out := f.out / f.pixels
	for i, line := range f.height.order {
		for j := range f.width.order {
			for in := range f.in {
				to := packed[((i*len(f.width.order)+j)*f.in+in)*f.out:][:f.out]
				for pixel := range f.pixels {
					for o := range out {
						to[pixel*out+o] = 0
						if column := j - pixel*stride; column >= 0 && column < columns {
							to[pixel*out+o] = at(line, column, in, o)
						}
					}
				}
			}
		}
	}
}

// shiftedLen is the number of values of such filters' gradient.
func (c *Conv) shiftedLen() int {
	if f := c.filterGrad; f.pixels > 1 {
		return c.KH * f.rows * f.out
	}
	return 0
}

// addShifted adds to dw the gradient of filters that are shifted copies of it.
func addShifted[F Float](c *Conv, dw, shifted []F) {
	f := c.filterGrad
	for i := range c.KH {
		for j := range c.KW * c.C {
			to := dw[(i*c.KW*c.C+j)*c.Out:][:c.Out]
			for pixel := range f.pixels {
				row := i*f.rows + pixel*c.StrideW*c.C + j
				for o, v := range shifted[row*f.out+pixel*c.Out:][:c.Out] {
					to[o] += v
				}
			}
		}
	}
}
