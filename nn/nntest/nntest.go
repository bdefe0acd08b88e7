// Package nntest holds what the tests of nn and of its analyses share: small networks,
// their settings, and batches for them.
package nntest

import (
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// A Network is a nn.Network that is one function of one input.
type Network func(s *nn.Scope, x *G.Node) *G.Node

// Build implements nn.Network.
func (f Network) Build(s *nn.Scope, in ...*G.Node) *G.Node { return f(s, in[0]) }

// Stack is depth fully connected layers, fc1 to the logits, with activations between. Its
// hidden layers have width units.
func Stack(depth, width int) Network {
	return func(s *nn.Scope, x *G.Node) *G.Node {
		for i := 1; i < depth; i++ {
			x = nn.Act(s.In("act%d", i), nn.FullyConnected(s.In("fc%d", i), x, width))
		}
		return nn.Logits(s.In("fc%d", depth), x)
	}
}

// Options are plain choices: no norm, ReLU, He's initialisation. change makes others of
// them.
func Options(change ...func(o *nn.Options)) nn.Options {
	o := nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"}
	for _, c := range change {
		c(&o)
	}
	return o
}

// Settings are for one input x (batch, shape...) of floats.
func Settings(o nn.Options, batch, classes int, shape ...int) nn.Settings {
	return nn.Settings{Options: o, Batch: batch, Spec: datasets.Spec{
		Inputs:  []datasets.Field{{Name: "x", Dtype: tensor.Float32, Shape: shape}},
		Targets: []datasets.Field{datasets.Label(classes)},
	}}
}

// Build is nn.Build without errors.
func Build(t testing.TB, p *nn.Params, mode nn.Mode, net nn.Network, set nn.Settings) *nn.Program {
	t.Helper()
	pr, err := nn.Build(p, mode, net, set)
	if err != nil {
		t.Fatal(err)
	}
	return pr
}

// Batch makes random inputs and targets for a program with the settings: see
// [datasets.RandomBatch].
func Batch(set nn.Settings, dtype tensor.Dtype) (x, y []*tensor.Dense) {
	return datasets.RandomBatch(set.Spec, set.Batch, rand.New(rand.NewPCG(11, 12)), dtype)
}

// Run is the loss of a run without errors.
func Run(t testing.TB, pr *nn.Program, x, y []*tensor.Dense) float64 {
	t.Helper()
	loss, err := pr.Run(x, y)
	if err != nil {
		t.Fatal(err)
	}
	return loss
}

// Values are those of a float32 parameter, in its own memory.
func Values(t testing.TB, p *nn.Params, path string) []float32 {
	t.Helper()
	for _, q := range p.All() {
		if q.Path == path {
			return q.Value.Data().([]float32)
		}
	}
	t.Fatalf("there is no parameter %s", path)
	return nil
}

// Moments are the mean of values and the variance around it.
func Moments(v []float32) (mean, variance float64) {
	for _, x := range v {
		mean += float64(x) / float64(len(v))
	}
	for _, x := range v {
		variance += (float64(x) - mean) * (float64(x) - mean) / float64(len(v))
	}
	return mean, variance
}
