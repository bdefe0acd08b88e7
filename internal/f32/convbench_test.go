package f32

import (
	"math/rand/v2"
	"testing"
)

// benchmarkShapes are layers of the networks that must be fast, and of each kind.
var benchmarkShapes = []struct {
	name string
	g    Conv2D
}{
	{"3to16,32", square(128, 3, 32, 16, 3, 1, 1)},
	{"16to16,32", square(128, 16, 32, 16, 3, 1, 1)},
	{"16to32,32,stride2", square(128, 16, 32, 32, 3, 2, 1)},
	{"32to32,16", square(128, 32, 16, 32, 3, 1, 1)},
	{"32to64,16,stride2", square(128, 32, 16, 64, 3, 2, 1)},
	{"64to64,8", square(128, 64, 8, 64, 3, 1, 1)},
	{"3to64,32", square(64, 3, 32, 64, 3, 1, 1)},
	{"64to128,16", square(64, 64, 16, 128, 3, 1, 1)},
	{"128to256,8", square(64, 128, 8, 256, 3, 1, 1)},
	{"256to256,8", square(64, 256, 8, 256, 3, 1, 1)},
	{"256to512,4", square(64, 256, 4, 512, 3, 1, 1)},
	{"512to512,4", square(64, 512, 4, 512, 3, 1, 1)},
	{"512to512,2", square(64, 512, 2, 512, 3, 1, 1)},
	{"1to6,28,5x5", square(64, 1, 28, 6, 5, 1, 2)},
	{"6to16,14,5x5", square(64, 6, 14, 16, 5, 1, 0)},
	{"depthwise64,14", with(square(64, 64, 14, 64, 3, 1, 1), func(g *Conv2D) { g.Groups = 64 })},
	{"3to64,224,7x7,stride2", square(2, 3, 224, 64, 7, 2, 3)},
	{"3to64,224,11x11,stride4", square(2, 3, 224, 64, 11, 4, 2)},
	{"256to64,56,1x1", square(2, 256, 56, 64, 1, 1, 0)},
	{"128to128,17,1x7", with(square(8, 128, 17, 128, 1, 1, 0), func(g *Conv2D) { g.KW, g.PadW = 7, 3 })},
	{"32to64,512,dilated", Conv2D{N: 4, H: 1, W: 1024, C: 32, KH: 1, KW: 2, Out: 64, StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 8, Groups: 1}},
	{"128to128,28,groups32", with(square(2, 128, 28, 128, 3, 1, 1), func(g *Conv2D) { g.Groups = 32 })},
	{"depthwise728,19", grouped(2, 728, 19, 728, 3, 1, 728)}, // Xception
	{"depthwise128,147", grouped(1, 128, 147, 128, 3, 1, 128)},
	{"depthwise256,56,stride2", grouped(1, 256, 56, 256, 3, 2, 256)},
	{"128to128,56,groups32", grouped(1, 128, 56, 128, 3, 1, 32)}, // ResNeXt, from here on
	{"256to256,56,groups32,stride2", grouped(1, 256, 56, 256, 3, 2, 32)},
	{"256to256,28,groups32", grouped(1, 256, 28, 256, 3, 1, 32)},
	{"512to512,14,groups32", grouped(2, 512, 14, 512, 3, 1, 32)},
	{"1024to1024,7,groups32", grouped(2, 1024, 7, 1024, 3, 1, 32)},
	{"96to256,27,5x5,groups2", grouped(1, 96, 27, 256, 5, 1, 2)}, // AlexNet
	{"384to384,13,groups2", grouped(2, 384, 13, 384, 3, 1, 2)},
	{"192to192,13,ungrouped", square(2, 192, 13, 192, 3, 1, 1)},
}

// grouped is a convolution with padding that keeps the size of images, except for the stride.
func grouped(n, c, size, out, k, stride, groups int) Conv2D {
	return with(square(n, c, size, out, k, stride, k/2), func(g *Conv2D) { g.Groups = groups })
}

// BenchmarkConv convolves as the ops do, in chunks over all workers. The rate is
// that of the nominal work, padding included.
func BenchmarkConv(b *testing.B) {
	for _, s := range benchmarkShapes {
		b.Run(s.name, func(b *testing.B) { benchmarkConv(b, s.g) })
	}
}

// A computation is one of the three computations of a convolution.
type computation struct {
	name string
	f    func()
}

func benchmarkConv(b *testing.B, g Conv2D) {
	for _, computation := range computations(g) {
		b.Run(computation.name, func(b *testing.B) {
			for b.Loop() {
				computation.f()
			}
			work := 2 * float64(g.N*g.OutH()*g.OutW()) * float64(g.filters())
			b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

// computations are the computations on random images, as the ops call them.
func computations(g Conv2D) []computation {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = r.Float32() - 0.5
		}
		return v
	}
	c := NewConv(g)
	image, result, chunk := g.image().image, g.result().image, c.ChunkImages()
	x, w, dy, y, dx, dw := random(g.N*image), random(g.filters()), random(g.N*result), random(g.N*result), random(g.N*image), random(g.filters())
	packed := random(max(c.PackedLen(), c.PackedGradLen()))
	parts := min(g.N, 16)
	shared := random(max(c.WholeScratchLen(), parts*len(dw)))
	scratch := make([][]float32, Workers())
	for i := range scratch {
		scratch[i] = random(c.ScratchLen(g.N))
	}
	return []computation{{"forward", func() {
		w := PackConv(c, packed, w)
		Chunks(g.N, chunk, func(worker, lo, hi int) {
			ConvForward(c, y[lo*result:hi*result], x[lo*image:hi*image], w, nil, scratch[worker], hi-lo)
		})
	}}, {"image-gradient", func() {
		w := PackConvGrad(c, packed, w)
		Chunks(g.N, chunk, func(worker, lo, hi int) {
			ConvImageGrad(c, dx[lo*image:hi*image], dy[lo*result:hi*result], w, scratch[worker], hi-lo)
		})
	}}, {"filter-gradient", func() {
		if c.Large() {
			ConvFilterGradWhole(c, dw, x, dy, shared)
			return
		}
		Parallel(parts, func(worker, p int) {
			lo, hi, sum := p*g.N/parts, (p+1)*g.N/parts, shared[p*len(dw):(p+1)*len(dw)]
			clear(sum)
			ConvFilterGrad(c, sum, x[lo*image:hi*image], dy[lo*result:hi*result], scratch[worker], hi-lo)
		})
		Chunks(len(dw), 1<<10, func(_, lo, hi int) {
			clear(dw[lo:hi])
			for p := range parts {
				for j, v := range shared[p*len(dw)+lo : p*len(dw)+hi] {
					dw[lo+j] += v
				}
			}
		})
	}}}
}
