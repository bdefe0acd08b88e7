package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// GRU is the gated recurrent unit of Cho et al. 2014, in the form of PyTorch and cuDNN, in
// which the reset gate comes after the product. For t from 0 to T−1, with x[t] and
// q[t] = h[t−1]·w + b in three parts each:
//
//	r, z = σ of x[t] + q[t]
//	n = tanh(x[t] + r∘q[t])
//	h[t] = (1 − z)∘n + z∘h[t−1]
//
// x (N, T, 3·H) is what the inputs bring to r, z and n, w (H, 3·H), b (3·H), and state
// (N, H) is h[−1]; nil is zeros. The result is (N, T, H).
func GRU(x, w, b, state *G.Node) (*G.Node, error) {
	return Apply(&gru[float32]{}, &gru[float64]{}, optional([]*G.Node{x, w, b}, state)...)
}

// gru keeps r, z, n and the part of q that n is made of, (N, T, 4·H), for Backward.
type gru[F f32.Float] struct {
	stateful bool
	kept     []F
}

func (*gru[F]) Name() string { return "gru" }

func (k *gru[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, w, b := in[0], in[1], in[2]
	if x.Dims() != 3 || x[2]%3 != 0 || !same(w, tensor.Shape{x[2] / 3, x[2]}) || !same(b, tensor.Shape{x[2]}) {
		return nil, fmt.Errorf("have input %v, weight %v and bias %v, want (N, T, 3·H), (H, 3·H) and (3·H)", x, w, b)
	}
	h := x[2] / 3
	if len(in) == 4 && !same(in[3], tensor.Shape{x[0], h}) {
		return nil, fmt.Errorf("have state %v, want (%d, %d)", in[3], x[0], h)
	}
	k.stateful = len(in) == 4
	return tensor.Shape{x[0], x[1], h}, nil
}

func (k *gru[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	n, t, h := out.Shape[0], out.Shape[1], out.Shape[2]
	x, w, b, ld, ldx := in[0].V, in[1].V, in[2].V, t*h, t*3*h
	if k.kept == nil { // a graph that is only looked at holds none
		k.kept = make([]F, n*t*4*h)
	}
	products := c.Shared(n * 3 * h)
	throughTime(n, func(_, lo, hi int) {
		n := hi - lo
		y, q := out.V[lo*ld:], products[lo*3*h:]
		for i := range t {
			before, ldb := []F(nil), ld // h[t−1]
			if i > 0 {
				before = y[(i-1)*h:]
			} else if k.stateful {
				before, ldb = in[3].V[lo*h:], h
			}
			for r := range n {
				copy(q[r*3*h:][:3*h], b)
			}
			if before != nil {
				f32.Gemm(false, n, 3*h, h, before, ldb, w, 3*h, q, 3*h, true)
			}
			for r := range n {
				row, p := x[(lo+r)*ldx+i*3*h:][:3*h], q[r*3*h:][:3*h]
				kept := k.kept[((lo+r)*t+i)*4*h:][:4*h]
				gates, new, last := kept[:2*h], kept[2*h:3*h], kept[3*h:]
				for j := range gates {
					gates[j] = row[j] + p[j]
				}
				f32.Sigmoid(gates, gates)
				copy(last, p[2*h:])
				for j := range new {
					new[j] = row[2*h+j] + F(gates[j]*last[j])
				}
				f32.Tanh(new, new)
				hidden := y[r*ld+i*h:][:h]
				for j, v := range new {
					hidden[j] = F((1 - gates[h+j]) * v)
				}
				if before != nil {
					for j, v := range before[r*ldb:][:h] {
						hidden[j] += F(gates[h+j] * v)
					}
				}
			}
		}
	})
}

func (k *gru[F]) Reads() ([]int, bool) {
	if k.stateful {
		return []int{1, 3}, true
	}
	return []int{1}, true
}

// Backward goes from the last step to the first: it carries what the steps after t say of
// h[t], which are the gradients of q times wᵀ, and what z passes on.
func (k *gru[F]) Backward(c *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	n, t, h := out.Shape[0], out.Shape[1], out.Shape[2]
	ld, ldx := t*h, t*3*h
	m := memory[F](c.Shared(3*h*h + 2*n*ldx + n*h))
	turned, dq, dx, dhs := m.take(3*h*h), m.take(n*ldx), m.take(n*ldx), m.take(n*h)
	if din[0].V != nil {
		dx = din[0].V
	}
	f32.TransposeInto(turned, h, in[1].V, 3*h, h, 3*h)
	throughTime(n, func(_, lo, hi int) {
		n := hi - lo
		dx, dq, y, dy, dh := dx[lo*ldx:], dq[lo*ldx:], out.V[lo*ld:], dout.V[lo*ld:], dhs[lo*h:]
		clear(dh[:n*h])
		for i := t - 1; i >= 0; i-- {
			if i < t-1 {
				f32.Gemm(false, n, h, 3*h, dq[(i+1)*3*h:], ldx, turned, h, dh, h, true)
			}
			for r := range n {
				var before []F // h[t−1]
				if i > 0 {
					before = y[r*ld+(i-1)*h:][:h]
				} else if k.stateful {
					before = in[3].V[(lo+r)*h:][:h]
				}
				at := r*ldx + i*3*h
				gruStep(dx[at:][:3*h], dq[at:][:3*h], k.kept[((lo+r)*t+i)*4*h:][:4*h], dh[r*h:][:h], dy[r*ld+i*h:][:h], before)
			}
		}
		if k.stateful && din[3].V != nil {
			d := din[3].V[lo*h:]
			copy(d[:n*h], dh)
			f32.Gemm(false, n, h, 3*h, dq, ldx, turned, h, d, h, true)
		}
	})
	if db := din[2].V; db != nil {
		f32.SumRowsParallel(db, dq, n*t)
	}
	if dw := din[1].V; dw != nil {
		state := Tensor[F]{}
		if k.stateful {
			state = in[3]
		}
		recurrentWeights(dw, h, 3*h, n, t, out.V, ld, h, dq, ldx, state.V, h)
	}
}

// gruStep is the backward pass of one step of one example. Given dh from the step after and
// dy, the gradient of h[t] itself, it writes the gradients of x[t] and q[t], and in dh the
// part of that of h[t−1] which z passes on. before is h[t−1], nil for zeros.
func gruStep[F f32.Float](dx, dq, kept, dh, dy, before []F) {
	h := len(dh)
	reset, update, new, last := kept[:h], kept[h:2*h], kept[2*h:3*h], kept[3*h:]
	for j := range dh {
		r, z, n := reset[j], update[j], new[j]
		d, b := dh[j]+dy[j], F(0)
		if before != nil {
			b = before[j]
		}
		dn := F(d*(1-z)) * (1 - F(n*n))
		dr := F(dn*last[j]) * F(r*(1-r))
		dz := F(d*(b-n)) * F(z*(1-z))
		dx[j], dx[h+j], dx[2*h+j] = dr, dz, dn
		dq[j], dq[h+j], dq[2*h+j] = dr, dz, dn*r
		dh[j] = d * z
	}
}
