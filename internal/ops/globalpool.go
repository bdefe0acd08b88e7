package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// GlobalAvgPool is the mean over the pixels of images x (N, H, W, C), or over the
// tokens of x (N, T, C): (N, C) (Lin et al. 2013, "Network in Network").
func GlobalAvgPool(x *G.Node) (*G.Node, error) {
	return Apply(globalAvgPool[float32]{newPerWorker()}, globalAvgPool[float64]{newPerWorker()}, x)
}

type globalAvgPool[F f32.Float] struct{ scratch perWorker }

func (globalAvgPool[F]) Name() string { return "globalavgpool" }
func (globalAvgPool[F]) Batched() int { return 1 }

func (globalAvgPool[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 3 && x.Dims() != 4 {
		return nil, fmt.Errorf("have input %v, want (N, H, W, C) or (N, T, C)", x)
	}
	return tensor.Shape{x[0], channels(x)}, nil
}

func (k globalAvgPool[F]) Forward(ctx *Ctx[F], out Tensor[F], in []Tensor[F]) {
	n, c := out.Shape[0], out.Shape[1]
	image := len(in[0].V) / n
	weight := 1 / float64(image/c)
	for i := range n {
		sum := k.scratch.zeros(ctx.Worker(), c)
		f32.ColumnSums(sum, in[0].V[i*image:][:image])
		for j, s := range sum {
			out.V[i*c+j] = F(s * weight)
		}
	}
}

func (globalAvgPool[F]) Reads() ([]int, bool) { return nil, false }

func (globalAvgPool[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	dx := din[0].V
	if dx == nil {
		return
	}
	n, c := dout.Shape[0], dout.Shape[1]
	image := len(dx) / n
	weight := 1 / F(image/c)
	for i := range n {
		dst := dx[i*image:][:image]
		f32.Scale(dst[:c], dout.V[i*c:][:c], weight)
		for n := c; n < image; n *= 2 {
			copy(dst[n:], dst[:n])
		}
	}
}
