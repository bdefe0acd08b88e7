package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// TCN is the temporal convolutional network of Bai, Kolter & Koltun 2018: Depth residual
// blocks of two causal convolutions each, with weight norm, whose taps are 2^i positions
// apart in block i, so that the last position sees 1 + 2·(Kernel − 1)·(2^Depth − 1) of them.
// It reads and is read as [RNN].
type TCN struct {
	Channels int `doc:"filters of each convolution"`
	Depth    int `doc:"residual blocks, each of which sees twice as far as the one before"`
	Kernel   int `doc:"taps of a filter"`
}

func init() {
	Register(Model{
		Name: "tcn", Paper: "Bai, Kolter & Koltun 2018, An empirical evaluation of generic convolutional and recurrent networks for sequence modeling",
		Network: TCN{Channels: 64, Depth: 5, Kernel: 3},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"},
		Data:    datasets.Tokens(64, 65),
	})
}

// Validate reports hyperparameters that no network can have.
func (m TCN) Validate() []nn.Problem {
	return checkPositive(positive{"channels", m.Channels}, positive{"depth", m.Depth}, positive{"kernel", m.Kernel})
}

// Build takes tokens (N, T) or numbers (N, T, C), and returns (N, T, classes), or
// (N, classes) for one target a sequence.
func (m TCN) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := sequenceVectors(s, in[0], m.Channels)
	for i := range m.Depth {
		x = m.block(s.In("network.%d", i), x, 1<<i) // (N, T, Channels)
	}
	return sequenceLogits(s, x)
}

// block is Figure 1 (b).
func (m TCN) block(s *nn.Scope, x *G.Node, dilation int) *G.Node {
	branch := s.Branch(m.Depth, 2)
	conv := func(name string, s *nn.Scope, x *G.Node) *G.Node {
		x = nn.CausalConv(s.In("conv%s", name).BeforeNorm().WeightNormed(), x, m.Channels, m.Kernel, dilation)
		x = nn.Act(s.In("relu%s", name), nn.Norm(s.In("norm%s", name), x))
		return nn.Dropout(s.In("dropout%s", name), x)
	}
	y := conv("1", branch, x)
	y = conv("2", branch.Last(), y)
	if x.Shape()[2] != m.Channels {
		x = nn.CausalConv(s.In("downsample"), x, m.Channels, 1, 1)
	}
	return nn.Act(s.In("relu"), nn.Add(s.In("add"), y, x))
}
