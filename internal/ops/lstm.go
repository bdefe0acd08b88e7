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
		name: "lstm", gates: 4, parts: 2, kept: 4, // the gates
		step: func(state, kept, x, q, before []F) {
			h := len(state) / 2
			f32.Add(kept, x, q)
			f32.Sigmoid(kept[:2*h], kept[:2*h])
			f32.Tanh(kept[2*h:3*h], kept[2*h:3*h])
			f32.Sigmoid(kept[3*h:], kept[3*h:])
			hidden, c := state[:h], state[h:]
			f32.Mul(c, kept[:h], kept[2*h:3*h])
			f32.MulAdd(c, kept[h:2*h], before[h:])
			f32.Tanh(hidden, c)
			f32.Mul(hidden, hidden, kept[3*h:])
		},
		grad: func(dx, _, d, state, kept, before []F) {
			h := len(state) / 2
			dh, dc := d[:h], d[h:]
			f32.Tanh(dx[3*h:], state[h:])
			f32.LSTMCellGrad(dc, dx[3*h:], dh, kept[3*h:])
			f32.LSTMGateGrad(dx[:h], dx[h:2*h], dx[2*h:3*h], dc, kept[:h], kept[h:2*h], kept[2*h:3*h], before[h:])
			clear(dh) // h[t−1] comes in through the product only
		},
	}
}
