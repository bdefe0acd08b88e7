package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// RNN is the network of Elman 1990: hidden units that see the input of their position, and
// what they were at the position before. A linear layer reads them at each position, or at
// the last one if a sequence has one target.
//
// Elman's tokens are vectors with a single 1. Here each has a vector of Units values that is
// learned, which a layer of weights makes of those, too.
type RNN struct {
	Units int `doc:"hidden units"`
}

func init() {
	Register(Model{
		Name: "rnn", Paper: "Elman 1990, Finding structure in time",
		Network: RNN{Units: 128},
		Options: nn.Options{Init: "fan_in_uniform", ResidualInit: "none", Norm: "none", Activation: "tanh"},
		Data:    datasets.Tokens(64, 65),
	})
}

// Validate reports hyperparameters that no network can have.
func (m RNN) Validate() []nn.Problem { return checkPositive(positive{"units", m.Units}) }

// Build takes tokens (N, T) or numbers (N, T, C), and returns (N, T, classes), or
// (N, classes) for one target a sequence.
func (m RNN) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := sequenceVectors(s, in[0], m.Units)
	x = nn.Recurrent(s.In("rnn"), x, nn.RecurrentOptions{Units: m.Units}) // (N, T, Units)
	return sequenceLogits(s, x)
}
