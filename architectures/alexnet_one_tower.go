package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// AlexNetOneTower is the variant of AlexNet in Krizhevsky 2014: one tower of convolutions
// instead of two, fewer filters, and no response normalisation. It is torchvision's
// alexnet, and its parameters have the same names: features counts convolutions, norms,
// activations and poolings, classifier counts dropouts, linear layers and activations.
//
// As in torchvision, images are averaged to Pool×Pool pixels before the linear
// layers, and dropout comes before the hidden ones.
type AlexNetOneTower struct {
	Filters []int `doc:"filters of the five convolutions"`
	Pool    int   `doc:"side to which images are averaged before the linear layers"`
	Hidden  []int `doc:"units of each linear layer before the last"`
}

func init() {
	registerAll(Model{
		Paper:   "Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks",
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu", Dropout: 0.5},
		Data:    datasets.Images(224, 224, 3, 1000),
	}, []preset{
		{"alexnet", AlexNetOneTower{Filters: []int{64, 192, 384, 256, 256}, Pool: 6, Hidden: []int{4096, 4096}}},
	})
}

// Validate reports hyperparameters that no network can have.
func (m AlexNetOneTower) Validate() (ps []nn.Problem) {
	ps = checkFiveFilters(m.Filters)
	if m.Pool < 1 {
		ps = append(ps, nn.Problem{Key: "pool", Message: fmt.Sprintf("have %d, want a side in pixels", m.Pool)})
	}
	return append(ps, checkHidden(m.Hidden)...)
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m AlexNetOneTower) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x, layer := in[0], 0
	next := func() *nn.Scope {
		layer++
		return s.In("features.%d", layer-1)
	}
	for i, filters := range m.Filters {
		switch i {
		case 0:
			x = nn.Conv(next().BeforeNorm(), x, filters, 11, 4, 2)
		case 1:
			x = nn.Conv(next().BeforeNorm(), x, filters, 5, 1, 2)
		default:
			x = nn.Conv(next().BeforeNorm(), x, filters, 3, 1, 1)
		}
		if s.Normed() {
			x = nn.Norm(next(), x)
		}
		x = nn.Act(next(), x)
		if i < 2 || i == 4 {
			x = nn.MaxPool(next(), x, 3, 2, 0)
		}
	}
	x = nn.AdaptiveAvgPool(s.In("avgpool"), x, m.Pool, m.Pool)
	for i, units := range m.Hidden {
		x = nn.Dropout(s.In("classifier.%d", 3*i), x)
		x = nn.Act(s.In("classifier.%d", 3*i+2), nn.FullyConnected(s.In("classifier.%d", 3*i+1), x, units))
	}
	return nn.Logits(s.In("classifier.%d", 3*len(m.Hidden)), x)
}
