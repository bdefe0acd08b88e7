package f32

// PackedLen is the number of values that PackConv needs for packed filters, or 0
// where the filters need no packing.
func (c *Conv) PackedLen() int {
	if c.columnwise() || c.Groups == 1 && c.Out <= panelColumns && c.forward.pixels == 1 {
		return 0
	}
	return c.forward.packedLen()
}

// PackedGradLen is the number of values that PackConvGrad needs.
func (c *Conv) PackedGradLen() int { return c.imageGrad.packedLen() }

func (c *correlation) packedLen() int { return c.groups * c.panels() * c.panelLen() }

// PackConv returns the filters w as ConvForward takes them: w itself where
// PackedLen is 0, or else packed, in which it writes them. It runs in parallel.
func PackConv[F Float](c *Conv, packed, w []F) []F {
	if c.PackedLen() == 0 {
		return w
	}
	f := c.forward
	if f.pixels > 1 {
		packShifted(f, packed, c.KW, c.StrideW, func(line, column, in, out int) F {
			return w[((line*c.KW+column)*c.C+in)*c.Out+out]
		})
		return packed
	}
	taps, in, out := c.KH*c.KW, c.C/c.Groups, c.Out/c.Groups
	Parallel(f.groups*f.panels()*taps, func(_, task int) {
		panel, k := task/taps, task%taps
		group, j := panel/f.panels(), panel%f.panels()*f.ldb()
		columns := min(f.ldb(), f.out-j)
		for i := range f.in {
			to, joined := packed[(task*f.in+i)*f.ldb():][:columns], i/in
			if columns > out {
				clear(to)
			}
			copy(to[joined*out:][:min(columns, out)], w[(k*in+i%in)*c.Out+group*f.out+joined*out+j:])
		}
	})
	return packed
}

// PackConvGrad returns the filters w as ConvImageGrad takes them, in packed, in
// the order in which an image's pixel meets them. It runs in parallel.
func PackConvGrad[F Float](c *Conv, packed, w []F) []F {
	f := c.imageGrad
	if f.pixels > 1 {
		packShifted(f, packed, c.KW, 1, func(line, column, in, out int) F {
			return w[((line*c.KW+c.KW-1-column)*c.C+out)*c.Out+in]
		})
		return packed
	}
	taps, in, out := c.KH*c.KW, c.C/c.Groups, c.Out/c.Groups
	Parallel(f.groups*f.panels()*taps, func(_, task int) {
		panel, slot := task/taps, task%taps
		k := f.height.order[slot/c.KW]*c.KW + f.width.order[slot%c.KW]
		to := packed[task*f.in*f.ldb():]
		if f.columnwise {
			turnGroups(to[:f.in*f.out], w[k*in*c.Out:], in)
			return
		}
		group, j := panel/f.panels(), panel%f.panels()*f.ldb()
		if f.in > out {
			clear(to[:f.in*f.ldb()])
		}
		for joined := range f.in / out {
			transpose(to[joined*(out*f.ldb()+in):], f.ldb(), w[(k*in+j)*c.Out+group*f.in+joined*out:], c.Out, min(f.ldb(), in-j), out)
		}
	})
	return packed
}
