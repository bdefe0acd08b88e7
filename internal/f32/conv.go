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
func (s Conv2D) OutH() int { return outSize(s.H, s.KH, s.StrideH, s.PadH, s.DilationH) }
func (s Conv2D) OutW() int { return outSize(s.W, s.KW, s.StrideW, s.PadW, s.DilationW) }

func outSize(n, k, stride, pad, dilation int) int {
	span := n + 2*pad - dilation*(k-1) - 1
	if span < 0 {
		return 0
	}
	return span/stride + 1
}

// taps is the number of filter values that each output sums over in a group.
func (s Conv2D) taps() int { return s.KH * s.KW * s.C / s.Groups }

// pointwise says that an image's pixels are already the rows of the product.
func (s Conv2D) pointwise() bool {
	return s.KH == 1 && s.KW == 1 && s.StrideH == 1 && s.StrideW == 1 && s.PadH == 0 && s.PadW == 0 && s.Groups == 1
}

// lines is how many lines of output pixels are computed at once: their rows of
// inputs then stay in the nearest caches until they are multiplied.
func (s Conv2D) lines() int {
	const room = 1 << 13
	return min(s.OutH(), max(1, room/(s.OutW()*s.taps())))
}

// Scratch is the number of values that one worker needs to convolve an image,
// and to compute its gradients.
func (s Conv2D) Scratch() int {
	if s.pointwise() {
		return 0
	}
	n := s.lines() * s.OutW() * s.taps()
	if b, ok := s.backwards(); ok {
		n = max(n, b.lines()*b.OutW()*b.taps())
	}
	return n
}

// blocks calls f for each group g and each block of the lines of output pixels
// from lo on.
func (s Conv2D) blocks(f func(g, lo, lines int)) {
	for g := range s.Groups {
		for lo := 0; lo < s.OutH(); lo += s.lines() {
			f(g, lo, min(s.lines(), s.OutH()-lo))
		}
	}
}

// ConvImage writes into y the convolution of one image x with filters w, plus
// the bias (Out) where it is not nil. scratch holds Scratch values.
func ConvImage[F Float](s Conv2D, y, x, w, bias, scratch []F) {
	width, taps, out := s.OutW(), s.taps(), s.Out/s.Groups
	if bias != nil {
		for p := range s.OutH() * width {
			copy(y[p*s.Out:], bias)
		}
	}
	s.blocks(func(g, lo, lines int) {
		rows := inputs(s, scratch, x, g, lo, lines)
		Gemm(false, lines*width, out, taps, rows, taps, w[g*out:], s.Out, y[lo*width*s.Out+g*out:], s.Out, bias != nil)
	})
}

// backwards is the convolution that makes an image's gradient of its result's: of
// stride 1, with the filters turned around. Other strides have none, and where
// the image is much larger than the result it would mostly multiply padding.
func (s Conv2D) backwards() (b Conv2D, ok bool) {
	b = s
	b.H, b.W, b.C, b.Out = s.OutH(), s.OutW(), s.Out, s.C
	b.PadH, b.PadW = s.DilationH*(s.KH-1)-s.PadH, s.DilationW*(s.KW-1)-s.PadW
	return b, s.StrideH == 1 && s.StrideW == 1 && s.Groups == 1 && b.PadH >= 0 && b.PadW >= 0 && 4*s.H*s.W <= 5*b.H*b.W
}

// GradFilters writes the filters w as ConvImageGrad takes them.
func GradFilters[F Float](s Conv2D, dst, w []F) {
	if _, ok := s.backwards(); !ok {
		Transpose(dst, w, s.taps(), s.Out)
		return
	}
	size := s.C * s.Out
	for k := range s.KH * s.KW {
		from := (s.KH*s.KW - 1 - k) * size
		Transpose(dst[k*size:(k+1)*size], w[from:from+size], s.C, s.Out)
	}
}

// ConvImageGrad writes into dx the gradient of one image, given dy and the filters
// as GradFilters makes them. scratch holds Scratch values.
func ConvImageGrad[F Float](s Conv2D, dx, dy, filters, scratch []F) {
	if b, ok := s.backwards(); ok {
		ConvImage(b, dx, dy, filters, nil, scratch)
		return
	}
	width, taps, out := s.OutW(), s.taps(), s.Out/s.Groups
	clear(dx)
	s.blocks(func(g, lo, lines int) {
		Gemm(false, lines*width, taps, out, dy[lo*width*s.Out+g*out:], s.Out, filters[g*out*taps:], taps, scratch, taps, false)
		col2im(s, dx, scratch, g, lo, lines)
	})
}

// ConvFilterGrad adds to dw the gradient of the filters that one image gives.
// scratch holds Scratch values.
func ConvFilterGrad[F Float](s Conv2D, dw, x, dy, scratch []F) {
	width, taps, out := s.OutW(), s.taps(), s.Out/s.Groups
	s.blocks(func(g, lo, lines int) {
		rows := inputs(s, scratch, x, g, lo, lines)
		Gemm(true, taps, out, lines*width, rows, taps, dy[lo*width*s.Out+g*out:], s.Out, dw[g*out:], s.Out, true)
	})
}

// inputs returns, row by row, what the filters of group g see at the pixels of a
// block of lines.
func inputs[F Float](s Conv2D, scratch, x []F, g, lo, lines int) []F {
	if s.pointwise() {
		return x[lo*s.OutW()*s.C:]
	}
	im2col(s, scratch, x, g, lo, lines)
	return scratch
}

// im2col writes, for each output pixel of a block of lines, the row of inputs
// that its filter sees in group g, with zeros for the padding.
func im2col[F Float](s Conv2D, rows, x []F, g, lo, lines int) {
	c, ow := s.C/s.Groups, s.OutW()
	for i := range lines {
		for j := range ow {
			row := rows[(i*ow+j)*s.KH*s.KW*c:][:s.KH*s.KW*c]
			w0 := j*s.StrideW - s.PadW
			for ki := range s.KH {
				line := row[ki*s.KW*c : (ki+1)*s.KW*c]
				h := (lo+i)*s.StrideH - s.PadH + ki*s.DilationH
				if h < 0 || h >= s.H {
					clear(line)
					continue
				}
				if s.Groups == 1 && s.DilationW == 1 && w0 >= 0 && w0+s.KW <= s.W {
					copy(line, x[(h*s.W+w0)*c:])
					continue
				}
				for kj := range s.KW {
					w := w0 + kj*s.DilationW
					if tap := line[kj*c : (kj+1)*c]; w < 0 || w >= s.W {
						clear(tap)
					} else {
						copy(tap, x[(h*s.W+w)*s.C+g*c:])
					}
				}
			}
		}
	}
}

// col2im adds the rows of im2col's form to the pixels that they came from.
func col2im[F Float](s Conv2D, dx, rows []F, g, lo, lines int) {
	c, ow := s.C/s.Groups, s.OutW()
	for i := range lines {
		for j := range ow {
			row := rows[(i*ow+j)*s.KH*s.KW*c:][:s.KH*s.KW*c]
			for ki := range s.KH {
				h := (lo+i)*s.StrideH - s.PadH + ki*s.DilationH
				if h < 0 || h >= s.H {
					continue
				}
				for kj := range s.KW {
					w := j*s.StrideW - s.PadW + kj*s.DilationW
					if w < 0 || w >= s.W {
						continue
					}
					to := dx[(h*s.W+w)*s.C+g*c:][:c]
					for k, v := range row[(ki*s.KW+kj)*c:][:c] {
						to[k] += v
					}
				}
			}
		}
	}
}
