package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/ops"
	"zoo/nn"
	"zoo/nn/nntest"
)

type network = nntest.Network

var (
	options  = nntest.Options
	settings = nntest.Settings
	build    = nntest.Build
	batchOf  = nntest.Batch
	run      = nntest.Run
	values   = nntest.Values
	moments  = nntest.Moments
)

// logits are a copy of those of a run.
func logits(t testing.TB, pr *nn.Program, x, y []*tensor.Dense) []float32 {
	t.Helper()
	run(t, pr, x, y)
	return append([]float32{}, pr.Logits().Data().([]float32)...)
}

// wantBits fails unless the two are equal to the bit.
func wantBits(t testing.TB, what string, have, want []float32) {
	t.Helper()
	if len(have) != len(want) {
		t.Fatalf("%s: have %d values, want %d", what, len(have), len(want))
	}
	for i := range want {
		if math.Float32bits(have[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: have %v at %d, want %v", what, have[i], i, want[i])
		}
	}
}

// sgdStep moves the parameters down the gradient of the latest run.
func sgdStep(pr *nn.Program, lr float32) {
	for _, q := range pr.Trained() {
		w, g := q.Value.Data().([]float32), q.Grad.Data().([]float32)
		for i := range w {
			w[i] -= lr * g[i]
		}
	}
	pr.Finish()
}

// withParam puts a parameter after a network, a factor of 1, so that it can be
// trained.
func withParam(net network) network {
	return func(s *nn.Scope, x *G.Node) *G.Node {
		one := func(_ *rand.Rand, w []float64, _, _ int) { w[0] = 1 }
		return s.Must(ops.MulScalar(net(s, x), s.Param("one", nn.NoDecay, one, 1)))
	}
}

// flatten returns images as rows of n values.
func flatten(s *nn.Scope, x *G.Node, n int) *G.Node {
	identity := func(_ *rand.Rand, w []float64, _, _ int) {
		for i := range n {
			w[i*n+i] = 1
		}
	}
	return s.Must(ops.FullyConnected(x, s.Param("identity", nn.NoDecay, identity, n, n), nil))
}
