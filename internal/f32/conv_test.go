package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// direct is the convolution by its definition, with f called for every product
// that it sums: y[yi] += x[xi]·w[wi].
func direct(g Conv2D, f func(yi, xi, wi int)) {
	in, out, oh, ow := g.C/g.Groups, g.Out/g.Groups, g.OutH(), g.OutW()
	for n := range g.N {
		for i := range oh {
			for j := range ow {
				for ki := range g.KH {
					for kj := range g.KW {
						h, w := i*g.StrideH-g.PadH+ki*g.DilationH, j*g.StrideW-g.PadW+kj*g.DilationW
						if h < 0 || h >= g.H || w < 0 || w >= g.W {
							continue
						}
						for c := range in {
							for o := range g.Out {
								f(((n*oh+i)*ow+j)*g.Out+o, ((n*g.H+h)*g.W+w)*g.C+o/out*in+c, ((ki*g.KW+kj)*in+c)*g.Out+o)
							}
						}
					}
				}
			}
		}
	}
}

// square is a convolution of square images and filters.
func square(n, c, size, out, k, stride, pad int) Conv2D {
	return Conv2D{N: n, H: size, W: size, C: c, KH: k, KW: k, Out: out,
		StrideH: stride, StrideW: stride, PadH: pad, PadW: pad, DilationH: 1, DilationW: 1, Groups: 1}
}

func with(g Conv2D, change func(*Conv2D)) Conv2D {
	change(&g)
	return g
}

// geometries are shapes that networks have, smaller.
var geometries = []Conv2D{
	square(3, 3, 12, 16, 3, 1, 1),
	square(2, 16, 9, 16, 3, 1, 1),
	square(2, 16, 10, 32, 3, 2, 1),
	square(5, 20, 4, 130, 3, 1, 1),   // panels of filters
	square(15, 70, 2, 66, 3, 1, 1),   // mostly padding
	square(2, 150, 5, 100, 3, 1, 1),  // blocks of filters, large filters
	square(3, 140, 6, 110, 3, 2, 1),  // the same, with a stride
	square(70, 66, 3, 65, 3, 2, 1),   // blocks of many images
	square(1, 120, 20, 110, 3, 1, 1), // an image more than a block
	square(1, 1, 28, 6, 5, 1, 2),     // margins
	square(3, 6, 14, 16, 5, 1, 0),    // no padding
	square(2, 3, 22, 20, 7, 2, 3),    // margins and a stride
	square(1, 3, 31, 12, 11, 4, 2),   // a stride that leaves phases without taps
	square(3, 33, 7, 40, 1, 1, 0),    // pixels are rows
	square(2, 20, 7, 18, 1, 2, 0),    // most pixels have no gradient
	square(2, 5, 4, 6, 1, 1, 2),      // results that see nothing but padding
	square(2, 9, 5, 12, 3, 1, 5),     // more padding than filter
	square(2, 4, 3, 8, 2, 5, 1),      // a stride larger than the filter
	square(33, 17, 1, 35, 1, 1, 0),   // one pixel
	with(square(2, 12, 9, 17, 1, 1, 0), func(g *Conv2D) { g.KW, g.PadW = 7, 3 }),
	with(square(2, 12, 9, 17, 1, 1, 0), func(g *Conv2D) { g.KH, g.PadH = 7, 3 }),
	with(square(2, 4, 9, 17, 1, 1, 0), func(g *Conv2D) { g.KW, g.PadW = 7, 3 }),
	with(square(2, 10, 11, 20, 3, 1, 2), func(g *Conv2D) { g.DilationH, g.DilationW = 2, 2 }),
	with(square(2, 4, 12, 20, 3, 2, 3), func(g *Conv2D) { g.DilationH, g.DilationW = 3, 2 }),
	with(square(2, 12, 8, 18, 3, 1, 1), func(g *Conv2D) { g.Groups = 3 }),
	with(square(2, 140, 5, 150, 3, 2, 1), func(g *Conv2D) { g.Groups = 2 }),
	with(square(2, 19, 9, 19, 3, 1, 1), func(g *Conv2D) { g.Groups = 19 }),
	with(square(2, 70, 9, 70, 5, 2, 2), func(g *Conv2D) { g.Groups = 70 }),
	with(square(2, 8, 9, 24, 3, 1, 1), func(g *Conv2D) { g.Groups = 8 }),
	causal(2, 16, 40, 32, 3, 1),
	causal(3, 20, 33, 20, 2, 8),
	causal(2, 1, 30, 12, 5, 1), // margins
	causal(2, 4, 32, 4, 3, 1),  // several pixels at once
	causal(2, 12, 9, 17, 4, 7), // filters longer than the line
	with(causal(2, 70, 20, 70, 3, 2), func(g *Conv2D) { g.Groups = 70 }),
	with(causal(2, 12, 21, 16, 4, 1), func(g *Conv2D) { g.StrideW = 2 }),
}

