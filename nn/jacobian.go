package nn

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// maxJacobian is how many outputs a Jacobian may have: the network runs once for
// each, and the singular values take time with their cube.
const maxJacobian = 4096

// Jacobian returns the singular values, descending, of the Jacobian of the last
// hidden layer with respect to the first: of the output of the last convolution
// or linear layer before the logits with respect to that of the first one, at the
// first example of x. Where all are near 1 the signal goes through the layers
// undistorted (Saxe et al. 2013; Pennington et al. 2017).
//
// Nothing is dropped. Values that are less than some 1e-7 of the largest are
// noise where the parameters are float32. The parameters stay as they are; the
// first build with p creates them.
func Jacobian(p *Params, net Network, set Settings, x []*tensor.Dense) (singular []float64, err error) {
	var inputs, outputs int
	set.Batch = 1
	if _, err := construct(p, Infer, net, set, func(s *Scope, pr *Program) (G.Nodes, error) {
		for _, l := range s.recorded {
			if l.Op == "batch norm" {
				return nil, fmt.Errorf("jacobian: %s is a batch norm, which makes an example's output depend on the others; use another norm, or none", l.Path)
			}
		}
		first, last, err := s.hidden(pr.logits)
		if err != nil {
			return nil, err
		}
		inputs, outputs = first.Shape().TotalSize(), last.Shape().TotalSize()
		if outputs > maxJacobian {
			return nil, fmt.Errorf("jacobian: %s has %d outputs, want at most %d", last.Name(), outputs, maxJacobian)
		}
		return G.Nodes{last}, nil
	}); err != nil {
		return nil, err
	}

	// One example in all rows; row i of the gradient of Σᵢ last[i,i] is that of last[i].
	set.Batch = outputs
	var gradient *G.Node
	pr, err := construct(p, Infer, net, set, func(s *Scope, pr *Program) (G.Nodes, error) {
		first, last, err := s.hidden(pr.logits)
		if err != nil {
			return nil, err
		}
		gradient, err = s.diagonalGradient(last, first)
		return G.Nodes{gradient}, err
	})
	if err != nil {
		return nil, err
	}
	var rows []*tensor.Dense
	for _, d := range x {
		rows = append(rows, repeated(d, outputs))
	}
	if _, err := pr.Run(rows, nil); err != nil {
		return nil, err
	}
	jacobian := pr.floats(gradient)
	for _, v := range jacobian {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("jacobian: have %v among its %d×%d values, want finite ones", v, outputs, inputs)
		}
	}
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(outputs, inputs, jacobian), mat.SVDNone) {
		return nil, fmt.Errorf("jacobian: the singular values of its %d×%d values do not converge", outputs, inputs)
	}
	return svd.Values(nil), nil
}

// hidden returns the outputs of the first and the last hidden layer.
func (s *Scope) hidden(logits *G.Node) (first, last *G.Node, err error) {
	weighted := map[*G.Node]bool{}
	for _, n := range s.outputs {
		weighted[n] = n != logits
	}
	var hidden G.Nodes
	for _, l := range s.recorded {
		if weighted[l.node] {
			hidden = append(hidden, l.node)
		}
	}
	if len(hidden) < 2 {
		return nil, nil, fmt.Errorf("jacobian: have %d hidden layers, want at least 2", len(hidden))
	}
	return hidden[0], hidden[len(hidden)-1], nil
}

// diagonalGradient is the gradient of Σᵢ y[i,i] with respect to x, with the
// elements of an example of y counted as one axis. Backpropagate is what Grad
// calls, with a gradient of y to begin with.
func (s *Scope) diagonalGradient(y, x *G.Node) (*G.Node, error) {
	n := y.Shape()[0]
	ones := make([]float64, n*n)
	for i := range n {
		ones[i*n+i] = 1
	}
	diagonal := s.Constant("jacobian.diagonal", ones, y.Shape()...)
	forward := len(s.g.AllNodes())
	grads, err := G.Backpropagate(G.Nodes{y}, G.Nodes{diagonal}, G.Nodes{x})
	if err != nil {
		return nil, fmt.Errorf("jacobian: %w", err)
	}
	return grads[0], checkJoins(s.g, forward, y, G.Nodes{x})
}

// repeated returns n copies of the first example of x.
func repeated(x *tensor.Dense, n int) *tensor.Dense {
	shape := x.Shape().Clone()
	size := shape.TotalSize() / shape[0]
	shape[0] = n
	var data any
	switch d := x.Data().(type) {
	case []float32:
		data = slices.Repeat(d[:size], n)
	case []float64:
		data = slices.Repeat(d[:size], n)
	case []int:
		data = slices.Repeat(d[:size], n)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}
