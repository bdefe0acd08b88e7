package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Recurrence is h[t] = tanh(x[t] + h[t−1]·w) for t from 0 to T−1: the hidden layer of
// Elman 1990. x (N, T, H) is what the inputs bring, w (H, H), and state (N, H) is h[−1];
// nil is zeros. The result is (N, T, H).
func Recurrence(x, w, state *G.Node) (*G.Node, error) {
	return Apply(&recurrence[float32]{}, &recurrence[float64]{}, optional(x, w, state)...)
}

type recurrence[F f32.Float] struct{ stateful bool }

func (*recurrence[F]) Name() string { return "recurrence" }

func (k *recurrence[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w := in[0], in[1]
	if x.Dims() != 3 || !same(w, tensor.Shape{x[2], x[2]}) {
		return nil, fmt.Errorf("have input %v and weight %v, want (N, T, H) and (H, H)", x, w)
	}
	if len(in) == 3 && !same(in[2], tensor.Shape{x[0], x[2]}) {
		return nil, fmt.Errorf("have state %v, want (%d, %d)", in[2], x[0], x[2])
	}
	k.stateful = len(in) == 3
	return x.Clone(), nil
}

// examples are cut among the workers, each of which goes through time by itself.
func (*recurrence[F]) examples(n int, f func(worker, lo, hi int)) {
	parts := Parts(n, 1)
	f32.Parallel(parts, func(worker, i int) { f(worker, i*n/parts, (i+1)*n/parts) })
}

func (k *recurrence[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	t, h := out.Shape[1], out.Shape[2]
	w, ld := in[1].V, t*h
	k.examples(out.Shape[0], func(_, lo, hi int) {
		x, y, n := in[0].V[lo*ld:], out.V[lo*ld:], hi-lo
		for i := range t {
			at := i * h
			f32.CopyRows(y[at:], ld, x[at:], ld, h, n)
			switch {
			case i > 0:
				f32.Gemm(false, n, h, h, y[at-h:], ld, w, h, y[at:], ld, true)
			case k.stateful:
				f32.Gemm(false, n, h, h, in[2].V[lo*h:], h, w, h, y, ld, true)
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
		return []int{1, 2}, true
	}
	return []int{1}, true
}

// Backward goes from the last step to the first. With g[t] the gradient of
// x[t] + h[t−1]·w, it is g[t] = (1 − h[t]²)∘(dy[t] + g[t+1]·wᵀ), dx[t] = g[t] and
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
	k.examples(n, func(_, lo, hi int) {
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
		if k.stateful && din[2].V != nil {
			f32.Gemm(false, n, h, h, g, ld, turned, h, din[2].V[lo*h:], h, false)
		}
	})
	if dw := din[1].V; dw != nil {
		f32.Chunks(h, max(8, (h+7)/8), func(_, lo, hi int) {
			clear(dw[lo*h : hi*h])
			for i := 1; i < t; i++ {
				f32.Gemm(true, hi-lo, h, n, y[(i-1)*h+lo:], ld, g[i*h:], ld, dw[lo*h:], h, true)
			}
			if k.stateful {
				f32.Gemm(true, hi-lo, h, n, in[2].V[lo:], h, g, ld, dw[lo*h:], h, true)
			}
		})
	}
}
