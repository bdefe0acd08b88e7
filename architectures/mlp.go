package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// MLP is a multilayer perceptron: Depth linear layers, with Width units in each
// but the last. Between two layers come the norm and the activation.
//
// With Residual, each pair of layers between the first and the last has a shortcut
// (pre-activation, He et al. 2016); the plain network has the same layers, names and initial
// weights.
type MLP struct {
	Depth    int  `doc:"linear layers, the last one included; with residual an even number"`
	Width    int  `doc:"units of each hidden layer"`
	Residual bool `doc:"shortcuts around each pair of hidden layers"`
}

func init() {
	Register(Model{
		Name: "mlp", Paper: "Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors",
		Network: MLP{Depth: 3, Width: 512},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"},
		Data:    datasets.Images(28, 28, 1, 10),
	})
}

// Validate reports hyperparameters that no network can have.
func (m MLP) Validate() (ps []nn.Problem) {
	if m.Depth < 2 {
		ps = append(ps, nn.Problem{Key: "depth", Message: fmt.Sprintf("have %d, want at least 2 layers", m.Depth)})
	} else if m.Residual && m.Depth%2 != 0 {
		ps = append(ps, nn.Problem{Key: "depth", Message: fmt.Sprintf("have %d, want an even number: residual branches have two layers each", m.Depth)})
	}
	if m.Width < 1 {
		ps = append(ps, nn.Problem{Key: "width", Message: fmt.Sprintf("have %d, want at least 1 unit", m.Width)})
	}
	return ps
}

// Build takes images (N, H, W, C) or vectors (N, D) and returns logits (N, classes).
func (m MLP) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	hidden := func(s *nn.Scope, x *G.Node) *G.Node {
		return nn.FullyConnected(s, x, m.Width)
	}
	x := hidden(s.In("fc1").BeforeNorm(), in[0])
	around := x
	for i := 2; i < m.Depth; i++ {
		b := s
		if m.Residual {
			b = s.Branch(m.Depth/2-1, 2)
		}
		if i%2 == 1 && m.Residual {
			x = m.between(b, x, i-1)
			x = hidden(b.Last().In("fc%d", i).NormedLater(), x)
			x = nn.Add(s.In("add%d", i), x, around)
			around = x
			continue
		}
		x = m.between(b, x, i-1)
		x = hidden(b.In("fc%d", i).BeforeNorm(), x)
	}
	x = m.between(s, x, m.Depth-1)
	return nn.Logits(s.In("fc%d", m.Depth), x)
}

// between is what follows the i-th linear layer.
func (m MLP) between(s *nn.Scope, x *G.Node, i int) *G.Node {
	x = nn.Act(s.In("act%d", i), nn.Norm(s.In("bn%d", i), x))
	return nn.Dropout(s.In("dropout%d", i), x)
}
