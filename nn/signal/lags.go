package signal

import (
	"errors"
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/interrupt"
	"zoo/internal/ops"
	"zoo/nn"
)

// lagExamples is how many examples GradientByLag looks at: the network runs once for each.
const lagExamples = 8

// Lags are how much the last hidden values h of a network, at the last position T of a
// sequence, depend on the inputs at the positions before it.
type Lags struct {
	// Gradient has, for each lag from 0 to T − 1, the size of ∂h[T]/∂x[T−lag] relative to
	// that at lag 0, which is therefore 1: the Frobenius norm, over all examples. 0 is no
	// influence at all.
	Gradient []float64

	// Predicted is the same of a linear recurrence that turns vectors at random: g^lag, where
	// g = ‖W‖/√H is what the recurrent weights W (H, H) multiply the length of a vector by, as
	// the root mean square over its directions. For an orthogonal matrix times ρ that is ρ^lag;
	// slopes of an activation that are below 1 shorten the vector further (Pascanu, Mikolov &
	// Bengio 2013, On the difficulty of training recurrent neural networks, section 2). It is
	// nil unless one layer of plain recurrence is all that leads from one position to the next.
	Predicted []float64
}

// GradientByLag differentiates what the layer of the logits reads, at the last position if it
// has values at each, with respect to the network's input at each position (Bengio, Simard &
// Frasconi 1994): of tokens with respect to their vectors. It does so for each of the first 8
// examples of x (N, T, ...), without dropout, in float64, whatever the type of the
// parameters. These stay as they are; the first build with p creates them.
func GradientByLag(p *nn.Params, net nn.Network, set nn.Settings, x []*tensor.Dense) (Lags, error) {
	if positions := set.Spec.Positions(); positions == 0 {
		in := set.Spec.Inputs[0]
		return Lags{}, fmt.Errorf("lags: have %s %v, want sequences of tokens (T) or of numbers (T, C)", in.Name, tensor.Shape(in.Shape))
	}
	norms, gain, err := gradientByPosition(p, net, set, x, set.Spec.Positions()-1)
	if err != nil {
		return Lags{}, fmt.Errorf("lags: %w", err)
	}
	slices.Reverse(norms)
	if norms[0] == 0 {
		return Lags{}, errors.New("lags: the hidden values at the last position do not depend on the input there")
	}
	var l Lags
	for lag, n := range norms {
		l.Gradient = append(l.Gradient, n/norms[0])
		if gain != nil {
			l.Predicted = append(l.Predicted, math.Pow(*gain, float64(lag)))
		}
	}
	return l, nil
}

// gradientByPosition returns the norms of the gradients, with respect to the input at each
// position, of the last hidden values at one, or of all if there are none at each; and what
// plain recurrence multiplies them by from position to position, where it is all that there
// is.
func gradientByPosition(p *nn.Params, net nn.Network, set nn.Settings, x []*tensor.Dense, at int) (norms []float64, gain *float64, err error) {
	set.Stateful, set.Batch = false, 1
	var hidden int
	if _, err := nn.Extend(p, nn.Infer, net, set, nn.Extension{Outputs: func(g *nn.Graph) (G.Nodes, error) {
		if err := eachByItself(g); err != nil {
			return nil, err
		}
		_, h, err := ends(g, at)
		if err != nil {
			return nil, err
		}
		hidden = h.Shape()[1]
		return G.Nodes{h}, nil
	}}); err != nil {
		return nil, nil, err
	}

	// The batch is one example in all rows; row i of the gradient of Σᵢ h[i,i] is that of
	// h[i].
	set.Batch = hidden
	var gradient *G.Node // (hidden, positions, C)
	pr, err := nn.Extend(p.Float64s(), nn.Infer, net, set, nn.Extension{Outputs: func(g *nn.Graph) (G.Nodes, error) {
		from, h, err := ends(g, at)
		if err != nil {
			return nil, err
		}
		gradients, err := g.Gradients(h, seeds{}.of(g.Scope, h), from)
		if err != nil {
			return nil, err
		}
		gradient, gain = gradients[0], recurrentGain(g, from, h)
		return append(G.Nodes{h}, gradients...), nil // h first: its gradient needs what its computation keeps
	}})
	if err != nil {
		return nil, nil, err
	}
	positions := set.Spec.Positions()
	norms = make([]float64, positions)
	for i := range min(x[0].Shape()[0], lagExamples) {
		var rows []*tensor.Dense
		for _, d := range x {
			rows = append(rows, repeated(d, i, hidden))
		}
		if _, err := interrupt.Run(set.Context, func() (float64, error) { return pr.Run(rows, nil) }); err != nil {
			return nil, nil, err
		}
		values := floats(pr.Value(gradient))
		size := len(values) / hidden / positions
		for k := range hidden * positions {
			n := norm(values[k*size:][:size])
			if math.IsNaN(n) || math.IsInf(n, 0) {
				return nil, nil, fmt.Errorf("have a gradient of size %v at position %d, want a finite one", n, k%positions+1)
			}
			norms[k%positions] = math.Hypot(norms[k%positions], n)
		}
	}
	return norms, gain, nil
}

// ends are the vectors of all positions (N, T, C), and what the layer of the logits reads
// (N, hidden), at one position if it has values at each.
func ends(g *nn.Graph, at int) (from, hidden *G.Node, err error) {
	if from, err = vectors(g); err != nil {
		return nil, nil, err
	}
	way := between(g, from, g.Logits)
	for _, n := range g.Reads(g.Logits) {
		if !slices.Contains(way, n) {
			continue
		}
		if hidden != nil {
			return nil, nil, errors.New("have logits that are made of several values, want those of a layer")
		}
		hidden = n
	}
	switch positions := from.Shape()[1]; {
	case hidden == nil:
		return nil, nil, errors.New("have logits that do not depend on the input")
	case hidden.Dims() == 3 && hidden.Shape()[1] == positions:
		return from, g.Scope.Must(ops.TakeToken(hidden, at)), nil
	case hidden.Dims() != 2:
		return nil, nil, fmt.Errorf("have hidden values %v, want some, or some at each of the %d positions", hidden.Shape()[1:], positions)
	}
	return from, hidden, nil
}

// vectors are what the network makes of each position of its input by itself, (N, T, C): the
// input if that is numbers, and the vectors of tokens.
func vectors(g *nn.Graph) (*G.Node, error) {
	in := g.Inputs[0]
	if in.Dtype() != tensor.Int {
		return in, nil
	}
	for _, l := range g.Layers {
		if kernelName(l.Node) == "embedding" && slices.Contains(g.Reads(l.Node), in) {
			return l.Node, nil
		}
	}
	return nil, errors.New("have no embedding of the tokens, by whose vectors to differentiate: take a network with one, or data that are numbers")
}

// recurrentGain is ‖W‖/√H of the recurrent weights, if a layer of plain recurrence is all
// that leads from one position to another between two nodes.
func recurrentGain(g *nn.Graph, from, to *G.Node) *float64 {
	var weights []float64
	var units int
	for _, n := range between(g, from, to) {
		switch kernelName(n) {
		case "rnn, tanh", "rnn, relu":
			if weights != nil {
				return nil
			}
			w := g.Reads(n)[1]
			weights, units = param(w), w.Shape()[0]
		case "linear", "take-token", "dropout":
		default:
			if n != from {
				return nil
			}
		}
	}
	if weights == nil {
		return nil
	}
	gain := norm(weights) / math.Sqrt(float64(units))
	return &gain
}
