package ops

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// AvgPool is the mean over windows of images x (N, H, W, C), channel by channel:
// (N, OH, OW, C) with OH as for MaxPool. Where countPad is set, the padding counts
// as zeros, as in PyTorch's default; else the mean is over the image's pixels.
// What a window of Window.Ceil covers beyond the padding never counts.
func AvgPool(x *G.Node, w Window, countPad bool) (*G.Node, error) {
	return Apply(avgPool[float32]{w, countPad}, avgPool[float64]{w, countPad}, x)
}

type avgPool[F f32.Float] struct {
	window   Window
	countPad bool
}

func (avgPool[F]) Name() string { return "avgpool" }
func (avgPool[F]) Batched() int { return 1 }

func (avgPool[F]) lines() (forward, backward Lines) { return OwnLines, NoLines }

func (k avgPool[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return k.window.output(in[0]) }

// weight is the weight of each pixel in the means of a run.
func (k avgPool[F]) weight(r run) F {
	if k.countPad {
		return 1 / F(r.padded)
	}
	return 1 / F(r.Height*r.Width)
}

func (k avgPool[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	eachRun(k.window, c, out, in[0], func(y, x []F, r run) { f32.AvgPool(y, x, k.weight(r), r.Windows) })
}

func (avgPool[F]) Reads() ([]int, bool) { return nil, false }

func (k avgPool[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if din[0].V == nil {
		return
	}
	p := k.window.over(in[0].Shape, dout.Shape)
	for i := range dout.Shape[0] {
		k.imageGrad(p, din[0].V[i*p.image():][:p.image()], dout.V[i*p.output():][:p.output()])
	}
}

func (k avgPool[F]) imageGrad(p pooling, dx, dy []F) {
	if !p.tiles() {
		clear(dx)
	}
	for i := range p.oh {
		for j := 0; j < p.ow; {
			r := p.run(i, j)
			f32.AvgPoolGrad(dx[r.in:], dy[r.out:], k.weight(r), r.Windows, !p.disjoint())
			j += r.Count
		}
	}
}
