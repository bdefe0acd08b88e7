package ops

import (
	"fmt"
	"slices"

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
	return Apply(&conv2D[float32]{filter: f}, &conv2D[float64]{filter: f}, optional([]*G.Node{x, w}, b)...)
}

// A Filter1D is how filters walk over a sequence.
type Filter1D struct {
	Stride, Dilation int  // 0 means 1
	Pad              int  // zeros on both sides
	Causal           bool // all that a result of the same length needs stand before the sequence: no output sees what comes later, and Pad is 0
	Groups           int  // 0 means 1
}

// Conv1D is the cross-correlation of sequences x (N, T, C) with filters w
// (K, C/Groups, O), plus the bias b (O), which may be nil. The result is (N, OT, O), as
// Conv2D has it; a causal one has OT = ⌈T/stride⌉, and output t sees the inputs
// t·stride − dilation·(K−1) to t·stride.
func Conv1D(x, w, b *G.Node, f Filter1D) (*G.Node, error) {
	if f.Causal && f.Pad != 0 {
		return nil, fmt.Errorf("conv1d: have padding %d of a causal convolution, want 0: its zeros stand before the sequence", f.Pad)
	}
	wide := Filter{Stride: [2]int{1, f.Stride}, Pad: [2]int{0, f.Pad}, Dilation: [2]int{1, f.Dilation}, Groups: f.Groups}
	return Apply(&conv2D[float32]{filter: wide, sequence: true, causal: f.Causal}, &conv2D[float64]{filter: wide, sequence: true, causal: f.Causal}, optional([]*G.Node{x, w}, b)...)
}

type conv2D[F f32.Float] struct {
	filter           Filter
	sequence, causal bool // of Conv1D: images of one line
	conv             *f32.Conv

	filters []F    // as the convolution takes them
	kept    uint64 // the hold (Ctx.Held) for which filters were made; 0: for one call
	turned  []F    // as the images' gradient takes them
	sums    []F    // of each part: the filters' gradient and the bias's
}

func (k *conv2D[F]) Name() string {
	if k.sequence {
		return "conv1d"
	}
	return "conv2d"
}

func (*conv2D[F]) Batched() int { return 1 }

// lines are those of images; a sequence is one line.
func (k *conv2D[F]) lines() Lines {
	if k.sequence {
		return NoLines
	}
	return OwnLines
}

