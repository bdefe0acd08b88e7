package architectures

import (
	"math"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// LeNet5Classic is the network of LeCun et al. 1998, section II.B: trainable
// subsampling, partial connections to C3, and an output layer of radial basis
// functions with fixed centres. Images are 32×32, −0.1 for paper and 1.175 for ink.
//
// Differs from the paper: the centres are our own drawings of the digits, as the paper shows
// its bitmaps only in a figure.
type LeNet5Classic struct{}

func init() {
	Register(Model{
		Name: "lenet5-classic", Paper: "LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition",
		Network: LeNet5Classic{},
		Options: nn.Options{Init: "lecun1989", ResidualInit: "none", Norm: "none", Activation: "scaled_tanh"},
		Data:    datasets.Images(32, 32, 1, 10),
	})
}

// c3Table is Table I of the paper: which maps of S2 each map of C3 sees.
var c3Table = [][]int{
	{0, 1, 2}, {1, 2, 3}, {2, 3, 4}, {3, 4, 5}, {0, 4, 5}, {0, 1, 5},
	{0, 1, 2, 3}, {1, 2, 3, 4}, {2, 3, 4, 5}, {0, 3, 4, 5}, {0, 1, 4, 5}, {0, 1, 2, 5},
	{0, 1, 3, 4}, {1, 2, 4, 5}, {0, 2, 3, 5}, {0, 1, 2, 3, 4, 5},
}

// Build takes images (N, 32, 32, 1) and returns logits (N, classes), which are minus the
// penalties.
func (LeNet5Classic) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	squash := func(s *nn.Scope, x *G.Node) *G.Node { return nn.Act(s.In("act"), nn.Norm(s.In("norm"), x)) }
	c1, s2, c3, s4, c5, f6 := s.In("c1"), s.In("s2"), s.In("c3"), s.In("s4"), s.In("c5"), s.In("f6")
	x := squash(c1, nn.Conv(c1, in[0], 6, 5, 1, 0))                // (N, 28, 28, 6)
	x = squash(s2, nn.SumPool(s2, x))                              // (N, 14, 14, 6)
	x = squash(c3, nn.ConvTable(c3, x, c3Table, 5, 1, 0))          // (N, 10, 10, 16)
	x = squash(s4, nn.SumPool(s4, x))                              // (N, 5, 5, 16)
	x = squash(c5, nn.Conv(c5, x, 120, 5, 1, 0))                   // (N, 1, 1, 120)
	x = squash(f6, nn.FullyConnected(f6, x, len(digitBitmaps[0]))) // (N, 84)
	return nn.RBF(s.In("output"), x, digitBitmaps[:s.Classes()])   // (N, 10)
}

// rubbish is the paper's constant j: the penalty of the class "none of these".
// The paper gives no value.
const rubbish = 1

// Loss is the paper's equation 9.
func (LeNet5Classic) Loss(s *nn.Scope, logits, targets *G.Node) *G.Node {
	return nn.CrossEntropyRubbish(s, logits, targets, rubbish)
}

// LeastLoss is the loss at a penalty of 0 for the target and of infinity for the
// other digits: the class "none of these" keeps it above 0.
func (LeNet5Classic) LeastLoss() float64 { return math.Log1p(math.Exp(-rubbish)) }
