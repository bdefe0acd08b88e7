package main

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

// conditioned is a network of the scripts: what comes next depends on the latest token and on
// the class of the sequence.
type conditioned struct{}

func init() {
	data := datasets.Tokens(64, 256)
	data.Inputs = append(data.Inputs, datasets.Label(2))
	architectures.Register(architectures.Model{
		Name: "test-conditioned", Paper: "none", Network: conditioned{}, Data: data,
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"},
	})
}

// Build takes tokens (N, T) and classes (N).
func (conditioned) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	inputs := s.Data().Inputs
	const width = 16
	x := nn.NewEmbedding(s.In("tokens"), inputs[0].Size, width, 1).Look(s.In("look"), in[0])       // (N, T, width)
	class := nn.NewEmbedding(s.In("classes"), inputs[1].Size, width, 1).Look(s.In("class"), in[1]) // (N, width)
	x = nn.Apply(s.In("add"), addToEach[float32]{}, addToEach[float64]{}, x, class)
	return nn.Logits(s.In("fc"), nn.Act(s.In("act"), x))
}

// addToEach adds a vector (N, D) to each position of x (N, T, D).
type addToEach[F nn.Float] struct{}

func (addToEach[F]) Name() string                                  { return "add to each" }
func (addToEach[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return in[0], nil }
func (addToEach[F]) Reads() ([]int, bool)                          { return nil, false }

// vector is where in the vectors the summand of value i is.
func (addToEach[F]) vector(x nn.Tensor[F], i int) int {
	t, d := x.Shape[1], x.Shape[2]
	return i/(t*d)*d + i%d
}

func (o addToEach[F]) Forward(out nn.Tensor[F], in []nn.Tensor[F]) {
	for i, x := range in[0].V {
		out.V[i] = x + in[1].V[o.vector(in[0], i)]
	}
}

func (o addToEach[F]) Backward(din []nn.Tensor[F], dout, _ nn.Tensor[F], in []nn.Tensor[F]) {
	clear(din[1].V)
	for i, d := range dout.V {
		din[0].V[i] = d
		din[1].V[o.vector(in[0], i)] += d
	}
}