// causal is a convolution of sequences, in which no result sees what comes later.
func causal(n, c, length, out, k, dilation int) Conv2D {
	return Conv2D{N: n, H: 1, W: length, C: c, KH: 1, KW: k, Out: out,
		StrideH: 1, StrideW: 1, PadW: dilation * (k - 1), DilationH: 1, DilationW: dilation, Groups: 1, Causal: true}
}

// geometry draws a convolution whose result has at least one pixel.
func geometry(r *rand.Rand) Conv2D {
	for {
		g := Conv2D{
			N: 1 + r.IntN(4), H: 1 + r.IntN(9), W: 1 + r.IntN(9), KH: 1 + r.IntN(5), KW: 1 + r.IntN(5),
			StrideH: 1 + r.IntN(3), StrideW: 1 + r.IntN(3), PadH: r.IntN(4), PadW: r.IntN(4),
			DilationH: 1 + r.IntN(3), DilationW: 1 + r.IntN(3), Groups: 1 + r.IntN(3),
		}
		g.C, g.Out = g.Groups*(1+r.IntN(12)), g.Groups*(1+r.IntN(20))
		switch r.IntN(9) {
		case 0:
			g.KH, g.KW, g.StrideH, g.StrideW, g.PadH, g.PadW, g.Groups = 1, 1, 1, 1, 0, 0, 1
		case 1:
			g.KH, g.KW, g.StrideH, g.StrideW, g.PadH, g.PadW = 1, 1, 1+r.IntN(2), 1+r.IntN(2), 0, r.IntN(2)
		case 2: // a filter for each channel, or two
			g.Groups, g.Out = g.C, g.C*(1+r.IntN(2))
		case 3:
			g.Groups, g.Out = 1, 60+r.IntN(20)
		case 4:
			g.Groups, g.C, g.DilationW, g.DilationH = 1, 1+r.IntN(4), 1, 1
		case 5: // several pixels at once
			g.W, g.KW, g.DilationW, g.Groups, g.C, g.Out = 2*(1+r.IntN(5)), 2+r.IntN(4), 1, 1, 1+r.IntN(8), 1+r.IntN(8)
			g.StrideW, g.PadW = 1+r.IntN(g.KW-1), r.IntN(g.KW)
		}
		g.Causal = g.W%4 == 3
		if g.OutH() > 0 && g.OutW() > 0 {
			return g
		}
	}
}

