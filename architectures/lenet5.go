package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// LeNet5 is the network of LeCun et al. 1998 as it is taught today: full
// connections between the convolutions, max pooling, a softmax. LeNet5Classic
// is the paper's own.
type LeNet5 struct {
	Filters []int `doc:"filters of each 5×5 convolution"`
	Hidden  []int `doc:"units of each linear layer before the last"`
	Pad     int   `doc:"padding of the first convolution: 2 makes 28×28 images the paper's 32×32"`
}

func init() {
	Register(Model{
		Name: "lenet5", Paper: "LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition",
		Network: LeNet5{Filters: []int{6, 16}, Hidden: []int{120, 84}, Pad: 2},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"},
		Data:    datasets.Images(28, 28, 1, 10),
	})
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m LeNet5) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x, pad := in[0], m.Pad
	for i, filters := range m.Filters {
		x = nn.Conv(s.In("conv%d", i+1).BeforeNorm(), x, filters, 5, 1, pad)
		x = nn.Act(s.In("act%d", i+1), nn.Norm(s.In("bn%d", i+1), x))
		x = nn.MaxPool(s.In("pool%d", i+1), x, 2, 2, 0)
		pad = 0
	}
	for i, units := range m.Hidden {
		n := len(m.Filters) + i + 1
		x = nn.FullyConnected(s.In("fc%d", i+1).BeforeNorm(), x, units)
		x = nn.Act(s.In("act%d", n), nn.Norm(s.In("bn%d", n), x))
		x = nn.Dropout(s.In("dropout%d", n), x)
	}
	return nn.Logits(s.In("fc%d", len(m.Hidden)+1), x)
}
