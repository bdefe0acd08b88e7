package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Put is rows (N, T, D) in which row position[n] mod T of example n is the one of row,
// which is (N, 1, D). position is (N, 1), of integers from 0 on.
func Put(rows, row, position *G.Node) (*G.Node, error) {
	if err := wantIntegers("put", "positions", position); err != nil {
		return nil, err
	}
	return Apply(put[float32]{}, put[float64]{}, rows, row, position)
}

type put[F f32.Float] struct{}

func (put[F]) Name() string { return "put" }
func (put[F]) Batched() int { return 3 }

func (put[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	rows, row, position := in[0], in[1], in[2]
	if rows.Dims() != 3 || !same(row, tensor.Shape{rows[0], 1, rows[2]}) || !same(position, tensor.Shape{rows[0], 1}) {
		return nil, fmt.Errorf("have rows %v, row %v and positions %v, want (N, T, D), (N, 1, D) and (N, 1)", rows, row, position)
	}
	return rows.Clone(), nil
}

// each calls f with the row of each example, and where it begins in the rows.
func (put[F]) each(in []Tensor[F], f func(row, at int)) {
	t, d := in[0].Shape[1], in[0].Shape[2]
	for i, p := range in[2].I {
		if p < 0 {
			panic(fmt.Sprintf("have position %d of example %d, want 0 or more", p, i))
		}
		f(i*d, (i*t+p%t)*d)
	}
}

func (k put[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	copy(out.V, in[0].V)
	d := channels(out.Shape)
	k.each(in, func(row, at int) { copy(out.V[at:at+d], in[1].V[row:]) })
}

func (put[F]) Reads() ([]int, bool) { return []int{2}, false }

func (k put[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	rows, row, d := din[0].V, din[1].V, channels(dout.Shape)
	copy(rows, dout.V)
	k.each(in, func(from, at int) {
		if rows != nil {
			clear(rows[at : at+d])
		}
		if row != nil {
			copy(row[from:from+d], dout.V[at:])
		}
	})
}
