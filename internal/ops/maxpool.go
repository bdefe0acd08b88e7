package ops

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// MaxPool is the maximum over windows of images x (N, H, W, C), channel by
// channel: (N, OH, OW, C) with OH = ⌊(H + 2·pad − size)/stride⌋ + 1. Padding is
// never the maximum. The gradient goes to a window's first maximum in row-major
// order. A window that holds NaN gives NaN.
func MaxPool(x *G.Node, w Window) (*G.Node, error) {
	return Apply(maxPool[float32]{w}, maxPool[float64]{w}, x)
}

type maxPool[F f32.Float] struct{ window Window }

func (maxPool[F]) Name() string { return "maxpool" }
func (maxPool[F]) Batched() int { return 1 }

func (maxPool[F]) lines() (forward, backward Lines) { return OwnLines, NoLines }

func (k maxPool[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return k.window.output(in[0]) }

func (k maxPool[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	eachRun(k.window, c, out, in[0], func(y, x []F, r run) { f32.MaxPool(y, x, r.Windows) })
}

func (maxPool[F]) Reads() ([]int, bool) { return []int{0}, true }

func (k maxPool[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	if din[0].V == nil {
		return
	}
	p := k.window.over(in[0].Shape, out.Shape)
	for i := range out.Shape[0] {
		outputs := func(v []F) []F { return v[i*p.output():][:p.output()] }
		maxPoolImageGrad(p, din[0].V[i*p.image():][:p.image()], outputs(dout.V), outputs(out.V), in[0].V[i*p.image():][:p.image()])
	}
}

func maxPoolImageGrad[F f32.Float](p pooling, dx, dy, y, x []F) {
	if !p.tiles() {
		clear(dx)
	}
	for i := range p.oh {
		for j := 0; j < p.ow; {
			r := p.run(i, j)
			f32.MaxPoolGrad(dx[r.in:], dy[r.out:], y[r.out:], x[r.in:], r.Windows, !p.disjoint())
			j += r.Count
		}
	}
}
