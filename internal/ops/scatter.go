package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Scatter spreads the values of w (M) over a tensor of the given shape:
// element index[i] of it, row-major, is w[i], and all others are 0. It makes the
// dense filters of layers that are connected by a table, such as C3 of LeNet-5
// (LeCun et al. 1998). No index may occur twice.
func Scatter(w *G.Node, index []int, shape ...int) (*G.Node, error) {
	return Apply(scatter[float32]{index, shape}, scatter[float64]{index, shape}, w)
}

type scatter[F f32.Float] struct {
	index []int
	shape tensor.Shape
}

func (scatter[F]) Name() string { return "scatter" }

func (k scatter[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if !same(in[0], tensor.Shape{len(k.index)}) {
		return nil, fmt.Errorf("have weights %v, want (%d), one for each index", in[0], len(k.index))
	}
	at := make(map[int]int, len(k.index))
	for i, p := range k.index {
		if p < 0 || p >= k.shape.TotalSize() {
			return nil, fmt.Errorf("have index %d at %d, want one from 0 to %d for shape %v", p, i, k.shape.TotalSize()-1, k.shape)
		}
		if j, ok := at[p]; ok {
			return nil, fmt.Errorf("have index %d at %d and at %d, want each once", p, j, i)
		}
		at[p] = i
	}
	return k.shape.Clone(), nil
}

func (k scatter[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	clear(out.V)
	for i, p := range k.index {
		out.V[p] = in[0].V[i]
	}
}

func (scatter[F]) Reads() ([]int, bool) { return nil, false }

func (k scatter[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	dw := din[0].V
	for i := range dw {
		dw[i] = dout.V[k.index[i]]
	}
}
