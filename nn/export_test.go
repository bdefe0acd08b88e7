package nn

import (
	"context"
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

// DrawnAtOnce is how many values are drawn at a time.
const DrawnAtOnce = drawnAtOnce

// Draw makes n weights by an initialisation as a parameter's are made, and all
// at once.
func Draw(init string, n int) (parts, whole []float32, err error) {
	c, err := parseInit(init, initWords)
	if err != nil {
		return nil, nil, err
	}
	p := NewParams(7, tensor.Float32)
	s := spec{init: scaled(c.drawing(activationChoice{word: "relu"}).fill, 0.5), in: n / 64, out: 64, shape: []int{n}}
	whole = p.drawValues(context.Background(), "w", s).([]float32)
	s.valueByValue = c.valueByValue()
	return p.drawValues(context.Background(), "w", s).([]float32), whole, nil
}
