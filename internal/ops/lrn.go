package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// LRN is local response normalisation of images x (N, H, W, C) over their channels,
// x/(k + alpha·Σx²)^beta with the sum over size channels, of which size/2 come
// before it and the others after it (Krizhevsky et al. 2012, section
// 3.3; PyTorch divides alpha by the size, which the paper does not).
func LRN(x *G.Node, size int, k, alpha, beta float64) (*G.Node, error) {
	l := f32.LRN{Size: size, K: k, Alpha: alpha, Beta: beta}
	return Apply(lrn[float32]{l}, lrn[float64]{l}, x)
}

type lrn[F f32.Float] struct{ f32.LRN }

func (lrn[F]) Name() string { return "lrn" }
func (lrn[F]) Batched() int { return 1 }

func (lrn[F]) lines() (forward, backward Lines) { return EachLine, EachLine }

func (k lrn[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 4 {
		return nil, fmt.Errorf("have input %v, want (N, H, W, C)", in[0])
	}
	if !(k.Size >= 1 && k.K > 0 && k.Alpha >= 0 && k.Beta >= 0) {
		return nil, fmt.Errorf("have size %d, k %g, alpha %g and beta %g, want a size of at least 1, a positive k, and no negative number", k.Size, k.K, k.Alpha, k.Beta)
	}
	return in[0].Clone(), nil
}

func (k lrn[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	n := channels(out.Shape)
	f32.LRNForward(k.LRN, out.V, in[0].V, n, c.Scratch(c.Worker(), k.ScratchLen(n)))
}

func (lrn[F]) Reads() ([]int, bool) { return []int{0}, false }

func (k lrn[F]) Backward(c *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if dx := din[0].V; dx != nil {
		n := channels(dout.Shape)
		f32.LRNGrad(k.LRN, dx, dout.V, in[0].V, n, c.Scratch(c.Worker(), k.ScratchLen(n)))
	}
}
