package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/internal/ops"
	"zoo/nn"
)

// A network is a Network that is one function.
type network func(s *nn.Scope, x *G.Node) *G.Node

func (f network) Build(s *nn.Scope, in ...*G.Node) *G.Node { return f(s, in[0]) }

// options are the plain choices; change makes others of them.
func options(change ...func(o *nn.Options)) nn.Options {
	o := nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"}
	for _, c := range change {
		c(&o)
	}
	return o
}

// settings are for examples of the given shape.
func settings(o nn.Options, batch, classes int, shape ...int) nn.Settings {
	return nn.Settings{Options: o, Batch: batch, Spec: datasets.Spec{
		Inputs: []datasets.Input{{Name: "x", Dtype: tensor.Float32, Shape: shape}}, Classes: classes}}
}

func build(t testing.TB, p *nn.Params, mode nn.Mode, net nn.Network, set nn.Settings) *nn.Program {
	t.Helper()
	pr, err := nn.Build(p, mode, net, set)
	if err != nil {
		t.Fatal(err)
	}
	return pr
}

// batchOf draws normal inputs and targets for a program.
func batchOf(set nn.Settings, dtype tensor.Dtype) (x []*tensor.Dense, y *tensor.Dense) {
	r := rand.New(rand.NewPCG(11, 12))
	in := tensor.New(tensor.Of(dtype), tensor.WithShape(append([]int{set.Batch}, set.Spec.Inputs[0].Shape...)...))
	switch d := in.Data().(type) {
	case []float32:
		for i := range d {
			d[i] = float32(r.NormFloat64())
		}
	case []float64:
		for i := range d {
			d[i] = r.NormFloat64()
		}
	}
	targets := make([]int, set.Batch)
	for i := range targets {
		targets[i] = i % set.Spec.Classes
	}
	return []*tensor.Dense{in}, tensor.New(tensor.WithShape(set.Batch), tensor.WithBacking(targets))
}

func run(t testing.TB, pr *nn.Program, x []*tensor.Dense, y *tensor.Dense) float64 {
	t.Helper()
	loss, err := pr.Run(x, y)
	if err != nil {
		t.Fatal(err)
	}
	return loss
}

// logits are a copy of those of a run.
func logits(t testing.TB, pr *nn.Program, x []*tensor.Dense, y *tensor.Dense) []float32 {
	t.Helper()
	run(t, pr, x, y)
	return append([]float32{}, pr.Logits().Data().([]float32)...)
}

func values(t testing.TB, p *nn.Params, path string) []float32 {
	t.Helper()
	for _, q := range p.All() {
		if q.Path == path {
			return q.Value.Data().([]float32)
		}
	}
	t.Fatalf("there is no parameter %s", path)
	return nil
}

// moments are the mean and the variance about it.
func moments(v []float32) (mean, variance float64) {
	for _, x := range v {
		mean += float64(x) / float64(len(v))
	}
	for _, x := range v {
		variance += (float64(x) - mean) * (float64(x) - mean) / float64(len(v))
	}
	return mean, variance
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

// withParam puts a parameter behind a network, a factor of 1, so that it can be
// trained.
func withParam(net network) network {
	return func(s *nn.Scope, x *G.Node) *G.Node {
		one := func(_ *rand.Rand, w []float64, _, _ int) { w[0] = 1 }
		return s.Must(ops.MulScalar(net(s, x), s.Param("one", nn.Gain, one, 1)))
	}
}

// flatten returns images as rows of n values.
func flatten(s *nn.Scope, x *G.Node, n int) *G.Node {
	identity := func(_ *rand.Rand, w []float64, _, _ int) {
		for i := range n {
			w[i*n+i] = 1
		}
	}
	return s.Must(ops.Linear(x, s.Param("identity", nn.Gain, identity, n, n), nil))
}
