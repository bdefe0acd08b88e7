package signal

import (
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
)

// A meanField is what mean field theory expects of the values of a graph, and of the
// gradients with respect to them: their mean squares, element by element of an example.
// It takes weights for independent random numbers of mean 0, and layers for wide.
type meanField struct {
	nodes   G.Nodes               // that lead to the objective, each after those that it reads
	reads   map[*G.Node]G.Nodes   // in the order of the op's arguments
	dropout map[*G.Node]float64   // the probability, of dropout layers
	values  map[*G.Node]moment    // missing where there is no prediction
	grads   map[*G.Node][]float64 // mean squares of the gradients' elements; missing too
}

// A moment is the expected square and the expected mean of each element of an
// example.
type moment struct{ square, mean []float64 }

// predict applies the theory to the latest run of a program with the graph g: forward
// from the inputs, backward from the measured gradient with respect to the logits.
//
//   - A convolution or linear layer multiplies the mean square by its fan-in and
//     the variance of its weights, and adds the biases'; backward it is the
//     fan-out (Glorot & Bengio 2010; He et al. 2015). The variance is the mean
//     square of the weights as they are, which differs from the initialisation's
//     by about √(2/number of weights). What padding leaves out does not count.
//   - An activation φ makes E[φ(√q·z)²] of the mean square q, with z normal, and
//     backward it multiplies by E[φ'(√q·z)²] (Poole et al. 2016; Schoenholz et al.
//     2017). There is no prediction where the expected mean of φ's input is not 0.
//   - Add adds the mean squares of its inputs, and where a value is read several
//     times the mean squares of its gradients add up: the branches are taken as
//     independent.
//   - Dropout divides by 1 − p.
//   - A norm makes the mean square 1, times its scale's. Backward there is no
//     prediction.
//   - For pooling and everything else there is none, and none for what follows, up to
//     the next norm.
//   - Where an auxiliary classifier adds to the gradient, there is none backward.
func predict(g *nn.Graph, p *nn.Program) *meanField {
	t := &meanField{
		reads: map[*G.Node]G.Nodes{}, dropout: map[*G.Node]float64{},
		values: map[*G.Node]moment{}, grads: map[*G.Node][]float64{},
	}
	for _, l := range g.Layers {
		if l.Op == "dropout" {
			t.dropout[l.Node] = l.Options().Dropout
		}
	}
	t.add(g, g.Objective())
	for _, n := range g.Inputs {
		if n.Dtype() != tensor.Int {
			v := floats(n.Value()) // (N, ...)
			t.values[n] = moment{columns(v, n.Shape()[0], square), columns(v, n.Shape()[0], identity)}
		}
	}
	for _, n := range t.nodes {
		if m, ok := t.moment(n); ok {
			t.values[n] = m
		}
	}
	t.backward(g.Logits, columns(floats(p.Value(g.Logits.Deriv())), g.Logits.Shape()[0], square))
	return t
}

func square(x float64) float64   { return x * x }
func identity(x float64) float64 { return x }

// columns returns the mean of f over the rows of v.
func columns(v []float64, rows int, f func(float64) float64) []float64 {
	mean := make([]float64, len(v)/rows)
	for i, x := range v {
		mean[i%len(mean)] += f(x) / float64(rows)
	}
	return mean
}

// add lists n after all nodes that it is computed from.
func (t *meanField) add(g *nn.Graph, n *G.Node) {
	if _, ok := t.reads[n]; ok {
		return
	}
	reads := g.Reads(n)
	t.reads[n] = reads
	for _, r := range reads {
		t.add(g, r)
	}
	t.nodes = append(t.nodes, n)
}

// std is the expected standard deviation of a node's values, over all elements.
func (t *meanField) std(n *G.Node) *float64 {
	m, ok := t.values[n]
	if !ok {
		return nil
	}
	mean := average(m.mean)
	std := math.Sqrt(max(0, average(m.square)-mean*mean))
	return &std
}

// gradStd is the expected standard deviation of the gradient: its mean is 0.
func (t *meanField) gradStd(n *G.Node) *float64 {
	g, ok := t.grads[n]
	if !ok {
		return nil
	}
	std := math.Sqrt(average(g))
	return &std
}

// activations are the names of the kernels that are functions of each element.
var activations = []string{"relu", "relu6", "leaky", "prelu", "elu", "gelu", "gelu-tanh", "silu", "hardswish", "tanh", "sigmoid", "hardsigmoid", "scaled-tanh"}

