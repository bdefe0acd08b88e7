// Package signal looks at networks of package nn: at the signal and its gradient on
// their way through the layers, at the singular values of the Jacobian, at what mean
// field theory says of both, and at how far back networks of sequences see. Nothing here
// is needed to build, train or run a network.
package signal

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
	"zoo/nn"
)

// A Signal is what passes through a layer on one batch. Means and standard
// deviations are over all elements and examples.
type Signal struct {
	Path, Op string
	Out      []int // the shape of the layer's output, with the batch size
	Weighted bool  // the layer multiplies its input by weights: see nn.LayerNode

	Mean, Std         float64 // of the output
	GradMean, GradStd float64 // of the gradient of the loss with respect to the output

	Initial *nn.Initial // how the layer's weights started; nil: see nn.Layer

	// Dead is the share of the units (the channels of images) of a ReLU that are 0
	// for every example and pixel; nil for other layers.
	Dead *float64

	// The standard deviations that mean field theory predicts; nil where it makes no
	// prediction (mean_field.go: Glorot & Bengio 2010; He et al. 2015; Poole et al.
	// 2016; Schoenholz et al. 2017).
	PredictedStd, PredictedGradStd *float64
}

// Probe builds net for training on p and runs it forward and backward on one batch,
// of inputs x (set.Batch, ...) and targets y (set.Batch), and returns the loss and the
// signals of the layers in the order of the network, before any training (Glorot &
// Bengio 2010, figures 6 and 7). Batch norm uses the batch's statistics, and dropout
// drops. The parameters stay as they are; the first build with p creates them.
func Probe(p *nn.Params, net nn.Network, set nn.Settings, x, y []*tensor.Dense) (signals []Signal, loss float64, err error) {
	var g *nn.Graph
	pr, err := nn.Extend(p, nn.Train, net, set, nn.Extension{Outputs: func(built *nn.Graph) (G.Nodes, error) {
		g = built
		outputs := G.Nodes{g.Loss(), g.Logits, g.Objective()}
		// Gradients takes leaves, and gives every node between them and the loss its
		// gradient. The inputs are for layers before all parameters.
		if _, err := g.Gradients(g.Objective(), nil, slices.Concat(g.Trainable, floatInputs(g))...); err != nil {
			return nil, fmt.Errorf("gradient: %w", err)
		}
		for _, n := range append(nodesOf(g.Layers), g.Logits) {
			outputs = append(outputs, n)
			if d := n.Deriv(); d != nil {
				outputs = append(outputs, d)
			}
		}
		return outputs, nil
	}})
	if err != nil {
		return nil, 0, err
	}
	if loss, err = pr.Run(x, y); err != nil {
		return nil, 0, err
	}
	t := predict(g, pr)
	for _, l := range g.Layers {
		out := pr.Value(l.Node)
		s := Signal{Path: l.Path, Op: l.Op, Out: l.Out, Weighted: l.Weighted, Initial: l.Initial}
		s.Mean, s.Std = meanStd(out)
		if d := l.Node.Deriv(); d != nil { // nil: the loss does not depend on it
			s.GradMean, s.GradStd = meanStd(pr.Value(d))
		}
		if l.Op == "relu" {
			dead := deadShare(out, l.Out[len(l.Out)-1])
			s.Dead = &dead
		}
		s.PredictedStd, s.PredictedGradStd = t.std(l.Node), t.gradStd(l.Node)
		signals = append(signals, s)
	}
	return signals, loss, nil
}

// floatInputs are the inputs that have a gradient.
func floatInputs(g *nn.Graph) (in G.Nodes) {
	needed := g.Expr.ExactSubgraphRoots(g.Objective()).AllNodes()
	for _, n := range g.Inputs {
		if n.Dtype() != tensor.Int && slices.Contains(needed, n) {
			in = append(in, n)
		}
	}
	return in
}

func nodesOf(layers []nn.LayerNode) (nodes G.Nodes) {
	for _, l := range layers {
		nodes = append(nodes, l.Node)
	}
	return nodes
}

// floats returns the values of a float tensor or scalar: a copy unless they are
// float64.
func floats(v G.Value) []float64 {
	switch d := v.Data().(type) {
	case []float64:
		return d
	case []float32:
		return float64s(d)
	case float32:
		return []float64{float64(d)}
	case float64:
		return []float64{d}
	}
	panic(fmt.Sprintf("have values of type %T, want floats", v.Data()))
}

// meanStd are the mean and the standard deviation of a tensor's values, of which there
// are many: it does not copy them.
func meanStd(v G.Value) (mean, std float64) {
	switch d := v.Data().(type) {
	case []float32:
		return spread(d)
	case []float64:
		return spread(d)
	}
	return spread(floats(v))
}

func spread[F f32.Float](v []F) (mean, std float64) {
	for _, x := range v {
		mean += float64(x)
	}
	mean /= float64(len(v))
	var squares float64
	for _, x := range v {
		squares += (float64(x) - mean) * (float64(x) - mean)
	}
	return mean, math.Sqrt(squares / float64(len(v)))
}

func average(v []float64) (mean float64) {
	for _, x := range v {
		mean += x
	}
	return mean / float64(len(v))
}

// deadShare is the share of the units, the last axis of v (..., units), that are 0
// everywhere.
func deadShare(v G.Value, units int) float64 {
	alive := make([]bool, units)
	switch d := v.Data().(type) {
	case []float32:
		markAlive(alive, d)
	case []float64:
		markAlive(alive, d)
	}
	dead := 0
	for _, a := range alive {
		if !a {
			dead++
		}
	}
	return float64(dead) / float64(units)
}

// markAlive marks the units that are not 0 somewhere in v (..., units).
func markAlive[F f32.Float](alive []bool, v []F) {
	for len(v) > 0 {
		for i, x := range v[:len(alive)] {
			if x != 0 {
				alive[i] = true
			}
		}
		v = v[len(alive):]
	}
}
