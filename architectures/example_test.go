package architectures_test

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

// Funnel is a perceptron each of whose layers has half the units of the one before.
type Funnel struct {
	Width int `doc:"units of the first layer"`
	Depth int `doc:"hidden layers"`
}

// Validate reports all hyperparameters that no network can have.
func (m Funnel) Validate() (ps []nn.Problem) {
	if m.Depth < 1 {
		ps = append(ps, nn.Problem{Key: "depth", Message: fmt.Sprintf("have %d, want at least 1 layer", m.Depth)})
	}
	if m.Width>>(max(m.Depth, 1)-1) < 1 {
		ps = append(ps, nn.Problem{Key: "width", Message: fmt.Sprintf("have %d, want at least 1 unit in the last layer", m.Width)})
	}
	return ps
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m Funnel) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := in[0]
	for i := range m.Depth {
		x = nn.FullyConnected(s.In("fc%d", i+1).BeforeNorm(), x, m.Width>>i) // (N, Width/2ⁱ)
		x = nn.Act(s.In("act%d", i+1), nn.Norm(s.In("bn%d", i+1), x))
	}
	return nn.Logits(s.In("fc%d", m.Depth+1), x)
}

// A network is registered once, from an init function, under each of its names. Its fields
// are then keys of a config's model section, with these values as their defaults.
func ExampleRegister() {
	architectures.Register(architectures.Model{
		Name: "funnel", Paper: "an example",
		Network: Funnel{Width: 64, Depth: 3},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", Activation: "relu"},
		Data:    datasets.Images(28, 28, 1, 10),
	})

	m, _ := architectures.Lookup("funnel")
	network := m.Hyperparameters().(*Funnel) // a copy
	network.Depth = 2
	p := nn.OutlineParams(tensor.Float32)
	if _, err := nn.Build(p, nn.Infer, network, nn.Settings{Options: m.Options, Spec: m.Data, Batch: 1}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Count(), "parameters")
	network.Depth = 0
	fmt.Println(network.Validate())
	// Output:
	// 52746 parameters
	// [{depth have 0, want at least 1 layer}]
}
