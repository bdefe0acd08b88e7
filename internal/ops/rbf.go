package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// RBF is the squared distance of each row of x (N, D) from each of the centres
// (K, D): (N, K). It is the output layer of LeNet-5, whose centres are fixed
// bitmaps of the classes (LeCun et al. 1998).
func RBF(x, centres *G.Node) (*G.Node, error) {
	return Apply(rbf[float32]{}, rbf[float64]{}, x, centres)
}

type rbf[F f32.Float] struct{}

func (rbf[F]) Name() string { return "rbf" }

func (rbf[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, centres := in[0], in[1]
	if x.Dims() != 2 || centres.Dims() != 2 || x[1] != centres[1] {
		return nil, fmt.Errorf("have input %v and centres %v, want (N, D) and (K, D)", x, centres)
	}
	return tensor.Shape{x[0], centres[0]}, nil
}

func (rbf[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	n, d := in[0].Shape[0], in[0].Shape[1]
	k := in[1].Shape[0]
	f32.Chunks(n, rowsOf(k*d), func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			for j := range k {
				out.V[i*k+j] = f32.SquaredDistance(in[0].V[i*d:(i+1)*d], in[1].V[j*d:(j+1)*d])
			}
		}
	})
}

func (rbf[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (rbf[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	n, d := in[0].Shape[0], in[0].Shape[1]
	k := in[1].Shape[0]
	x, centres, dy := in[0].V, in[1].V, dout.V // (N, D), (K, D), (N, K)
	if dx := din[0].V; dx != nil {
		f32.Chunks(n, rowsOf(k*d), func(_, lo, hi int) {
			clear(dx[lo*d : hi*d])
			for i := lo; i < hi; i++ {
				for j := range k {
					f32.AxpyDifference(dx[i*d:(i+1)*d], 2*dy[i*k+j], x[i*d:(i+1)*d], centres[j*d:(j+1)*d])
				}
			}
		})
	}
	if dc := din[1].V; dc != nil {
		f32.Chunks(k, rowsOf(n*d), func(_, lo, hi int) {
			clear(dc[lo*d : hi*d])
			for j := lo; j < hi; j++ {
				for i := range n {
					f32.AxpyDifference(dc[j*d:(j+1)*d], 2*dy[i*k+j], centres[j*d:(j+1)*d], x[i*d:(i+1)*d])
				}
			}
		})
	}
}
