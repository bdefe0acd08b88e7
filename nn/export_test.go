package nn

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/exec"
)

// WeightedPaths returns the paths of the weights of convolutions and linear
// layers.
func (p *Program) WeightedPaths() (paths []string) {
	for _, q := range p.trained {
		if p.weighted[q.Path] != nil {
			paths = append(paths, q.Path)
		}
	}
	return paths
}

// OutputOf computes, for the latest inputs, what the layer of a weight gives.
func (p *Program) OutputOf(weight string) (*tensor.Dense, error) {
	out := p.weighted[weight]
	vm, err := exec.New(p.graph, G.Nodes{out}, exec.WithoutFusion())
	if err != nil {
		return nil, err
	}
	if err := vm.RunAll(); err != nil {
		return nil, err
	}
	return vm.Value(out).(*tensor.Dense), nil
}
