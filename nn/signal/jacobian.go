package signal

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/interrupt"
	"zoo/internal/ops"
	"zoo/nn"
)

// maxOutputs is how many outputs a Jacobian may have: the network runs once for each
// of them, and the time for the singular values grows with their cube. maxCut is how
// many values may lead from one part of a network to the next, where its last layer has
// fewer.
const maxOutputs, maxCut = 4096, 1024

// uncut as a limit of the values between two parts leaves the network whole.
const uncut = -1

// Jacobian returns the singular values of the Jacobian (outputs, inputs) of the last
// hidden layer with respect to the first: of the output of the last convolution or
// linear layer before the logits with respect to that of the first one, at the first
// example of x (N, ...). Where all are near 1 the signal goes through
// the layers undistorted (Saxe et al. 2013; Pennington et al. 2017).
//
// The network is cut wherever one node leads from one weighted layer to the next, all
// that comes before goes through it, and it is not too wide. The Jacobians of the
// parts are computed in float64, whatever the type of the parameters, and their product
// is taken so that small singular values keep their digits next to large ones: see
// Singular. Nothing is dropped. The parameters stay as they are; the first build with p
// creates them.
func Jacobian(p *nn.Params, net nn.Network, set nn.Settings, x []*tensor.Dense) (Singular, error) {
	return jacobian(p, net, set, x, maxCut)
}

// jacobian is Jacobian, with cuts where at most widest values lead on, or as many as
// the last layer has; none if it is uncut.
func jacobian(p *nn.Params, net nn.Network, set nn.Settings, x []*tensor.Dense, widest int) (Singular, error) {
	set.Batch = 1
	var sizes map[int]int // of the values at the cuts, by the index of the layer
	var inputs, outputs int
	if _, err := nn.Extend(p, nn.Infer, net, set, nn.Extension{Outputs: func(g *nn.Graph) (G.Nodes, error) {
		if err := eachByItself(g); err != nil {
			return nil, fmt.Errorf("jacobian: %w", err)
		}
		first, last, err := hidden(g)
		if err != nil {
			return nil, err
		}
		inputs, outputs = first.Shape().TotalSize(), last.Shape().TotalSize()
		if outputs > maxOutputs {
			return nil, fmt.Errorf("jacobian: %s has %d outputs, want at most %d", last.Name(), outputs, maxOutputs)
		}
		if widest != uncut {
			sizes = cuts(g, first, last, max(outputs, widest))
		}
		return G.Nodes{last}, nil
	}}); err != nil {
		return Singular{}, err
	}

	// The batch is one example in all rows; row i of the gradient of Σᵢ y[i,i] is that of
	// y[i].
	set.Batch = outputs
	for _, n := range sizes {
		set.Batch = max(set.Batch, n)
	}
	var parts []part
	seeds := seeds{}
	pr, err := nn.Extend(p.Float64s(), nn.Infer, net, set, nn.Extension{
		Replace: func(s *nn.Scope, layer int, y *G.Node) *G.Node {
			size, ok := sizes[layer]
			if !ok {
				return y
			}
			y = s.Must(ops.Reseed(y, seeds.of(s, y)))
			G.WithName(s.Path() + ".cut")(y)
			parts = append(parts, part{from: y, size: size})
			return y
		},
		Outputs: func(g *nn.Graph) (G.Nodes, error) {
			first, last, err := hidden(g)
			if err != nil {
				return nil, err
			}
			parts = append([]part{{from: first, size: inputs}}, parts...)
			if _, err := g.Gradients(last, seeds.of(g.Scope, last), first); err != nil {
				return nil, fmt.Errorf("jacobian: %w", err)
			}
			var gradients G.Nodes
			for i := range parts {
				parts[i].gradient = parts[i].from.Deriv()
				gradients = append(gradients, parts[i].gradient)
			}
			return gradients, nil
		},
	})
	if err != nil {
		return Singular{}, err
	}
	var rows []*tensor.Dense
	for _, d := range x {
		rows = append(rows, repeated(d, 0, set.Batch))
	}
	if _, err := interrupt.Run(set.Context, func() (float64, error) { return pr.Run(rows, nil) }); err != nil {
		return Singular{}, err
	}
	var jacobians []*mat.Dense
	for i, p := range parts {
		to := outputs
		if i+1 < len(parts) {
			to = parts[i+1].size
		}
		values := floats(pr.Value(p.gradient))[:to*p.size] // (to, size)
		for _, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return Singular{}, fmt.Errorf("jacobian: have %v after %s, want finite values", v, p.from.Name())
			}
		}
		jacobians = append(jacobians, mat.NewDense(to, p.size, values))
	}
	return interrupt.Run(set.Context, func() (Singular, error) { return singularOf(jacobians), nil })
}

