package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// LeNet1989 is the network of LeCun et al. 1989, Figure 3: 16×16 images in
// −1..1, two convolutions of 5×5 pixels with stride 2 whose maps share weights
// but not biases, 30 hidden units, and squared error to targets of ±1.
//
// Differs from the paper: the paper only says that each map of H2 sees eight maps of H1;
// which ones follows the common reading.
type LeNet1989 struct{}

func init() {
	Register(Model{
		Name: "lenet1989", Paper: "LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition",
		Network: LeNet1989{},
		Options: nn.Options{Init: "lecun1989", ResidualInit: "none", Norm: "none", Activation: "scaled_tanh"},
		Data:    datasets.Images(16, 16, 1, 10),
	})
}

// h2Table: four maps each see the first eight, the last eight, and the outer eight.
var h2Table = func() (table [][]int) {
	for _, maps := range [][]int{{0, 1, 2, 3, 4, 5, 6, 7}, {4, 5, 6, 7, 8, 9, 10, 11}, {0, 1, 2, 3, 8, 9, 10, 11}} {
		table = append(table, maps, maps, maps, maps)
	}
	return table
}()

// border is the value outside of an image: white paper.
const border = -1

// Build takes images (N, 16, 16, 1) and returns logits (N, classes).
func (LeNet1989) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	h1, h2, h3, out := s.In("h1"), s.In("h2"), s.In("h3"), s.In("output")
	x := nn.Pad(h1, in[0], 2, border)
	x = nn.BiasMap(h1, nn.Conv(h1.NoBias(), x, 12, 5, 2, 0)) // (N, 8, 8, 12)
	x = nn.Act(h1.In("act"), nn.Norm(h1.In("norm"), x))
	x = nn.Pad(h2, x, 2, border)
	x = nn.BiasMap(h2, nn.ConvTable(h2.NoBias(), x, h2Table, 5, 2, 0)) // (N, 4, 4, 12)
	x = nn.Act(h2.In("act"), nn.Norm(h2.In("norm"), x))
	x = nn.FullyConnected(h3, x, 30)
	x = nn.Act(h3.In("act"), nn.Norm(h3.In("norm"), x))
	return nn.Act(out.In("act"), nn.Logits(out, x))
}

// Loss is the squared error to 1 for the target's class and −1 for the others.
func (LeNet1989) Loss(s *nn.Scope, logits, targets *G.Node) *G.Node {
	return nn.SquaredError(s, logits, targets, 1, -1)
}
