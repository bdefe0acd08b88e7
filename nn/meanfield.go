package nn

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A theory is what mean field theory expects of the values of a graph, and of
// the gradients with respect to them: their mean squares, element by element of an
// example. It takes the weights for independent random numbers of mean 0, and
// layers for wide.
type theory struct {
	nodes    G.Nodes // that lead to the loss, children before parents
	children map[*G.Node]G.Nodes
	dropout  map[*G.Node]float64
	values   map[*G.Node]moment
	grads    map[*G.Node][]float64
}

// A moment is the expected square and the expected mean of each element of an
// example.
type moment struct{ square, mean []float64 }

// predict works out the theory of the latest run: forward from the inputs,
// backward from the measured gradient with respect to the logits.
//
//   - A convolution or linear layer multiplies the mean square by its fan-in and
//     the variance of its weights, and adds the biases'; backward it is the
//     fan-out (Glorot & Bengio 2010; He et al. 2015). The variance is the mean
//     square of the weights as they are, which differs from the initialisation's
//     by some √(2/number of weights). What padding leaves out does not count.
//   - An activation φ makes E[φ(√q·z)²] of the mean square q, with z normal, and
//     backward it multiplies by E[φ'(√q·z)²] (Poole et al. 2016; Schoenholz et al.
//     2017). It is silent where the expected mean of φ's input is not 0.
//   - The mean squares of what Add joins add up, as those of the gradients do
//     where a value is read several times: the branches are taken as independent.
//   - Dropout divides by 1 − p.
//   - A norm makes the mean square 1, times its scale's. Backward it is silent.
//   - Pooling and whatever else is silent, and so is all behind it, up to a norm.
func (p *Program) predict(layers []recorded) *theory {
	t := &theory{
		children: map[*G.Node]G.Nodes{}, dropout: map[*G.Node]float64{},
		values: map[*G.Node]moment{}, grads: map[*G.Node][]float64{},
	}
	for _, l := range layers {
		if l.Op == "dropout" {
			t.dropout[l.node] = l.options.Dropout
		}
	}
	t.add(p.graph.ExactSubgraphRoots(p.loss), p.loss)
	for _, n := range p.in {
		if n.Dtype() != tensor.Int {
			v := floats(n.Value())
			t.values[n] = moment{columns(v, n.Shape()[0], square), columns(v, n.Shape()[0], identity)}
		}
	}
	for _, n := range t.nodes {
		if m, ok := t.moment(n); ok {
			t.values[n] = m
		}
	}
	t.backward(p.logits, columns(p.floats(p.logits.Deriv()), p.logits.Shape()[0], square))
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

// add lists n after its children.
func (t *theory) add(g *G.ExprGraph, n *G.Node) {
	if _, ok := t.children[n]; ok {
		return
	}
	children := G.Nodes{}
	for _, c := range graph.NodesOf(g.From(n.ID())) { // in the order of the arguments
		children = append(children, c.(*G.Node))
	}
	t.children[n] = children
	for _, c := range children {
		t.add(g, c)
	}
	t.nodes = append(t.nodes, n)
}

// std is the expected standard deviation of a node's values, over all elements.
func (t *theory) std(n *G.Node) *float64 {
	m, ok := t.values[n]
	if !ok {
		return nil
	}
	mean := average(m.mean)
	std := math.Sqrt(max(0, average(m.square)-mean*mean))
	return &std
}

// gradStd is the expected standard deviation of the gradient: its mean is 0.
func (t *theory) gradStd(n *G.Node) *float64 {
	g, ok := t.grads[n]
	if !ok {
		return nil
	}
	std := math.Sqrt(average(g))
	return &std
}

// activations are the names of the kernels that are functions of each element.
var activations = []string{"relu", "leaky", "prelu", "elu", "gelu", "gelu-tanh", "silu", "tanh", "sigmoid", "scaled-tanh"}

// moment returns what the theory says of n's values, given its children's.
func (t *theory) moment(n *G.Node) (moment, bool) {
	children := t.children[n]
	if len(children) == 0 {
		return moment{}, false
	}
	x, known := t.values[children[0]]
	switch name := kernelName(n); name {
	case "batchnorm", "groupnorm", "layernorm", "rmsnorm":
		return normMoment(n.Shape(), children, x, known), true
	case "conv2d", "linear":
		variance, ok := t.weightVariance(n)
		bias, okBias := t.biasVariance(n)
		if !known || !ok || !okBias {
			return moment{}, false
		}
		y := linearOf(n).forward(x.square)
		for i := range y {
			y[i] = variance*y[i] + bias
		}
		return moment{y, make([]float64, len(y))}, true
	case "channel-shortcut":
		if !known {
			return moment{}, false
		}
		return moment{linearOf(n).forward(x.square), linearOf(n).forward(x.mean)}, true
	case "add":
		y, ok := t.values[children[1]]
		if !known || !ok {
			return moment{}, false
		}
		sum := moment{slices.Clone(x.square), slices.Clone(x.mean)}
		for i := range sum.square {
			sum.square[i] += y.square[i] + 2*x.mean[i]*y.mean[i]
			sum.mean[i] += y.mean[i]
		}
		return sum, true
	case "add-scalar", "mul-scalar":
		if !known || children[1].Value() == nil {
			return moment{}, false
		}
		m, b := floats(children[1].Value())[0], 0.0
		if name == "add-scalar" {
			m, b = 1, m
		}
		return x.affine(m, b), true
	case "dropout":
		if !known {
			return moment{}, false
		}
		return moment{scaledBy(1/(1-t.dropout[n]), x.square), x.mean}, true
	default:
		if !known || !slices.Contains(activations, name) || !x.centred() {
			return moment{}, false
		}
		square, mean, _ := t.expect(n, x.square)
		return moment{square, mean}, true
	}
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

// normMoment is that of a norm with scale and shift: over an example mean squares
// of mean 1, in the proportion of the input's.
func normMoment(shape tensor.Shape, children G.Nodes, x moment, known bool) moment {
	size := shape.TotalSize() / shape[0]
	m := moment{slices.Repeat([]float64{1}, size), make([]float64, size)}
	if q := average(x.square); known && q > 0 {
		m.square = scaledBy(1/q, x.square)
	}
	scale := floats(children[1].Value())
	for i := range m.square {
		m.square[i] *= square(scale[i%len(scale)])
	}
	if len(children) == 3 {
		shift := floats(children[2].Value())
		for i := range m.square {
			m.mean[i] = shift[i%len(shift)]
			m.square[i] += square(m.mean[i])
		}
	}
	return m
}

// weightVariance is the mean square of a layer's weights. For filters that are
// connected by a table it is over all channels, seen or not.
func (t *theory) weightVariance(n *G.Node) (variance float64, ok bool) {
	w := t.children[n][1]
	size := w.Shape().TotalSize()
	if kernelName(w) == "scatter" {
		w = t.children[w][0]
	}
	sum, ok := sumOfSquares(w)
	return sum / float64(size), ok
}

// biasVariance is the mean square of a layer's biases, 0 where it has none.
func (t *theory) biasVariance(n *G.Node) (variance float64, ok bool) {
	if len(t.children[n]) < 3 {
		return 0, true
	}
	b := t.children[n][2]
	sum, ok := sumOfSquares(b)
	return sum / float64(b.Shape().TotalSize()), ok
}

// sumOfSquares is that of a parameter; ok says that its values may well be random
// ones of mean 0, whose sum has a mean square of just that.
func sumOfSquares(n *G.Node) (squares float64, ok bool) {
	if n.Value() == nil || n.Op() != nil {
		return 0, false
	}
	var sum float64
	for _, x := range floats(n.Value()) {
		sum += x
		squares += x * x
	}
	const deviations = 5
	return squares, sum*sum <= deviations*deviations*squares
}

// backward goes from the mean squares of the gradient with respect to the logits
// to the inputs.
func (t *theory) backward(logits *G.Node, grad []float64) {
	silent := map[*G.Node]bool{}
	for _, n := range slices.Backward(t.nodes) {
		if n == logits {
			t.grads[n], silent[n] = grad, false
		}
		if silent[n] {
			delete(t.grads, n)
		}
		for i, c := range t.children[n] {
			g, ok := t.pullback(n, i)
			if !ok {
				silent[c] = true
				continue
			}
			if t.grads[c] == nil {
				t.grads[c] = make([]float64, len(g))
			}
			for i, x := range g {
				t.grads[c][i] += x
			}
		}
	}
}

// pullback is what n adds to the mean squares of the gradient with respect to its
// i-th child.
func (t *theory) pullback(n *G.Node, i int) (g []float64, ok bool) {
	grad, ok := t.grads[n]
	if !ok {
		return nil, false
	}
	name := kernelName(n)
	switch {
	case name == "add":
		return grad, true
	case i > 0:
		return nil, false
	}
	child := t.children[n][0]
	switch name {
	case "conv2d", "linear":
		variance, ok := t.weightVariance(n)
		if !ok {
			return nil, false
		}
		return scaledBy(variance, linearOf(n).backward(grad)), true
	case "channel-shortcut":
		return linearOf(n).backward(grad), true
	case "globalavgpool":
		d := child.Shape()
		out := make([]float64, 0, d[1]*d[2]*d[3])
		for range d[1] * d[2] {
			out = append(out, scaledBy(1/square(float64(d[1]*d[2])), grad)...)
		}
		return out, true
	case "add-scalar":
		return grad, true
	case "mul-scalar":
		if t.children[n][1].Value() == nil {
			return nil, false
		}
		return scaledBy(square(floats(t.children[n][1].Value())[0]), grad), true
	case "dropout":
		return scaledBy(1/(1-t.dropout[n]), grad), true
	}
	x, known := t.values[child]
	if !known || !slices.Contains(activations, name) || !x.centred() {
		return nil, false
	}
	_, _, slope := t.expect(n, x.square)
	for i := range slope {
		slope[i] *= grad[i]
	}
	return slope, true
}

// expect returns, for each element of an activation's input of mean square q,
// E[φ(√q·z)²], E[φ(√q·z)] and E[φ'(√q·z)²].
func (t *theory) expect(n *G.Node, q []float64) (squares, means, slopes []float64) {
	slope := []float64{0} // PReLU's
	if c := t.children[n]; len(c) > 1 {
		slope = floats(c[1].Value())
	}
	phi := activationOf(n)
	for i := range q {
		if a, at := slope[i%len(slope)], i-1; i == 0 || q[i] != q[at] || a != slope[at%len(slope)] {
			s, m, d := phi.expect(a, q[i])
			squares, means, slopes = append(squares, s), append(means, m), append(slopes, d)
		} else {
			squares, means, slopes = append(squares, squares[at]), append(means, means[at]), append(slopes, slopes[at])
		}
	}
	return squares, means, slopes
}

// normal holds points and weights of the integral over the normal distribution.
// Each half of the line has its own, so that the kink of a ReLU lies between them.
var normalPoints, normalWeights = func() (z, w []float64) {
	const half, end = 64, 12
	z, w = make([]float64, half), make([]float64, half)
	quad.Legendre{}.FixedLocations(z, w, 0, end)
	for i := range half {
		w[i] *= distuv.UnitNormal.Prob(z[i])
		z, w = append(z, -z[i]), append(w, w[i])
	}
	return z, w
}()

// A function is an activation: φ and φ' at some points. slope is PReLU's.
type function func(slope float64, x []float64) (phi, derivative []float64)

// expect returns E[φ(√q·z)²], E[φ(√q·z)] and E[φ'(√q·z)²] with z normal.
func (f function) expect(slope, q float64) (square, mean, derivative float64) {
	phi, d := f(slope, scaledBy(math.Sqrt(q), normalPoints))
	for i, w := range normalWeights {
		square += w * phi[i] * phi[i]
		mean += w * phi[i]
		derivative += w * d[i] * d[i]
	}
	return square, mean, derivative
}