func (k *conv2D[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if !k.sequence {
		return k.plan(in)
	}
	x, w := in[0], in[1]
	if x.Dims() != 3 || w.Dims() != 3 {
		return nil, fmt.Errorf("have input %v and filters %v, want (N, T, C) and (K, C/groups, O)", x, w)
	}
	of := slices.Clone(in)
	of[0], of[1] = tensor.Shape{x[0], 1, x[1], x[2]}, tensor.Shape{1, w[0], w[1], w[2]}
	y, err := k.plan(of)
	if err != nil {
		return nil, err
	}
	return tensor.Shape{y[0], y[2], y[3]}, nil
}

// plan plans the convolution of images.
func (k *conv2D[F]) plan(in []tensor.Shape) (tensor.Shape, error) {
	x, w := in[0], in[1]
	if x.Dims() != 4 || w.Dims() != 4 {
		return nil, fmt.Errorf("have input %v and filters %v, want (N, H, W, C) and (KH, KW, C/groups, O)", x, w)
	}
	f := k.filter
	g := f32.Conv2D{
		N: x[0], H: x[1], W: x[2], C: x[3], KH: w[0], KW: w[1], Out: w[3],
		StrideH: max(1, f.Stride[0]), StrideW: max(1, f.Stride[1]), PadH: f.Pad[0], PadW: f.Pad[1],
		DilationH: max(1, f.Dilation[0]), DilationW: max(1, f.Dilation[1]), Groups: max(1, f.Groups), Causal: k.causal,
	}
	if k.causal {
		g.PadW = g.DilationW * (g.KW - 1)
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
	k.conv = f32.NewConv(g)
	return tensor.Shape{g.N, g.OutH(), g.OutW(), g.Out}, nil
}

func (k *conv2D[F]) ForwardPasses() []Pass[F] {
	g := k.conv
	pack := func(c *Ctx[F], a *Args[F]) {
		switch {
		case c.Held() == 0:
			k.filters = f32.PackConv(g, c.Shared(g.PackedLen()), a.In[1].V)
		case c.Held() != k.kept:
			k.filters = f32.PackConv(g, c.Keep(g.PackedLen()), a.In[1].V)
		}
		k.kept = c.Held()
	}
	if g.FewPixels() {
		return []Pass[F]{{Begin: func(c *Ctx[F], a *Args[F]) {
			pack(c, a)
			f32.ConvForwardWhole(g, a.Out.V, a.In[0].V, k.filters, k.bias(a), a.Out.Shape[0])
		}}}
	}
	return []Pass[F]{{
		Examples: g.ChunkImages(), Lines: k.lines(),
		Begin: pack,
		Each: func(c *Ctx[F], a *Args[F]) {
			n := a.Out.Shape[0]
			scratch := c.Scratch(c.Worker(), g.ScratchLen(n))
			if p := c.Part(); p.Bands > 0 {
				lo, hi := p.Lines(g.OutH())
				f32.ConvForwardLines(g, a.Out.V, a.In[0].V, k.filters, k.bias(a), scratch, lo, hi)
				return
			}
			f32.ConvForward(g, a.Out.V, a.In[0].V, k.filters, k.bias(a), scratch, n)
		},
	}}
}

func (*conv2D[F]) bias(a *Args[F]) []F {
	if len(a.In) == 3 {
		return a.In[2].V
	}
	return nil
}

func (*conv2D[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

// BackwardPasses are one pass, in which each part of the batch sums up its gradient of
// the filters. Where the filters are so large that these sums would not fit
// into the caches, their gradient has its own pass.
func (k *conv2D[F]) BackwardPasses() []Pass[F] {
	g := k.conv
	if !g.Large() {
		return []Pass[F]{{
			Examples: g.ChunkImages(), Lines: k.lines(),
			Begin: k.beginGrads, Each: k.grads, End: k.endGrads,
		}}
	}
	packTurned := func(c *Ctx[F], a *Args[F]) {
		if a.DIn[0].V != nil {
			k.turned = f32.PackConvGrad(g, c.Shared(g.PackedGradLen()), a.In[1].V)
		}
	}
	images := Pass[F]{Examples: g.ChunkImages(), Lines: k.lines(), Begin: packTurned, Each: k.imageGrad}
	if g.FewPixels() {
		images = Pass[F]{Begin: func(c *Ctx[F], a *Args[F]) {
			if packTurned(c, a); a.DIn[0].V != nil {
				f32.ConvImageGradWhole(g, a.DIn[0].V, a.DOut.V, k.turned, a.DOut.Shape[0])
			}
		}}
	}
	return []Pass[F]{{
		Begin: func(c *Ctx[F], a *Args[F]) {
			if dw := a.DIn[1].V; dw != nil {
				f32.ConvFilterGradWhole(g, dw, a.In[0].V, a.DOut.V, c.Shared(g.WholeScratchLen()))
			}
			if len(a.DIn) == 3 && a.DIn[2].V != nil {
				f32.SumRows(a.DIn[2].V, a.DOut.V, len(a.DOut.V)/g.Out)
			}
		},
	}, images}
}

func (k *conv2D[F]) imageGrad(c *Ctx[F], a *Args[F]) {
	dx, n := a.DIn[0].V, a.DOut.Shape[0]
	if dx == nil {
		return
	}
	if p := c.Part(); p.Bands > 0 {
		lo, hi := p.Lines(k.conv.H)
		f32.ConvImageGradLines(k.conv, dx, a.DOut.V, k.turned, lo, hi)
	} else {
		f32.ConvImageGrad(k.conv, dx, a.DOut.V, k.turned, c.Scratch(c.Worker(), k.conv.ScratchLen(n)), n)
	}
}

// aligned is n, rounded up so that what follows begins a cache line if what comes
// before does: vectors that cross into another line cost up to a quarter.
func aligned(n int) int { return (n + 15) &^ 15 }

// sumLens returns the numbers of values of the filters and of the bias, and the room
// for the sums of both in a part.
func (k *conv2D[F]) sumLens(a *Args[F]) (filters, biases, room int) {
	filters, biases = a.In[1].Shape.TotalSize(), k.conv.Out
	return filters, biases, aligned(aligned(filters) + biases)
}

// partSums are a part's sums of the gradients of the filters and of the biases.
func (k *conv2D[F]) partSums(a *Args[F], part int) (dw, db []F) {
	filters, biases, room := k.sumLens(a)
	sums := k.sums[part*room:][:room]
	return sums[:filters], sums[aligned(filters):][:biases]
}

func (k *conv2D[F]) beginGrads(c *Ctx[F], a *Args[F]) {
	packed := aligned(k.conv.PackedGradLen())
	_, _, room := k.sumLens(a)
	memory := c.Shared(packed + c.Part().Of*room)
	if a.DIn[0].V != nil {
		k.turned = f32.PackConvGrad(k.conv, memory, a.In[1].V)
	}
	k.sums = memory[packed:]
	f32.Chunks(len(k.sums), elements, func(_, lo, hi int) { clear(k.sums[lo:hi]) })
}

func (k *conv2D[F]) grads(c *Ctx[F], a *Args[F]) {
	k.imageGrad(c, a)
	n, p := a.DOut.Shape[0], c.Part()
	dw, db := k.partSums(a, p.Index) // (KH, KW, C/groups, O), (O)
	if a.DIn[1].V != nil {
		scratch := c.Scratch(c.Worker(), k.conv.ScratchLen(n))
		if p.Bands > 0 {
			f32.ConvFilterGradBand(k.conv, dw, a.In[0].V, a.DOut.V, scratch, p.Band, p.Bands)
		} else {
			f32.ConvFilterGrad(k.conv, dw, a.In[0].V, a.DOut.V, scratch, n)
		}
	}
	if len(a.DIn) == 3 && a.DIn[2].V != nil {
		dy := a.DOut.V // (n, OH, OW, O)
		if p.Bands > 0 {
			lo, hi := p.Lines(k.conv.OutH())
			line := k.conv.OutW() * k.conv.Out
			dy = dy[lo*line : hi*line] // (hi−lo, OW, O)
		}
		f32.AddRows(db, dy)
	}
}

func (k *conv2D[F]) endGrads(c *Ctx[F], a *Args[F]) {
	dw, db := k.partSums(a, 0)
	_, _, room := k.sumLens(a)
	f32.Chunks(room, 1<<10, func(_, lo, hi int) {
		for p := 1; p < c.Part().Of; p++ {
			f32.Add(k.sums[lo:hi], k.sums[lo:hi], k.sums[p*room+lo:p*room+hi])
		}
	})
	copy(a.DIn[1].V, dw)
	if len(a.DIn) == 3 {
		copy(a.DIn[2].V, db)
	}
}
