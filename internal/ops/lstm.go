package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// LSTM is the long short-term memory of Hochreiter & Schmidhuber 1997 with the forget gate
// of Gers, Schmidhuber & Cummins 2000. For t from 0 to T−1, with the gates in PyTorch's
// order:
//
//	i, f, g, o = σ, σ, tanh, σ of x[t] + h[t−1]·w + b
//	c[t] = f∘c[t−1] + i∘g
//	h[t] = o∘tanh(c[t])
//
// x (N, T, 4·H) is what the inputs bring to the gates, w (H, 4·H), b (4·H), and state
// (N, 2·H) is h[−1] and c[−1], side by side; nil is zeros. The result (N, T, 2·H) is h[t]
// and c[t], side by side.
func LSTM(x, w, b, state *G.Node) (*G.Node, error) {
	return Apply(&lstm[float32]{}, &lstm[float64]{}, optional([]*G.Node{x, w, b}, state)...)
}

// lstm keeps the values of the gates (N, T, 4·H) for Backward.
type lstm[F f32.Float] struct {
	stateful bool
	gates    []F
}

func (*lstm[F]) Name() string { return "lstm" }

func (k *lstm[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w, b := in[0], in[1], in[2]
	if x.Dims() != 3 || x[2]%4 != 0 || !same(w, tensor.Shape{x[2] / 4, x[2]}) || !same(b, tensor.Shape{x[2]}) {
		return nil, fmt.Errorf("have input %v, weight %v and bias %v, want (N, T, 4·H), (H, 4·H) and (4·H)", x, w, b)
	}
	h := x[2] / 4
	if len(in) == 4 && !same(in[3], tensor.Shape{x[0], 2 * h}) {
		return nil, fmt.Errorf("have state %v, want (%d, %d)", in[3], x[0], 2*h)
	}
	k.stateful = len(in) == 4
	return tensor.Shape{x[0], x[1], 2 * h}, nil
}

func (k *lstm[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	t, h := out.Shape[1], out.Shape[2]/2
	w, ld, ldg := in[1].V, t*2*h, t*4*h
	if k.gates == nil { // a graph that is only looked at holds none
		k.gates = make([]F, out.Shape[0]*ldg)
	}
	throughTime(out.Shape[0], func(_, lo, hi int) {
		y, gates, n := out.V[lo*ld:], k.gates[lo*ldg:], hi-lo
		for i := 0; i < n*ldg; i += 4 * h {
			f32.Add(gates[i:][:4*h], in[0].V[lo*ldg+i:][:4*h], in[2].V)
		}
		for i := range t {
			before, ldb := []F(nil), ld // h[t−1] and c[t−1]
			if i > 0 {
				before = y[(i-1)*2*h:]
			} else if k.stateful {
				before, ldb = in[3].V[lo*2*h:], 2*h
			}
			if before != nil {
				f32.Gemm(false, n, 4*h, h, before, ldb, w, 4*h, gates[i*4*h:], ldg, true)
			}
			for r := range n {
				a := gates[r*ldg+i*4*h:][:4*h]
				f32.Sigmoid(a[:2*h], a[:2*h])
				f32.Tanh(a[2*h:3*h], a[2*h:3*h])
				f32.Sigmoid(a[3*h:], a[3*h:])
				hidden, cell := y[r*ld+i*2*h:][:h], y[r*ld+i*2*h+h:][:h]
				f32.Mul(cell, a[:h], a[2*h:3*h])
				if before != nil {
					for j, c := range before[r*ldb+h:][:h] {
						cell[j] += F(a[h+j] * c)
					}
				}
				f32.Tanh(hidden, cell)
				f32.Mul(hidden, hidden, a[3*h:])
			}
		}
	})
}

func (k *lstm[F]) Reads() ([]int, bool) {
	if k.stateful {
		return []int{1, 3}, true
	}
	return []int{1}, true
}

// Backward goes from the last step to the first: it carries what the steps after t say of
// h[t], the gradients of the gates times wᵀ, and of c[t], which the forget gates pass on.
func (k *lstm[F]) Backward(c *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	n, t, h := out.Shape[0], out.Shape[1], out.Shape[2]/2
	ld, ldg := t*2*h, t*4*h
	m := memory[F](c.Shared(4*h*h + n*ldg + 3*n*h))
	turned, g := m.take(4*h*h), din[0].V // wᵀ, and the gradients of the gates before σ and tanh
	if taken := m.take(n * ldg); g == nil {
		g = taken
	}
	dhs, dcs, tanhs := m.take(n*h), m.take(n*h), m.take(n*h)
	f32.TransposeInto(turned, h, in[1].V, 4*h, h, 4*h)
	throughTime(n, func(_, lo, hi int) {
		n := hi - lo
		g, gates, y, dy := g[lo*ldg:], k.gates[lo*ldg:], out.V[lo*ld:], dout.V[lo*ld:]
		dh, dc, tanh := dhs[lo*h:], dcs[lo*h:], tanhs[lo*h:]
		clear(dc[:n*h])
		for i := t - 1; i >= 0; i-- {
			f32.CopyRows(dh, h, dy[i*2*h:], ld, h, n)
			if i < t-1 {
				f32.Gemm(false, n, h, 4*h, g[(i+1)*4*h:], ldg, turned, h, dh, h, true)
			}
			for r := range n {
				var before []F // c[t−1]
				if i > 0 {
					before = y[r*ld+(i-1)*2*h+h:][:h]
				} else if k.stateful {
					before = in[3].V[(lo+r)*2*h+h:][:h]
				}
				at := r*ldg + i*4*h
				f32.Tanh(tanh[r*h:][:h], y[r*ld+i*2*h+h:][:h])
				lstmStep(g[at:][:4*h], gates[at:][:4*h], dh[r*h:][:h], dc[r*h:][:h], dy[r*ld+i*2*h+h:][:h], tanh[r*h:][:h], before)
			}
		}
		if k.stateful && din[3].V != nil {
			d := din[3].V[lo*2*h:]
			f32.Gemm(false, n, h, 4*h, g, ldg, turned, h, d, 2*h, false)
			f32.CopyRows(d[h:], 2*h, dc, h, h, n)
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
		recurrentWeights(dw, h, 4*h, n, t, out.V, ld, 2*h, g, ldg, state.V, 2*h)
	}
}

// lstmStep is the backward pass of one step of one example. Given dh, dc from the step
// after, and dy, the gradient of c[t] itself, it writes the gradients of the gates, and in
// dc that of c[t−1]. before is c[t−1], nil for zeros.
func lstmStep[F f32.Float](g, gates, dh, dc, dy, tanh, before []F) {
	h := len(dh)
	in, forget, new, output := gates[:h], gates[h:2*h], gates[2*h:3*h], gates[3*h:4*h]
	for j, d := range dh {
		i, f, n, o, th := in[j], forget[j], new[j], output[j], tanh[j]
		cell := dc[j] + dy[j] + F(F(d*o)*(1-F(th*th)))
		g[j] = F(cell*n) * F(i*(1-i))
		g[2*h+j] = F(cell*i) * (1 - F(n*n))
		g[3*h+j] = F(d*th) * F(o*(1-o))
		dc[j] = cell * f
		if before == nil {
			g[h+j] = 0
		} else {
			g[h+j] = F(cell*before[j]) * F(f*(1-f))
		}
	}
}
