package nn

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/ops"
)

// maxJacobian is how many outputs a Jacobian may have: the network runs once for
// each, and the singular values take time with their cube. narrow is up to how many
// values a network is cut where its last layer has fewer.
const maxJacobian, narrow = 4096, 1024

// Jacobian returns the singular values of the Jacobian of the last hidden layer with
// respect to the first: of the output of the last convolution or linear layer before
// the logits with respect to that of the first one, at the first example of x. Where
// all are near 1 the signal goes through the layers undistorted (Saxe et al. 2013;
// Pennington et al. 2017).
//
// The network is cut wherever a single value leads from one weighted layer to the
// next, and all that comes before goes through it (and it is not too wide). The
// Jacobians of the parts are computed in float64, whatever the type of the
// parameters, and their product is taken so that small values keep their digits next
// to large ones: see Singular. Nothing is dropped. The parameters stay as they are;
// the first build with p creates them.
func Jacobian(p *Params, net Network, set Settings, x []*tensor.Dense) (Singular, error) {
	return jacobian(p, net, set, x, narrow)
}

// jacobian is Jacobian, with cuts where up to so many values lead on, or as many as
// the last layer has; none for −1.
func jacobian(p *Params, net Network, set Settings, x []*tensor.Dense, narrow int) (Singular, error) {
	set.Batch = 1
	var sizes map[int]int // of the values at the cuts, by the number of the layer
	var inputs, outputs int
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
		if narrow >= 0 {
			sizes = s.cuts(first, last, max(outputs, narrow))
		}
		return G.Nodes{last}, nil
	}); err != nil {
		return Singular{}, err
	}

	// One example in all rows; row i of the gradient of Σᵢ y[i,i] is that of y[i].
	set.Batch = outputs
	for _, n := range sizes {
		set.Batch = max(set.Batch, n)
	}
	var parts []part
	seeds := map[string]*G.Node{}
	set.cut = func(s *Scope, layer int, y *G.Node) *G.Node {
		size, ok := sizes[layer]
		if !ok {
			return y
		}
		y = s.Must(ops.Reseed(y, s.seed(seeds, y)))
		G.WithName(s.path + ".cut")(y)
		parts = append(parts, part{from: y, size: size})
		return y
	}
	pr, err := construct(p.float64s(), Infer, net, set, func(s *Scope, pr *Program) (G.Nodes, error) {
		first, last, err := s.hidden(pr.logits)
		if err != nil {
			return nil, err
		}
		parts = append([]part{{from: first, size: inputs}}, parts...)
		forward := len(s.g.AllNodes())
		seed := s.seed(seeds, last)
		if _, err := G.Backpropagate(G.Nodes{last}, G.Nodes{seed}, G.Nodes{first}); err != nil { // what Grad calls
			return nil, fmt.Errorf("jacobian: %w", err)
		}
		var gradients G.Nodes
		for i := range parts {
			parts[i].gradient = parts[i].from.Deriv()
			gradients = append(gradients, parts[i].gradient)
		}
		return gradients, checkJoins(s.g, forward, last, G.Nodes{first})
	})
	if err != nil {
		return Singular{}, err
	}
	var rows []*tensor.Dense
	for _, d := range x {
		rows = append(rows, repeated(d, set.Batch))
	}
	if _, err := interruptible(set.context(), func() (float64, error) { return pr.Run(rows, nil) }); err != nil {
		return Singular{}, err
	}
	var jacobians []*mat.Dense
	for i, p := range parts {
		to := outputs
		if i+1 < len(parts) {
			to = parts[i+1].size
		}
		values := pr.floats(p.gradient)[:to*p.size]
		for _, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return Singular{}, fmt.Errorf("jacobian: have %v behind %s, want finite values", v, p.from.Name())
			}
		}
		jacobians = append(jacobians, mat.NewDense(to, p.size, values))
	}
	return interruptible(set.context(), func() (Singular, error) { return singularOf(jacobians), nil })
}

// A cut puts a node in the place of that of a layer, which is counted in the order
// of the records.
type cut func(s *Scope, layer int, y *G.Node) *G.Node

// A part of a network leads from a node of a number of values an example to the
// next part. The gradient's row i is that of the part's value i.
type part struct {
	from, gradient *G.Node
	size           int
}

// cuts are the recorded layers between two nodes where the network can be cut into
// parts of at least one weighted layer, with the numbers of values that they have:
// every way from first to last leads through them.
func (s *Scope) cuts(first, last *G.Node, widest int) map[int]int {
	layers := map[*G.Node]int{}
	for i, l := range s.recorded {
		layers[l.node] = i
	}
	weighted := map[*G.Node]bool{}
	for _, n := range s.outputs {
		weighted[n] = true
	}
	sizes := map[int]int{}
	way := s.between(first, last)
	if len(way) == 0 {
		return nil // Grad will say why
	}
	place := map[*G.Node]int{}
	for i, n := range way {
		place[n] = i
	}
	reads := make([]int, len(way)) // the last place at which a node is read
	for i, n := range way {
		for _, c := range children(s.g, n) {
			if k, ok := place[c]; ok {
				reads[k] = max(reads[k], i)
			}
		}
	}
	reach, work := 0, false // how far what came before is read; whether a weighted layer was passed
	for i, n := range way[:len(way)-1] {
		layer, recorded := layers[n]
		work = work || weighted[n] && n != first
		if size := n.Shape().TotalSize(); i > 0 && reach <= i && work && recorded && size <= widest {
			sizes[layer], work = size, false
		}
		reach = max(reach, reads[i])
	}
	return sizes
}

// between are the nodes on the ways from first to last, in an order in which a node
// comes after those that it reads.
func (s *Scope) between(first, last *G.Node) (way G.Nodes) {
	nodes := s.g.AllNodes()
	depends, leads := map[*G.Node]bool{first: true}, map[*G.Node]bool{last: true}
	for _, n := range nodes { // children stand before their parents
		for _, c := range children(s.g, n) {
			depends[n] = depends[n] || depends[c]
		}
	}
	for _, n := range slices.Backward(nodes) {
		if leads[n] {
			for _, c := range children(s.g, n) {
				leads[c] = true
			}
		}
	}
	for _, n := range nodes {
		if depends[n] && leads[n] {
			way = append(way, n)
		}
	}
	return way
}

// seed is the gradient of Σᵢ y[i,i] with respect to y, with the elements of an
// example counted as one axis; one node for all of a shape.
func (s *Scope) seed(seeds map[string]*G.Node, y *G.Node) *G.Node {
	shape := fmt.Sprint(y.Shape())
	if seeds[shape] == nil {
		n, size := y.Shape()[0], y.Shape().TotalSize()/y.Shape()[0]
		ones := make([]float64, n*size)
		for i := range min(n, size) {
			ones[i*size+i] = 1
		}
		root := *s
		root.path = ""
		seeds[shape] = root.Constant(fmt.Sprint("jacobian.seed", len(seeds)), ones, y.Shape()...)
	}
	return seeds[shape]
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

// repeated returns n copies of the first example of x, floats as float64.
func repeated(x *tensor.Dense, n int) *tensor.Dense {
	shape := x.Shape().Clone()
	size := shape.TotalSize() / shape[0]
	shape[0] = n
	var data any
	switch d := x.Data().(type) {
	case []float32:
		data = slices.Repeat(float64s(d[:size]), n)
	case []float64:
		data = slices.Repeat(d[:size], n)
	case []int:
		data = slices.Repeat(d[:size], n)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}
