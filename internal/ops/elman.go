package ops

import "zoo/internal/f32"

// Elman is the hidden layer of Elman 1990: h[t] = tanh(x[t] + h[t−1]·w + b). ElmanRelu has
// max(·, 0) in the place of tanh (Le, Jaitly & Hinton 2015).
var (
	Elman     = Cell{Gates: 1, Parts: 1, k32: elman("rnn, tanh", tanhBoth[float32]), k64: elman("rnn, tanh", tanhBoth[float64])}
	ElmanRelu = Cell{Gates: 1, Parts: 1, k32: elman("rnn, relu", reluBoth[float32]), k64: elman("rnn, relu", reluBoth[float64])}
)

// elman has an activation, with its gradient from the result y.
func elman[F f32.Float](name string, activation func() (fn func(dst, src []F), grad func(dx, dy, y []F))) cell[F] {
	fn, grad := activation()
	return cell[F]{
		name: name, gates: 1,
		step: func(h, _, sum, _, _, _ []F) { fn(h, sum) },
		grad: func(dx, _, dh, _, h, _, _, _ []F) { grad(dx, dh, h) },
	}
}

func tanhBoth[F f32.Float]() (fn func(dst, src []F), grad func(dx, dy, y []F)) {
	return f32.Tanh[F], func(dx, dy, y []F) { f32.ScaledTanhGrad(dx, dy, y, 1, 1) }
}

func reluBoth[F f32.Float]() (fn func(dst, src []F), grad func(dx, dy, y []F)) {
	return f32.Relu[F], f32.ReluGrad[F]
}
