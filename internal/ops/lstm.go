package ops

import "zoo/internal/f32"

// LSTM is the long short-term memory of Hochreiter & Schmidhuber 1997 with the forget gate
// of Gers, Schmidhuber & Cummins 2000. For t from 0 to T−1, with the gates in PyTorch's
// order:
//
//	i, f, g, o = σ, σ, tanh, σ of x[t] + h[t−1]·w + b
//	c[t] = f∘c[t−1] + i∘g
//	h[t] = o∘tanh(c[t])
//
// The state is h and c.
var LSTM = Cell{Gates: 4, Parts: 2, k32: lstm[float32](), k64: lstm[float64]()}

func lstm[F f32.Float]() cell[F] {
	return cell[F]{
		name: "lstm", gates: 4, memory: 1, kept: 5, // the gates, and c
		step: func(h, kept, sum, _, _, memory []F) {
			u := len(h)
			i, f, g, o, c := kept[:u], kept[u:2*u], kept[2*u:3*u], kept[3*u:4*u], kept[4*u:]
			f32.Sigmoid(kept[:2*u], sum[:2*u])
			f32.Tanh(g, sum[2*u:3*u])
			f32.Sigmoid(o, sum[3*u:])
			f32.Mul(c, i, g)
			f32.MulAdd(c, f, memory)
			f32.Tanh(h, c)
			f32.Mul(h, h, o)
		},
		grad: func(dx, _, dh, dc, _, kept, _, memory []F) {
			u := len(dh)
			i, f, g, o, c := kept[:u], kept[u:2*u], kept[2*u:3*u], kept[3*u:4*u], kept[4*u:]
			f32.Tanh(dx[3*u:], c)
			f32.LSTMCellGrad(dc, dx[3*u:], dh, o)
			f32.LSTMGateGrad(dx[:u], dx[u:2*u], dx[2*u:3*u], dc, i, f, g, memory)
		},
	}
}
