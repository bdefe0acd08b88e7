package f32

import "math"

// GatedTanh is y[i] = tanh(x[i])·σ(gate[i]), with σ the logistic function.
func GatedTanh[F Float](y, x, gate []F) {
	x, gate = x[:len(y)], gate[:len(y)]
	if p := first(y); p != nil {
		gatedTanhVector(len(y), p, first(x), first(gate))
		return
	}
	gatedTanhLoop(y, x, gate)
}

func gatedTanhLoop[F Float](y, x, gate []F) {
	for i := range y {
		y[i] = F(math.Tanh(float64(x[i])) * sigmoid(float64(gate[i])))
	}
}

// GatedTanhGrad is the gradient of GatedTanh, from its inputs.
func GatedTanhGrad[F Float](dx, dgate, dy, x, gate []F) {
	dgate, dy, x, gate = dgate[:len(dx)], dy[:len(dx)], x[:len(dx)], gate[:len(dx)]
	if p := first(dx); p != nil {
		gatedTanhGradVector(len(dx), p, first(dgate), first(dy), first(x), first(gate))
		return
	}
	gatedTanhGradLoop(dx, dgate, dy, x, gate)
}

func gatedTanhGradLoop[F Float](dx, dgate, dy, x, gate []F) {
	for i, d := range dy {
		t, s := math.Tanh(float64(x[i])), sigmoid(float64(gate[i]))
		dx[i] = F(float64(d) * s * (1 - t*t))
		dgate[i] = F(float64(d) * t * s * (1 - s))
	}
}
