package architectures

import (
	"fmt"
	"strings"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// CharRNN is the network of Karpathy, Johnson & Fei-Fei 2015: recurrent layers one above the
// other, with dropout between them (Zaremba, Sutskever & Vinyals 2014), and a linear layer
// that reads the last at each position. It reads as [RNN]. The forget gates of an LSTM begin
// open, as those of [LSTM] do.
//
// With Residual, each layer from the second on adds to what it reads, as the upper layers of
// Wu et al. 2016 do.
type CharRNN struct {
	Units    int    `doc:"hidden units of each layer"`
	Depth    int    `doc:"recurrent layers"`
	Cell     string `doc:"what the layers are made of" enum:"lstm,gru,rnn"`
	Residual bool   `doc:"layers from the second on add to what they read"`
}

var recurrentCells = []string{"lstm", "gru", "rnn"}

func init() {
	Register(Model{
		Name: "char-rnn", Paper: "Karpathy, Johnson & Fei-Fei 2015, Visualizing and understanding recurrent networks",
		Network: CharRNN{Units: 128, Depth: 2, Cell: "lstm"},
		Options: nn.Options{Init: "fan_in_uniform", ResidualInit: "none", Norm: "none", Activation: "tanh"},
		Data:    datasets.Tokens(64, 65),
	})
}

// Validate reports hyperparameters that no network can have.
func (m CharRNN) Validate() []nn.Problem {
	ps := checkPositive(positive{"units", m.Units}, positive{"depth", m.Depth})
	if m.Residual && m.Depth == 1 {
		ps = append(ps, nn.Problem{Key: "residual", Message: "requires a second layer: set depth, or leave it out"})
	}
	return append(ps, checkWord("cell", m.Cell, recurrentCells)...)
}

// Build takes tokens (N, T) or numbers (N, T, C), and returns (N, T, classes), or
// (N, classes) for one target a sequence.
func (m CharRNN) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := sequenceVectors(s, in[0], m.Units)
	for i := range m.Depth {
		y := m.layer(s.In("%s", m.Cell), x, i) // (N, T, Units)
		if i > 0 && m.Residual {
			y = nn.Add(s.In("add_%d", i), y, x)
		}
		if i < m.Depth-1 {
			y = nn.Dropout(s.In("dropout_%d", i), y)
		}
		x = y
	}
	return sequenceLogits(s, x)
}

func (m CharRNN) layer(s *nn.Scope, x *G.Node, i int) *G.Node {
	o := nn.RecurrentOptions{Units: m.Units, Layer: i}
	switch m.Cell {
	case "lstm":
		return nn.LSTM(s, x, 1, o)
	case "gru":
		return nn.GRU(s, x, o)
	case "rnn":
		return nn.Recurrent(s, x, o)
	}
	s.Fail(fmt.Errorf("have cell %q, want one of %s", m.Cell, strings.Join(recurrentCells, ", ")))
	return nil
}