// moment returns what the theory predicts for n's values, given the values that n reads.
func (t *meanField) moment(n *G.Node) (moment, bool) {
	reads := t.reads[n]
	if len(reads) == 0 {
		return moment{}, false
	}
	name := kernelName(n)
	switch name {
	case "batchnorm", "groupnorm", "layernorm", "rmsnorm":
		return normMoment(n.Shape(), reads[1:])
	}
	x, ok := t.values[reads[0]]
	if !ok {
		return moment{}, false
	}
	switch name {
	case "conv2d", "linear":
		variance, ok := t.weightVariance(n)
		bias, okBias := t.biasVariance(n)
		if !ok || !okBias {
			return moment{}, false
		}
		y := linearOf(n).forward(x.square)
		for i := range y {
			y[i] = variance*y[i] + bias
		}
		return moment{y, make([]float64, len(y))}, true
	case "channel-shortcut":
		return moment{linearOf(n).forward(x.square), linearOf(n).forward(x.mean)}, true
	case "add":
		y, ok := t.values[reads[1]]
		return x.plus(y), ok
	case "add-scalar":
		b, ok := number(reads[1])
		return x.affine(1, b), ok
	case "mul-scalar":
		m, ok := number(reads[1])
		return x.affine(m, 0), ok
	case "dropout":
		return moment{scaledBy(1/(1-t.dropout[n]), x.square), x.mean}, true
	}
	square, mean, _, ok := t.expect(n)
	return moment{square, mean}, ok
}

// plus is the moment of the sum of independent x and y; y may be empty.
func (x moment) plus(y moment) moment {
	sum := moment{slices.Clone(x.square), slices.Clone(x.mean)}
	for i := range y.square {
		sum.square[i] += y.square[i] + 2*x.mean[i]*y.mean[i]
		sum.mean[i] += y.mean[i]
	}
	return sum
}

// affine is the moment of m·x + b.
func (x moment) affine(m, b float64) moment {
	y := moment{make([]float64, len(x.square)), make([]float64, len(x.mean))}
	for i, mean := range x.mean {
		y.square[i] = m*m*x.square[i] + 2*m*b*mean + b*b
		y.mean[i] = m*mean + b
	}
	return y
}

func (x moment) centred() bool {
	return !slices.ContainsFunc(x.mean, func(m float64) bool { return m != 0 })
}

func scaledBy(by float64, v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = by * x
	}
	return out
}

// param returns the values of a parameter, or nil where n is not a parameter.
func param(n *G.Node) []float64 {
	if n.Op() != nil || n.Value() == nil {
		return nil
	}
	return floats(n.Value())
}

// number is the value of a parameter that is one number.
func number(n *G.Node) (v float64, ok bool) {
	p := param(n)
	if len(p) == 0 {
		return 0, false
	}
	return p[0], true
}

// normMoment is the moment of the output (N, ...) of a norm with the parameters scale and
// perhaps shift, (C) each.
func normMoment(shape tensor.Shape, params G.Nodes) (m moment, ok bool) {
	scale, shift := param(params[0]), []float64{0}
	if len(params) > 1 {
		shift = param(params[1])
	}
	if scale == nil || shift == nil {
		return moment{}, false
	}
	for i := range shape.TotalSize() / shape[0] {
		mean := shift[i%len(shift)]
		m.mean = append(m.mean, mean)
		m.square = append(m.square, square(scale[i%len(scale)])+square(mean))
	}
	return m, true
}

// weightVariance is the mean square of a layer's weights. For filters that are
// connected by a table it is over all channels, connected or not.
func (t *meanField) weightVariance(n *G.Node) (variance float64, ok bool) {
	w := t.reads[n][1]
	size := w.Shape().TotalSize()
	if kernelName(w) == "scatter" {
		w = t.reads[w][0]
	}
	sum, ok := sumOfSquares(w)
	return sum / float64(size), ok
}

// biasVariance is the mean square of a layer's biases, or 0 where it has none.
func (t *meanField) biasVariance(n *G.Node) (variance float64, ok bool) {
	if len(t.reads[n]) < 3 {
		return 0, true
	}
	b := t.reads[n][2]
	sum, ok := sumOfSquares(b)
	return sum / float64(b.Shape().TotalSize()), ok
}

// sumOfSquares is that of a parameter's values; ok says that they may well be random
// numbers of mean 0: the mean square of the sum of such numbers is their sum of squares.
func sumOfSquares(n *G.Node) (squares float64, ok bool) {
	const deviations = 5
	var sum float64
	values := param(n)
	for _, x := range values {
		sum += x
		squares += x * x
	}
	return squares, values != nil && sum*sum <= deviations*deviations*squares
}

// expect returns E[φ(√q·z)²], E[φ(√q·z)] and E[φ'(√q·z)²] for each element of the
// input of n, if n is an activation and the input's moment is known and of mean 0.
func (t *meanField) expect(n *G.Node) (squares, means, derivatives []float64, ok bool) {
	reads := t.reads[n]
	x, ok := t.values[reads[0]]
	if !ok || !slices.Contains(activations, kernelName(n)) || !x.centred() {
		return nil, nil, nil, false
	}
	slope := []float64{0} // PReLU's
	if len(reads) > 1 {
		if slope = param(reads[1]); slope == nil {
			return nil, nil, nil, false
		}
	}
	phi := activationOf(n)
	for i, q := range x.square {
		a := slope[i%len(slope)]
		var s, m, d float64
		if at := i - 1; i > 0 && q == x.square[at] && a == slope[at%len(slope)] {
			s, m, d = squares[at], means[at], derivatives[at] // as all channels of a pixel
		} else {
			s, m, d = phi.expect(a, q)
		}
		squares, means, derivatives = append(squares, s), append(means, m), append(derivatives, d)
	}
	return squares, means, derivatives, true
}
