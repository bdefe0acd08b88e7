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

// Scratch is the number of values that one worker needs to convolve an image.
func (s Conv2D) Scratch() int {
	if s.pointwise() {
		return 0
	}
	return s.OutH() * s.OutW() * s.taps()
}

// ConvImage writes into y the convolution of one image x with filters w, plus
// the bias (Out) where it is not nil. scratch holds Scratch values.
func ConvImage[F Float](s Conv2D, y, x, w, bias, scratch []F) {
	pixels, taps, out := s.OutH()*s.OutW(), s.taps(), s.Out/s.Groups
	if bias != nil {
		for p := range pixels {
			copy(y[p*s.Out:], bias)
		}
	}
	for g := range s.Groups {
		rows := x
		if !s.pointwise() {
			im2col(s, scratch, x, g)
			rows = scratch
		}
		Gemm(false, pixels, out, taps, rows, taps, w[g*out:], s.Out, y[g*out:], s.Out, bias != nil)
	}
}

// ConvImageGrad writes into dx the gradient of one image, given dy and the filters
// transposed to (Out, KH·KW·C/Groups). scratch holds Scratch values.
func ConvImageGrad[F Float](s Conv2D, dx, dy, wT, scratch []F) {
	pixels, taps, out := s.OutH()*s.OutW(), s.taps(), s.Out/s.Groups
	if s.pointwise() {
		Gemm(false, pixels, taps, out, dy, s.Out, wT, taps, dx, taps, false)
		return
	}
	clear(dx)
	for g := range s.Groups {
		Gemm(false, pixels, taps, out, dy[g*out:], s.Out, wT[g*out*taps:], taps, scratch, taps, false)
		col2im(s, dx, scratch, g)
	}
}

// ConvFilterGrad adds to dw the gradient of the filters that one image gives.
// scratch holds Scratch values.
func ConvFilterGrad[F Float](s Conv2D, dw, x, dy, scratch []F) {
	pixels, taps, out := s.OutH()*s.OutW(), s.taps(), s.Out/s.Groups
	for g := range s.Groups {
		rows := x
		if !s.pointwise() {
			im2col(s, scratch, x, g)
			rows = scratch
		}
		Gemm(true, taps, out, pixels, rows, taps, dy[g*out:], s.Out, dw[g*out:], s.Out, true)
	}
}

// im2col writes, for each output pixel, the row of inputs that its filter sees
// in group g, with zeros for the padding.
func im2col[F Float](s Conv2D, rows, x []F, g int) {
	c := s.C / s.Groups
	oh, ow := s.OutH(), s.OutW()
	for i := range oh {
		for j := range ow {
			row := rows[(i*ow+j)*s.KH*s.KW*c:][:s.KH*s.KW*c]
			w0 := j*s.StrideW - s.PadW
			for ki := range s.KH {
				line := row[ki*s.KW*c : (ki+1)*s.KW*c]
				h := i*s.StrideH - s.PadH + ki*s.DilationH
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
func col2im[F Float](s Conv2D, dx, rows []F, g int) {
	c := s.C / s.Groups
	oh, ow := s.OutH(), s.OutW()
	for i := range oh {
		for j := range ow {
			row := rows[(i*ow+j)*s.KH*s.KW*c:][:s.KH*s.KW*c]
			for ki := range s.KH {
				h := i*s.StrideH - s.PadH + ki*s.DilationH
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
