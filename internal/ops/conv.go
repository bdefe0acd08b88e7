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
}

func (*conv2D[F]) Name() string { return "conv2d" }
func (*conv2D[F]) Finishes()    {}

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

func (k *conv2D[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	g := k.geometry
	var bias []F
	if len(in) == 3 {
		bias = in[2].V
	}
	image, result := g.H*g.W*g.C, g.OutH()*g.OutW()*g.Out
	f32.Parallel(g.N, func(worker, n int) {
		y := out.V[n*result : (n+1)*result]
		f32.ConvImage(g, y, in[0].V[n*image:(n+1)*image], in[1].V, bias, c.Scratch(worker, g.Scratch()))
		c.Done(y)
	})
}

func (*conv2D[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k *conv2D[F]) Backward(c *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	g := k.geometry
	image, result := g.H*g.W*g.C, g.OutH()*g.OutW()*g.Out
	if dx := din[0].V; dx != nil {
		filters := c.Shared(len(in[1].V))
		f32.GradFilters(g, filters, in[1].V)
		f32.Parallel(g.N, func(worker, n int) {
			f32.ConvImageGrad(g, dx[n*image:(n+1)*image], dout.V[n*result:(n+1)*result], filters, c.Scratch(worker, g.Scratch()))
		})
	}
	if dw := din[1].V; dw != nil {
		// The images are cut into a fixed number of parts, whatever the number of
		// workers, and the parts' gradients are added in order.
		parts := min(g.N, filterGradParts)
		sums := c.Shared(parts * len(dw))
		f32.Parallel(parts, func(worker, p int) {
			sum := sums[p*len(dw) : (p+1)*len(dw)]
			clear(sum)
			for n := p * g.N / parts; n < (p+1)*g.N/parts; n++ {
				f32.ConvFilterGrad(g, sum, in[0].V[n*image:(n+1)*image], dout.V[n*result:(n+1)*result], c.Scratch(worker, g.Scratch()))
			}
		})
		f32.SumRows(dw, sums, parts)
	}
	if len(din) == 3 && din[2].V != nil {
		f32.SumRows(din[2].V, dout.V, g.N*g.OutH()*g.OutW())
	}
}

// filterGradParts bounds both the memory of the partial sums and the number of
// workers that can compute filter gradients at once.
const filterGradParts = 16