func testConv[F Float](t *testing.T, r *rand.Rand, g Conv2D, tolerance float64) {
	t.Helper()
	c := NewConv(g)
	nx, nw, ny := g.N*g.image().image, g.filters(), g.N*g.result().image
	random := func(n int) guarded[F] { return newGuarded[F](r, n, 1, 1) }
	x, w, dy, bias, dw := random(nx), random(nw), random(ny), random(g.Out), random(nw)
	y, dx, whole, scratch := random(ny), random(nx), random(nw), random(max(c.ScratchLen(g.N), c.WholeScratchLen()))
	packed, packedGrad := random(c.PackedLen()), random(c.PackedGradLen())
	wantY, wantDX, wantDW, wantWhole := make([]float64, ny), make([]float64, nx), make([]float64, nw), make([]float64, nw)
	for i, v := range dw.slice() {
		wantDW[i] = float64(v) // the gradient is added
	}
	before := append([]F{}, dw.slice()...)
	b := bias.slice()
	if r.IntN(2) == 0 {
		b = nil
	}
	for i := range wantY {
		if b != nil {
			wantY[i] = float64(b[i%g.Out])
		}
	}
	direct(g, func(yi, xi, wi int) {
		wantY[yi] += float64(x.slice()[xi]) * float64(w.slice()[wi])
		wantDX[xi] += float64(dy.slice()[yi]) * float64(w.slice()[wi])
		wantWhole[wi] += float64(dy.slice()[yi]) * float64(x.slice()[xi])
	})
	for i, v := range wantWhole {
		wantDW[i] += v
	}
	// What was in the results and the scratch memory must not matter.
	nan := func(gs ...guarded[F]) {
		for _, g := range gs {
			for i := range g.slice() {
				g.slice()[i] = F(math.NaN())
			}
		}
	}
	nan(y, dx, whole, packed, packedGrad, scratch)
	w1 := PackConv(c, packed.slice(), w.slice())
	w2 := PackConvGrad(c, packedGrad.slice(), w.slice())
	part := func(n int) []F {
		s := scratch.slice()[:c.ScratchLen(n)]
		for i := range s {
			s[i] = F(math.NaN())
		}
		return s
	}
	ConvForward(c, y.slice(), x.slice(), w1, b, part(g.N), g.N)
	ConvImageGrad(c, dx.slice(), dy.slice(), w2, part(g.N), g.N)
	ConvFilterGrad(c, dw.slice(), x.slice(), dy.slice(), part(g.N), g.N)
	nan(scratch)
	ConvFilterGradWhole(c, whole.slice(), x.slice(), dy.slice(), scratch.slice()[:c.WholeScratchLen()])
	for _, result := range []struct {
		name string
		have guarded[F]
		want []float64
	}{{"result", y, wantY}, {"image's gradient", dx, wantDX}, {"filters' gradient", dw, wantDW}, {"filters' gradient at once", whole, wantWhole}} {
		for i, v := range result.have.slice() {
			if d := math.Abs(float64(v) - result.want[i]); !(d <= tolerance*(1+math.Abs(result.want[i]))) {
				t.Fatalf("%+v: %s: have %v at %d, want %v", g, result.name, v, i, result.want[i])
			}
		}
	}
	// Any chunks of images give the same bits.
	y2, dx2 := random(ny), random(nx)
	nan(y2, dx2)
	for lo := 0; lo < g.N; {
		n := min(g.N-lo, 1+r.IntN(g.N))
		xi, yi := lo*g.image().image, lo*g.result().image
		ConvForward(c, y2.slice()[yi:yi+n*g.result().image], x.slice()[xi:xi+n*g.image().image], w1, b, part(n), n)
		ConvImageGrad(c, dx2.slice()[xi:xi+n*g.image().image], dy.slice()[yi:yi+n*g.result().image], w2, part(n), n)
		lo += n
	}
	if !sameBits(y.all, y2.all) || !sameBits(dx.all, dx2.all) {
		t.Fatalf("%+v: the bits depend on how the images are cut", g)
	}
	// And so do any lines, and all images at once.
	y3, dx3, dw3 := random(ny), random(nx), random(nw)
	copy(dw3.slice(), before)
	nan(y2, dx2, y3, dx3)
	const bands = 3
	for n := range g.N {
		xn, yn := x.slice()[n*g.image().image:], y2.slice()[n*g.result().image:]
		dxn, dyn := dx2.slice()[n*g.image().image:], dy.slice()[n*g.result().image:][:g.result().image]
		xn, dxn = xn[:g.image().image], dxn[:g.image().image]
		for i := range bands {
			lo, hi := i*g.OutH()/bands, (i+1)*g.OutH()/bands
			ConvForwardLines(c, yn[lo*g.result().line:hi*g.result().line], xn, w1, b, part(1), lo, hi)
			lo, hi = i*g.H/bands, (i+1)*g.H/bands
			ConvImageGradLines(c, dxn[lo*g.image().line:hi*g.image().line], dyn, w2, lo, hi)
			ConvFilterGradBand(c, dw3.slice(), xn, dyn, part(1), i, bands)
		}
	}
	ConvImageGradWhole(c, dx3.slice(), dy.slice(), w2, g.N)
	if c.margin {
		copy(y3.slice(), y2.slice())
	} else {
		ConvForwardWhole(c, y3.slice(), x.slice(), w1, b, g.N)
	}
	if !sameBits(y.all, y2.all) || !sameBits(dx.all, dx2.all) || !sameBits(y.all, y3.all) || !sameBits(dx.all, dx3.all) {
		t.Fatalf("%+v: the bits depend on how the images are cut into lines, or the filters into panels", g)
	}
	for i, v := range dw3.slice() {
		if d := math.Abs(float64(v) - wantDW[i]); !(d <= tolerance*(1+math.Abs(wantDW[i]))) {
			t.Fatalf("%+v: filters' gradient by bands: have %v at %d, want %v", g, v, i, wantDW[i])
		}
	}
	for _, v := range []guarded[F]{x, w, dy, y, dx, dw, whole, bias, scratch, packed, packedGrad, y2, dx2, y3, dx3, dw3} {
		v.check(t, fmt.Sprintf("%+v", g))
	}
}

