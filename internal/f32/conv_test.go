package f32

import (
	"math"
	"math/rand/v2"
	"testing"
)

// direct is the convolution of an image by its definition, in float64, with f
// called for every product that it sums: y[yi] += x[xi]·w[wi].
func direct(s Conv2D, f func(yi, xi, wi int)) {
	c, o := s.C/s.Groups, s.Out/s.Groups
	for i := range s.OutH() {
		for j := range s.OutW() {
			for out := range s.Out {
				for ki := range s.KH {
					for kj := range s.KW {
						h, w := i*s.StrideH-s.PadH+ki*s.DilationH, j*s.StrideW-s.PadW+kj*s.DilationW
						if h < 0 || h >= s.H || w < 0 || w >= s.W {
							continue
						}
						for in := range c {
							f((i*s.OutW()+j)*s.Out+out, (h*s.W+w)*s.C+out/o*c+in, ((ki*s.KW+kj)*c+in)*s.Out+out)
						}
					}
				}
			}
		}
	}
}

// geometry draws a convolution whose result has at least one pixel.
func geometry(r *rand.Rand) Conv2D {
	for {
		s := Conv2D{
			N: 1, H: 1 + r.IntN(9), W: 1 + r.IntN(9), KH: 1 + r.IntN(4), KW: 1 + r.IntN(4),
			StrideH: 1 + r.IntN(3), StrideW: 1 + r.IntN(3), PadH: r.IntN(3), PadW: r.IntN(3),
			DilationH: 1 + r.IntN(3), DilationW: 1 + r.IntN(3), Groups: 1 + r.IntN(3),
		}
		s.C, s.Out = s.Groups*(1+r.IntN(4)), s.Groups*(1+r.IntN(20))
		switch r.IntN(6) {
		case 0: // pixels are rows as they stand
			s.KH, s.KW, s.StrideH, s.StrideW, s.PadH, s.PadW, s.Groups = 1, 1, 1, 1, 0, 0, 1
		case 1: // nearly so
			s.KH, s.KW, s.StrideH, s.StrideW, s.PadH, s.PadW = 1, 1, 1+r.IntN(2), 1+r.IntN(2), 0, r.IntN(2)
		case 2: // depthwise
			s.Groups = s.C
			s.Out = s.C * (1 + r.IntN(2))
		}
		if s.OutH() > 0 && s.OutW() > 0 {
			return s
		}
	}
}

func testConv[F Float](t *testing.T, tolerance float64) {
	r := rand.New(rand.NewPCG(5, 6))
	pointwise := 0
	for range 400 {
		s := geometry(r)
		if s.pointwise() {
			pointwise++
		}
		nx, nw, ny := s.H*s.W*s.C, s.KH*s.KW*s.C/s.Groups*s.Out, s.OutH()*s.OutW()*s.Out
		x, w, dy := newGuarded[F](r, nx, 1, 1), newGuarded[F](r, nw, 1, 1), newGuarded[F](r, ny, 1, 1)
		y, dx, dw, wT, bias := newGuarded[F](r, ny, 1, 1), newGuarded[F](r, nx, 1, 1), newGuarded[F](r, nw, 1, 1), newGuarded[F](r, nw, 1, 1), newGuarded[F](r, s.Out, 1, 1)
		scratch := newGuarded[F](r, s.Scratch(), 1, 1)
		hasBias := r.IntN(2) == 0
		wantY, wantDX, wantDW := make([]float64, ny), make([]float64, nx), make([]float64, nw)
		for i, v := range dw.slice() {
			wantDW[i] = float64(v) // the gradient is added
		}
		for i := range wantY {
			if hasBias {
				wantY[i] = float64(bias.slice()[i%s.Out])
			}
		}
		direct(s, func(yi, xi, wi int) {
			wantY[yi] += float64(x.slice()[xi]) * float64(w.slice()[wi])
			wantDX[xi] += float64(dy.slice()[yi]) * float64(w.slice()[wi])
			wantDW[wi] += float64(dy.slice()[yi]) * float64(x.slice()[xi])
		})
		// What was in the results and the scratch memory must not matter.
		for _, g := range []guarded[F]{y, dx, wT, scratch} {
			for i := range g.slice() {
				g.slice()[i] = F(math.NaN())
			}
		}
		b := bias.slice()
		if !hasBias {
			b = nil
		}
		ConvImage(s, y.slice(), x.slice(), w.slice(), b, scratch.slice())
		GradFilters(s, wT.slice(), w.slice())
		ConvImageGrad(s, dx.slice(), dy.slice(), wT.slice(), scratch.slice())
		ConvFilterGrad(s, dw.slice(), x.slice(), dy.slice(), scratch.slice())
		for _, c := range []struct {
			name string
			have guarded[F]
			want []float64
		}{{"result", y, wantY}, {"image's gradient", dx, wantDX}, {"filters' gradient", dw, wantDW}} {
			for i, v := range c.have.slice() {
				if d := math.Abs(float64(v) - c.want[i]); !(d <= tolerance*(1+math.Abs(c.want[i]))) {
					t.Fatalf("%+v: %s: have %v at %d, want %v", s, c.name, v, i, c.want[i])
				}
			}
		}
		for _, g := range []guarded[F]{x, w, dy, y, dx, dw, wT, bias, scratch} {
			g.check(t, "convolution")
		}
	}
	if pointwise < 20 {
		t.Errorf("only %d convolutions were pointwise", pointwise)
	}
}

func TestConvolution(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testConv[float32](t, 2e-5) })
	t.Run("float64", func(t *testing.T) { testConv[float64](t, 1e-12) })
}

func TestConvolutionSizes(t *testing.T) {
	for _, c := range []struct{ n, k, stride, pad, dilation, want int }{
		{32, 5, 1, 0, 1, 28}, {28, 5, 1, 2, 1, 28}, {227, 11, 4, 0, 1, 55}, {224, 7, 2, 3, 1, 112},
		{16, 5, 2, 2, 1, 8}, {7, 3, 2, 1, 1, 4}, {8, 3, 1, 2, 2, 8}, {4, 3, 1, 0, 2, 0}, {2, 5, 3, 0, 1, 0}, {2, 5, 1, 1, 1, 0}, {5, 5, 3, 0, 1, 1},
	} {
		s := Conv2D{H: c.n, W: c.n, KH: c.k, KW: c.k, StrideH: c.stride, StrideW: c.stride, PadH: c.pad, PadW: c.pad, DilationH: c.dilation, DilationW: c.dilation}
		if s.OutH() != c.want || s.OutW() != c.want {
			t.Errorf("%+v: have %d×%d, want %d", c, s.OutH(), s.OutW(), c.want)
		}
	}
}
