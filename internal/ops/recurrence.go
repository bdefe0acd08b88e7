package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Recurrence is h[t] = tanh(x[t] + h[t−1]·w + b) for t from 0 to T−1: the hidden layer of
// Elman 1990. x (N, T, H) is what the inputs bring, w (H, H), b (H), and state (N, H) is
// h[−1]; nil is zeros. The result is (N, T, H).
func Recurrence(x, w, b, state *G.Node) (*G.Node, error) {
	return Apply(&recurrence[float32]{}, &recurrence[float64]{}, optional([]*G.Node{x, w, b}, state)...)
}

type recurrence[F f32.Float] struct{ stateful bool }

func (*recurrence[F]) Name() string { return "recurrence" }

func (k *recurrence[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w, b := in[0], in[1], in[2]
	if x.Dims() != 3 || !same(w, tensor.Shape{x[2], x[2]}) || !same(b, tensor.Shape{x[2]}) {
		return nil, fmt.Errorf("have input %v, weight %v and bias %v, want (N, T, H), (H, H) and (H)", x, w, b)
	}
	if len(in) == 4 && !same(in[3], tensor.Shape{x[0], x[2]}) {
		return nil, fmt.Errorf("have state %v, want (%d, %d)", in[3], x[0], x[2])
	}
	k.stateful = len(in) == 4
	return x.Clone(), nil
}

// throughTime cuts n examples among the workers, each of which goes through time by
// itself.
func throughTime(n int, f func(worker, lo, hi int)) {
	parts := Parts(n, 1)
	f32.Parallel(parts, func(worker, i int) { f(worker, i*n/parts, (i+1)*n/parts) })
}

func (k *recurrence[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	t, h := out.Shape[1], out.Shape[2]
	w, ld := in[1].V, t*h
	throughTime(out.Shape[0], func(_, lo, hi int) {
		x, y, n := in[0].V[lo*ld:], out.V[lo*ld:], hi-lo
		for i := range t {
			at := i * h
			for r := range n {
				f32.Add(y[r*ld+at:][:h], x[r*ld+at:][:h], in[2].V)
			}
			switch {
			case i > 0:
				f32.Gemm(false, n, h, h, y[at-h:], ld, w, h, y[at:], ld, true)
			case k.stateful:
				f32.Gemm(false, n, h, h, in[3].V[lo*h:], h, w, h, y, ld, true)
			}
			for r := range n {
				row := y[r*ld+at:][:h]
				f32.Tanh(row, row)
			}
		}
	})
}

func (k *recurrence[F]) Reads() ([]int, bool) {
	if k.stateful {
		return []int{1, 3}, true
	}
	return []int{1}, true
}

// Backward goes from the last step to the first. With g[t] the gradient of
// x[t] + h[t−1]·w + b, it is g[t] = (1 − h[t]²)∘(dy[t] + g[t+1]·wᵀ), dx[t] = g[t] and
// dw = Σ h[t−1]ᵀ·g[t].
func (k *recurrence[F]) Backward(c *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	n, t, h := out.Shape[0], out.Shape[1], out.Shape[2]
	y, ld := out.V, t*h
	m := memory[F](c.Shared(h*h + n*ld + n*h))
	turned, g, sums := m.take(h*h), din[0].V, m.take(n*h) // wᵀ, g and the sums in brackets
	if g == nil {
		g = m.take(n * ld)
	}
	f32.TransposeInto(turned, h, in[1].V, h, h, h)
	throughTime(n, func(_, lo, hi int) {
		g, y, dy, sum, n := g[lo*ld:], y[lo*ld:], dout.V[lo*ld:], sums[lo*h:], hi-lo
		for i := t - 1; i >= 0; i-- {
			at := i * h
			f32.CopyRows(sum, h, dy[at:], ld, h, n)
			if i < t-1 {
				f32.Gemm(false, n, h, h, g[at+h:], ld, turned, h, sum, h, true)
			}
			for r := range n {
				f32.ScaledTanhGrad(g[r*ld+at:][:h], sum[r*h:][:h], y[r*ld+at:][:h], 1, 1)
			}
		}
		if k.stateful && din[3].V != nil {
			f32.Gemm(false, n, h, h, g, ld, turned, h, din[3].V[lo*h:], h, false)
		}
	})
	if db := din[2].V; db != nil {
		f32.SumRowsParallel(db, g, n*t)
	}
	if dw := din[1].V; dw != nil {
		state := Tensor[F]{}
		if k.stateful {
			state = in[3]
		}
		recurrentWeights(dw, h, h, n, t, y, ld, h, g, ld, state.V, h)
	}
}

// recurrentWeights is dw = Σ h[t−1]ᵀ·g[t], (H, columns), of the hidden values y[r·ld + t·step]
// of n examples and t steps, and of the gradients g; state has h[−1], nil for zeros.
func recurrentWeights[F f32.Float](dw []F, h, columns, n, t int, y []F, ld, step int, g []F, ldg int, state []F, lds int) {
	f32.Chunks(h, max(8, (h+7)/8), func(_, lo, hi int) {
		clear(dw[lo*columns : hi*columns])
		for i := 1; i < t; i++ {
			f32.Gemm(true, hi-lo, columns, n, y[(i-1)*step+lo:], ld, g[i*columns:], ldg, dw[lo*columns:], columns, true)
		}
		if state != nil {
			f32.Gemm(true, hi-lo, columns, n, state[lo:], lds, g, ldg, dw[lo*columns:], columns, true)
		}
	})
}
