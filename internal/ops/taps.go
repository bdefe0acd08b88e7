package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Taps are what a causal filter of k taps sees at one position of a sequence of which
// only the latest rows (N, S, C) are kept, with position p in row p mod S: the rows of
// the positions p − dilation·(k−1), ..., p − dilation, p, as (N, k, C). S is more than
// dilation·(k−1), so that the row of a position before the first was never written.
// position is (N, 1), of integers.
func Taps(rows, position *G.Node, k, dilation int) (*G.Node, error) {
	if err := wantIntegers("taps", "positions", position); err != nil {
		return nil, err
	}
	return Apply(taps[float32]{k, dilation}, taps[float64]{k, dilation}, rows, position)
}

type taps[F f32.Float] struct{ k, dilation int }

func (taps[F]) Name() string { return "taps" }
func (taps[F]) Batched() int { return 2 }

func (o taps[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	rows, position := in[0], in[1]
	if rows.Dims() != 3 || !same(position, tensor.Shape{rows[0], 1}) {
		return nil, fmt.Errorf("have rows %v and positions %v, want (N, S, C) and (N, 1)", rows, position)
	}
	if o.k < 1 || o.dilation < 1 || rows[1] <= o.dilation*(o.k-1) {
		return nil, fmt.Errorf("have %d rows for %d taps of dilation %d, want positive numbers and more than %d rows", rows[1], o.k, o.dilation, o.dilation*(o.k-1))
	}
	return tensor.Shape{rows[0], o.k, rows[2]}, nil
}

// each calls f with the places of each tap and of the row that it sees.
func (o taps[F]) each(in []Tensor[F], f func(tap, row int)) {
	s, c := in[0].Shape[1], in[0].Shape[2]
	for i, p := range in[1].I {
		for j := range o.k {
			at := p - o.dilation*(o.k-1-j)
			f((i*o.k+j)*c, (i*s+(at%s+s)%s)*c)
		}
	}
}

func (o taps[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	c := channels(out.Shape)
	o.each(in, func(tap, row int) { copy(out.V[tap:tap+c], in[0].V[row:]) })
}

func (taps[F]) Reads() ([]int, bool) { return []int{1}, false }

func (o taps[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	dx, c := din[0].V, channels(dout.Shape)
	if dx == nil {
		return
	}
	clear(dx)
	o.each(in, func(tap, row int) { f32.Add(dx[row:row+c], dx[row:row+c], dout.V[tap:]) })
}
