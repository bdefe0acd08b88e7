package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// A Filter is how filters walk over an image: their stride, the zero
// padding on both sides, the dilation and the number of groups.
type Filter struct {
	Stride, Pad, Dilation [2]int // height, width; a stride or dilation of 0 means 1
	Groups                int    // 0 means 1
}

// Conv2D is the cross-correlation of images x (N, H, W, C) with filters w
// (KH, KW, C/Groups, O), plus the bias b (O), which may be nil. The result is
// (N, OH, OW, O) with OH = ⌊(H + 2·pad − dilation·(KH−1) − 1)/stride⌋ + 1.
func Conv2D(x, w, b *G.Node, f Filter) (*G.Node, error) {
	in := []*G.Node{x, w}
	if b != nil {
		in = append(in, b)
	}
	return Apply(&conv2D[float32]{filter: f}, &conv2D[float64]{filter: f}, in...)
}

type conv2D[F f32.Float] struct {
	filter   Filter
	geometry f32.Conv2D

	filters []F // as the pass wants them
	sums    []F // the filters' gradient of each part, and the bias's
}

func (*conv2D[F]) Name() string { return "conv2d" }
func (*conv2D[F]) Batched() int { return 1 }

func (k *conv2D[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w := in[0], in[1]
	if x.Dims() != 4 || w.Dims() != 4 {
		return nil, fmt.Errorf("have input %v and filters %v, want (N, H, W, C) and (KH, KW, C/groups, O)", x, w)
	}
	f := k.filter
	g := f32.Conv2D{
		N: x[0], H: x[1], W: x[2], C: x[3], KH: w[0], KW: w[1], Out: w[3],
		StrideH: max(1, f.Stride[0]), StrideW: max(1, f.Stride[1]), PadH: f.Pad[0], PadW: f.Pad[1],
		DilationH: max(1, f.Dilation[0]), DilationW: max(1, f.Dilation[1]), Groups: max(1, f.Groups),
	}
	if g.C%g.Groups != 0 || g.Out%g.Groups != 0 || w[2] != g.C/g.Groups {
		return nil, fmt.Errorf("have input %v, filters %v and %d groups, want filters (KH, KW, C/groups, O) with C and O multiples of the groups", x, w, g.Groups)
	}
	if len(in) == 3 && !same(in[2], tensor.Shape{g.Out}) {
		return nil, fmt.Errorf("have bias %v, want (%d)", in[2], g.Out)
	}
	if g.OutH() < 1 || g.OutW() < 1 {
		return nil, fmt.Errorf("have input %v, want at least %d×%d pixels for filters %d×%d with padding %d×%d and dilation %d×%d",
			x, g.DilationH*(g.KH-1)+1-2*g.PadH, g.DilationW*(g.KW-1)+1-2*g.PadW, g.KH, g.KW, g.PadH, g.PadW, g.DilationH, g.DilationW)
	}
	k.geometry = g
	return tensor.Shape{g.N, g.OutH(), g.OutW(), g.Out}, nil
}

func (k *conv2D[F]) ForwardPasses() []Pass[F] {
	g := k.geometry
	image, result := g.H*g.W*g.C, g.OutH()*g.OutW()*g.Out
	return []Pass[F]{{
		Each: func(c *Ctx[F], a *Args[F]) {
			var bias []F
			if len(a.In) == 3 {
				bias = a.In[2].V
			}
			for n := range a.Out.Shape[0] {
				f32.ConvImage(g, a.Out.V[n*result:(n+1)*result], a.In[0].V[n*image:(n+1)*image], a.In[1].V, bias, c.Scratch(c.Worker(), g.Scratch()))
			}
		},
	}}
}

func (*conv2D[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k *conv2D[F]) BackwardPasses() []Pass[F] {
	g := k.geometry
	image, result := g.H*g.W*g.C, g.OutH()*g.OutW()*g.Out
	filters := g.KH * g.KW * g.C / g.Groups * g.Out
	size := filters + g.Out
	return []Pass[F]{{
		Begin: func(c *Ctx[F], a *Args[F]) {
			memory := c.Shared(filters + c.Part().Of*size)
			k.filters, k.sums = memory[:filters], memory[filters:]
			if a.DIn[0].V != nil {
				f32.GradFilters(g, k.filters, a.In[1].V)
			}
			clear(k.sums)
		},
		Each: func(c *Ctx[F], a *Args[F]) {
			sums := k.sums[c.Part().Index*size:][:size]
			for n := range a.DOut.Shape[0] {
				x, dy := a.In[0].V[n*image:(n+1)*image], a.DOut.V[n*result:(n+1)*result]
				scratch := c.Scratch(c.Worker(), g.Scratch())
				if dx := a.DIn[0].V; dx != nil {
					f32.ConvImageGrad(g, dx[n*image:(n+1)*image], dy, k.filters, scratch)
				}
				if a.DIn[1].V != nil {
					f32.ConvFilterGrad(g, sums[:filters], x, dy, scratch)
				}
				if len(a.DIn) == 3 && a.DIn[2].V != nil {
					for ; len(dy) > 0; dy = dy[g.Out:] {
						f32.Axpy(sums[filters:], 1, dy[:g.Out])
					}
				}
			}
		},
		End: func(c *Ctx[F], a *Args[F]) {
			for p := 1; p < c.Part().Of; p++ {
				f32.Axpy(k.sums[:size], 1, k.sums[p*size:][:size])
			}
			copy(a.DIn[1].V, k.sums[:filters])
			if len(a.DIn) == 3 {
				copy(a.DIn[2].V, k.sums[filters:size])
			}
		},
	}}
}