func TestConvolution(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testConvs[float32](t, 1e-4) })
	t.Run("float64", func(t *testing.T) { testConvs[float64](t, 1e-11) })
}

func testConvs[F Float](t *testing.T, tolerance float64) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, g := range geometries {
		testConv[F](t, r, g, tolerance)
	}
	margins, large, shifted, shiftedGrads := 0, 0, 0, 0
	for range draws(600) {
		g := geometry(r)
		c := NewConv(g)
		if c.margin {
			margins++
		}
		if c.forward.pixels > 1 {
			shifted++
		}
		if c.imageGrad.pixels > 1 && c.filterGrad.pixels > 1 {
			shiftedGrads++
		}
		testConv[F](t, r, g, tolerance)
	}
	for _, g := range geometries {
		if NewConv(g).Large() {
			large++
		}
	}
	if min(margins, shifted, shiftedGrads) < draws(10) || large < 2 {
		t.Errorf("only %d convolutions had margins, %d and %d several pixels at once, and %d were large", margins, shifted, shiftedGrads, large)
	}
}

func TestConvolutionSizes(t *testing.T) {
	for _, c := range []struct{ n, k, stride, pad, dilation, want int }{
		{32, 5, 1, 0, 1, 28}, {28, 5, 1, 2, 1, 28}, {227, 11, 4, 0, 1, 55}, {224, 7, 2, 3, 1, 112},
		{16, 5, 2, 2, 1, 8}, {7, 3, 2, 1, 1, 4}, {8, 3, 1, 2, 2, 8}, {4, 3, 1, 0, 2, 0}, {2, 5, 3, 0, 1, 0}, {2, 5, 1, 1, 1, 0}, {5, 5, 3, 0, 1, 1},
	} {
		g := Conv2D{H: c.n, W: c.n, KH: c.k, KW: c.k, StrideH: c.stride, StrideW: c.stride, PadH: c.pad, PadW: c.pad, DilationH: c.dilation, DilationW: c.dilation}
		if g.OutH() != c.want || g.OutW() != c.want {
			t.Errorf("%+v: have %d×%d, want %d", c, g.OutH(), g.OutW(), c.want)
		}
	}
}
