package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// AddMap adds b, which has the last axes of x (N, ...), to every part of x of its shape: the
// biases (H, W, C) that LeCun et al. 1989 do not share between pixels, or one of each
// channel (C). The embeddings of positions (1, T, D) have an axis of length 1 for N.
func AddMap(x, b *G.Node) (*G.Node, error) { return Apply(addMap[float32]{}, addMap[float64]{}, x, b) }

type addMap[F f32.Float] struct{}

func (addMap[F]) Name() string { return "add-map" }
func (addMap[F]) Batched() int { return 1 }

func (addMap[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, b := in[0], in[1]
	if b.Dims() == x.Dims() && b[0] == 1 {
		b = b[1:]
	}
	if x.Dims() <= b.Dims() || !same(x[x.Dims()-b.Dims():], b) {
		return nil, fmt.Errorf("have input %v and map %v, want (N, ...) and the last of its axes, or all with 1 for N", x, in[1])
	}
	return x.Clone(), nil
}

func (addMap[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	b := in[1].V
	for i := range len(out.V) / len(b) {
		f32.Add(out.V[i*len(b):(i+1)*len(b)], in[0].V[i*len(b):], b)
	}
}

func (addMap[F]) Reads() ([]int, bool) { return nil, false }

func (addMap[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if dx := din[0].V; dx != nil {
		copyParallel(dx, dout.V)
	}
	if db := din[1].V; db != nil {
		n := len(dout.V) / len(db)
		f32.Chunks(len(db), max(64, rowsOf(n)), func(_, lo, hi int) {
			clear(db[lo:hi])
			for i := range n {
				f32.Axpy(db[lo:hi], 1, dout.V[i*len(db)+lo:i*len(db)+hi])
			}
		})
	}
}

func copyParallel[F f32.Float](dst, src []F) {
	f32.Chunks(len(dst), elements, func(_, lo, hi int) { copy(dst[lo:hi], src[lo:hi]) })
}
