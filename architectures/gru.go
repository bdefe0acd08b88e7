package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// GRU is one hidden layer of the gated units of Cho et al. 2014, in PyTorch's form. It reads
// and is read as [RNN].
type GRU struct {
	Units int `doc:"hidden units"`
}

func init() {
	Register(Model{
		Name: "gru", Paper: "Cho et al. 2014, Learning phrase representations using RNN encoder-decoder for statistical machine translation",
		Network: GRU{Units: 128},
		Options: nn.Options{Init: "fan_in_uniform", ResidualInit: "none", Norm: "none", Activation: "tanh"},
		Data:    datasets.Tokens(64, 65),
	})
}

// Validate reports hyperparameters that no network can have.
func (m GRU) Validate() []nn.Problem { return checkPositive(positive{"units", m.Units}) }

// Build takes tokens (N, T) or numbers (N, T, C), and returns (N, T, classes), or
// (N, classes) for one target a sequence.
func (m GRU) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := sequenceVectors(s, in[0], m.Units)
	x = nn.GRU(s.In("gru"), x, nn.RecurrentOptions{Units: m.Units}) // (N, T, Units)
	return sequenceLogits(s, x)
}
