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
		name: "gru", gates: 3, apart: true, carries: true,
		kept: 4, // r, z, n, and the part of q that n is made of
		step: func(h, kept, q, x, before, _ []F) {
			u := len(h)
			gates, n, last := kept[:2*u], kept[2*u:3*u], kept[3*u:]
			f32.Add(gates, x[:2*u], q)
			f32.Sigmoid(gates, gates)
			copy(last, q[2*u:])
			copy(n, x[2*u:])
			f32.MulAdd(n, gates[:u], last)
			f32.Tanh(n, n)
			f32.Mix(h, n, before, gates[u:])
		},
		grad: func(dx, dq, dh, _, _, kept, before, _ []F) {
			u := len(dh)
			f32.GRUGrad(dx[:u], dx[u:2*u], dx[2*u:], dq[2*u:], dh, kept[:u], kept[u:2*u], kept[2*u:3*u], kept[3*u:], before)
			copy(dq, dx[:2*u])
		},
	}
}
