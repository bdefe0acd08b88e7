package signal

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
)

// UncutJacobian is Jacobian from one gradient through the whole network.
func UncutJacobian(p *nn.Params, net nn.Network, set nn.Settings, x []*tensor.Dense) (Singular, error) {
	return jacobian(p, net, set, x, uncut)
}

// Cuts is how many parts Jacobian would cut a network into.
func Cuts(p *nn.Params, net nn.Network, set nn.Settings) (parts int, err error) {
	set.Batch = 1
	_, err = nn.Extend(p, nn.Infer, net, set, nn.Extension{Outputs: func(g *nn.Graph) (G.Nodes, error) {
		first, last, err := hidden(g)
		if err != nil {
			return nil, err
		}
		parts = 1 + len(cuts(g, first, last, max(last.Shape().TotalSize(), maxCut)))
		return G.Nodes{last}, nil
	}})
	return parts, err
}

// GradientByPosition is what GradientByLag makes of the hidden values at the last position, for
// any position.
func GradientByPosition(p *nn.Params, net nn.Network, set nn.Settings, x []*tensor.Dense, at int) ([]float64, error) {
	norms, _, err := gradientByPosition(p, net, set, x, at)
	return norms, err
}
