package nn

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// A Signal is what passes through a layer on one batch. Means and standard
// deviations are over all elements and examples.
type Signal struct {
	Path, Op string
	Out      []int // the shape of the layer's output, with the batch size

	Mean, Std         float64 // of the output
	GradMean, GradStd float64 // of the gradient of the loss with respect to the output

	Initial *Initial // how the layer's weights started; nil: see Layer

	// Dead is the share of the units (the channels of images) of a ReLU that are 0
	// for every example and pixel; nil for other layers.
	Dead *float64

	// What mean field theory expects, nil where it is silent: see predict.
	PredictedStd, PredictedGradStd *float64
}

// Probe builds net for training on p and runs it forward and backward on one
// batch, of which it returns the loss: how the signal and its gradient go through
// the layers, in the order of the network, before any training. Batch norm uses
// the batch's statistics and dropout drops. The parameters stay as they are; the
// first build with p creates them.
func Probe(p *Params, net Network, set Settings, x []*tensor.Dense, y *tensor.Dense) (signals []Signal, loss float64, err error) {
	var layers []recorded
	pr, err := construct(p, Train, net, set, func(s *Scope, pr *Program) (G.Nodes, error) {
		layers = s.recorded
		outputs := G.Nodes{pr.addLoss(s, net, set), pr.logits, pr.addObjective(s, net, set)}
		// Grad takes leaves alone, but gives every node between them and the loss
		// its gradient. The inputs are for layers in front of all parameters.
		wrt := slices.Concat(s.wrtNode, floatInputs(pr))
		if _, err := pr.differentiate(wrt); err != nil {
			return nil, err
		}
		for _, n := range append(nodesOf(layers), pr.logits) {
			outputs = append(outputs, n)
			if d := n.Deriv(); d != nil {
				outputs = append(outputs, d)
			}
		}
		return outputs, nil
	})
	if err != nil {
		return nil, 0, err
	}
	if loss, err = pr.Run(x, y); err != nil {
		return nil, 0, err
	}
	t := pr.predict(layers)
	for _, l := range layers {
		out := pr.vm.Value(l.node)
		s := Signal{Path: l.Path, Op: l.Op, Out: l.Out, Initial: l.Initial}
		s.Mean, s.Std = meanStd(out)
		if d := l.node.Deriv(); d != nil { // else the loss does not depend on it
			s.GradMean, s.GradStd = meanStd(pr.vm.Value(d))
		}
		if l.Op == "relu" {
			dead := deadShare(out, l.Out[len(l.Out)-1])
			s.Dead = &dead
		}
		s.PredictedStd, s.PredictedGradStd = t.std(l.node), t.gradStd(l.node)
		signals = append(signals, s)
	}
	return signals, loss, nil
}

// floatInputs are the inputs that have a gradient.
func floatInputs(p *Program) (in G.Nodes) {
	needed := p.graph.ExactSubgraphRoots(p.objective).AllNodes()
	for _, n := range p.in {
		if n.Dtype() != tensor.Int && slices.Contains(needed, n) {
			in = append(in, n)
		}
	}
	return in
}

func nodesOf(layers []recorded) (nodes G.Nodes) {
	for _, l := range layers {
		nodes = append(nodes, l.node)
	}
	return nodes
}

// floats returns the values of an output of the latest run.
func (p *Program) floats(output *G.Node) []float64 { return floats(p.vm.Value(output)) }

// floats returns the values of a float tensor or scalar, copied unless they are
// float64.
func floats(v G.Value) []float64 {
	switch d := v.Data().(type) {
	case []float64:
		return d
	case []float32:
		return float64s(d)
	case float32, float64:
		return []float64{scalar(v)}
	}
	panic(fmt.Sprintf("have values of type %T, want floats", v.Data()))
}

// meanStd are the mean and the standard deviation of a tensor's values, which are
// many: they are not copied.
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

// deadShare is the share of the units, the last axis of v, that are 0 throughout.
func deadShare(v G.Value, units int) float64 {
	alive := make([]bool, units)
	switch d := v.Data().(type) {
	case []float32:
		wake(alive, d)
	case []float64:
		wake(alive, d)
	}
	dead := 0
	for _, a := range alive {
		if !a {
			dead++
		}
	}
	return float64(dead) / float64(units)
}

// wake notes the units that are not 0 somewhere.
func wake[F f32.Float](alive []bool, v []F) {
	for len(v) > 0 {
		for i, x := range v[:len(alive)] {
			if x != 0 {
				alive[i] = true
			}
		}
		v = v[len(alive):]
	}
}