// A part of a network leads from a node with size values for each example to the next
// part. Row i of the gradient (batch, size) is that of the next part's value i.
type part struct {
	from, gradient *G.Node
	size           int
}

// cuts finds the layers between two nodes where the network can be cut into parts of
// at least one weighted layer each: every way from first to last leads through them.
// It returns how many values they have, by the index of the layer.
func cuts(g *nn.Graph, first, last *G.Node, widest int) map[int]int {
	layers := map[*G.Node]int{}
	for i, l := range g.Layers {
		layers[l.Node] = i
	}
	sizes := map[int]int{}
	way := between(g, first, last)
	if len(way) == 0 {
		return nil // Gradients will say why
	}
	place := map[*G.Node]int{}
	for i, n := range way {
		place[n] = i
	}
	lastRead := make([]int, len(way)) // the last place at which a node is read
	for i, n := range way {
		for _, r := range g.Reads(n) {
			if k, ok := place[r]; ok {
				lastRead[k] = max(lastRead[k], i)
			}
		}
	}
	reach, weighted := 0, false // how far what came before is read; whether the part has a weighted layer
	for i, n := range way[:len(way)-1] {
		layer, ok := layers[n]
		weighted = weighted || ok && g.Layers[layer].Weighted && n != first
		if size := n.Shape().TotalSize(); i > 0 && reach <= i && weighted && ok && size <= widest {
			sizes[layer], weighted = size, false
		}
		reach = max(reach, lastRead[i])
	}
	return sizes
}

// between are the nodes on the ways from first to last, each after those that it reads.
func between(g *nn.Graph, first, last *G.Node) (way G.Nodes) {
	nodes := g.Expr.AllNodes()
	depends, leads := map[*G.Node]bool{first: true}, map[*G.Node]bool{last: true}
	for _, n := range nodes {
		for _, r := range g.Reads(n) {
			depends[n] = depends[n] || depends[r]
		}
	}
	for _, n := range slices.Backward(nodes) {
		if leads[n] {
			for _, r := range g.Reads(n) {
				leads[r] = true
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

// seeds are gradients that Jacobians start from, one for each shape.
type seeds map[string]*G.Node

// of is the gradient of Σᵢ y[i,i] with respect to y, where the elements of an example
// count as one axis. It has y's shape.
func (all seeds) of(s *nn.Scope, y *G.Node) *G.Node {
	shape := fmt.Sprint(y.Shape())
	if all[shape] == nil {
		n, size := y.Shape()[0], y.Shape().TotalSize()/y.Shape()[0]
		ones := make([]float64, n*size)
		for i := range min(n, size) {
			ones[i*size+i] = 1
		}
		all[shape] = s.Constant(fmt.Sprint("jacobian.seed", len(all)), ones, y.Shape()...)
	}
	return all[shape]
}

// hidden returns the outputs of the first and the last hidden layer.
func hidden(g *nn.Graph) (first, last *G.Node, err error) {
	var hidden G.Nodes
	for _, l := range g.Layers {
		if l.Weighted && l.Node != g.Logits {
			hidden = append(hidden, l.Node)
		}
	}
	if len(hidden) < 2 {
		return nil, nil, fmt.Errorf("jacobian: have %d hidden layers, want at least 2", len(hidden))
	}
	return hidden[0], hidden[len(hidden)-1], nil
}

// eachByItself is an error if the output of an example depends on the others.
func eachByItself(g *nn.Graph) error {
	for _, l := range g.Layers {
		if l.Op == "batch norm" {
			return fmt.Errorf("%s is a batch norm, which makes an example's output depend on the others; use another norm, or none", l.Path)
		}
	}
	return nil
}

// repeated returns n copies of example i of x, floats as float64.
func repeated(x *tensor.Dense, i, n int) *tensor.Dense {
	shape := x.Shape().Clone()
	size := shape.TotalSize() / shape[0]
	shape[0] = n
	var data any
	switch d := x.Data().(type) {
	case []float32:
		data = slices.Repeat(float64s(d[i*size:][:size]), n)
	case []float64:
		data = slices.Repeat(d[i*size:][:size], n)
	case []int:
		data = slices.Repeat(d[i*size:][:size], n)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}
