package ops

import "zoo/internal/f32"

// GRU is the gated recurrent unit of Cho et al. 2014, in the form of PyTorch and cuDNN, in
// which the reset gate comes after the product. For t from 0 to T−1, with x[t] and
// q[t] = h[t−1]·w + b in three parts each:
//
//	r, z = σ of x[t] + q[t]
//	n = tanh(x[t] + r∘q[t])
//	h[t] = (1 − z)∘n + z∘h[t−1]
var GRU = Cell{Gates: 3, Parts: 1, k32: gru[float32](), k64: gru[float64]()}

func gru[F f32.Float]() cell[F] {
	return cell[F]{
		name: "gru", gates: 3, parts: 1, separate: true,
		kept: 4, // r, z, n, and the part of q that n is made of
		step: func(state, kept, x, q, before []F) {
			h := len(state)
			gates, n, last := kept[:2*h], kept[2*h:3*h], kept[3*h:]
			f32.Add(gates, x[:2*h], q)
			f32.Sigmoid(gates, gates)
			copy(last, q[2*h:])
			copy(n, x[2*h:])
			f32.MulAdd(n, gates[:h], last)
			f32.Tanh(n, n)
			f32.Mix(state, n, before, gates[h:])
		},
		grad: func(dx, dq, d, _, kept, before []F) {
			h := len(d)
			f32.GRUGrad(dx[:h], dx[h:2*h], dx[2*h:], dq[2*h:], d, kept[:h], kept[h:2*h], kept[2*h:3*h], kept[3*h:], before)
			copy(dq, dx[:2*h])
		},
	}
}
