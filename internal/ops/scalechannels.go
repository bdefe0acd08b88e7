package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// ScaleChannels multiplies each channel of images x (N, H, W, C) by a number that
// the image has for it, gate (N, 1, 1, C): the last step of a squeeze-and-excitation
// block (Hu et al. 2018).
func ScaleChannels(x, gate *G.Node) (*G.Node, error) {
	return Apply(&scaleChannels[float32]{scratch: newPerWorker()}, &scaleChannels[float64]{scratch: newPerWorker()}, x, gate)
}

type scaleChannels[F f32.Float] struct {
	scratch perWorker
	zeros   []F // (C)
}

func (*scaleChannels[F]) Name() string         { return "scalechannels" }
func (*scaleChannels[F]) Batched() int         { return 2 }
func (*scaleChannels[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k *scaleChannels[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, gate := in[0], in[1]
	if x.Dims() != 4 || !same(gate, tensor.Shape{x[0], 1, 1, x[3]}) {
		return nil, fmt.Errorf("have input %v and gate %v, want (N, H, W, C) and (N, 1, 1, C)", x, gate)
	}
	k.zeros = make([]F, x[3])
	return x.Clone(), nil
}

func (*scaleChannels[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	scaleImages(out.V, in[0].V, in[1])
}

// scaleImages is the forward computation, and that of the gradient of x.
func scaleImages[F f32.Float](dst, src []F, gate Tensor[F]) {
	n, c := gate.Shape[0], channels(gate.Shape)
	image := len(src) / n
	for i := range n {
		f32.ScaleColumns(dst[i*image:][:image], src[i*image:][:image], gate.V[i*c:][:c])
	}
}

// Backward sums over the pixels for the gate: dgate = Σ dout·x.
func (k *scaleChannels[F]) Backward(ctx *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if dx := din[0].V; dx != nil {
		scaleImages(dx, dout.V, in[1])
	}
	if dgate := din[1].V; dgate != nil {
		x, c := in[0].V, len(k.zeros)
		image := in[0].Shape[1] * in[0].Shape[2] * c
		for i := range in[0].Shape[0] {
			sum, dot := split2(k.scratch.zeros(ctx.Worker(), 2*c), c) // (C), (C)
			f32.GradSums(sum, dot, dout.V[i*image:][:image], x[i*image:][:image], k.zeros)
			for j, d := range dot {
				dgate[i*c+j] = F(d)
			}
		}
	}
}
