package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// LSTM is one hidden layer of the memory cells of Hochreiter & Schmidhuber 1997, with forget
// gates (Gers, Schmidhuber & Cummins 2000). It reads and is read as [RNN].
type LSTM struct {
	Units      int     `doc:"memory cells"`
	ForgetBias float64 `doc:"what the bias of the forget gates begins with, above bias_init: 1 lets cells remember from the start"`
}

func init() {
	Register(Model{
		Name: "lstm", Paper: "Hochreiter & Schmidhuber 1997, Long short-term memory",
		Network: LSTM{Units: 128, ForgetBias: 1},
		Options: nn.Options{Init: "fan_in_uniform", ResidualInit: "none", Norm: "none", Activation: "tanh"},
		Data:    datasets.Tokens(64, 65),
	})
}

// Validate reports hyperparameters that no network can have.
func (m LSTM) Validate() []nn.Problem { return checkPositive(positive{"units", m.Units}) }

// Build takes tokens (N, T) or numbers (N, T, C), and returns (N, T, classes), or
// (N, classes) for one target a sequence.
func (m LSTM) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := sequenceVectors(s, in[0], m.Units)
	x = nn.LSTM(s.In("lstm"), x, m.ForgetBias, nn.RecurrentOptions{Units: m.Units}) // (N, T, Units)
	return sequenceLogits(s, x)
}
