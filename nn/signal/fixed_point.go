package signal

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// FixedPoint is the mean field of infinitely many wide layers, with weights of
// variance weightVar/fan-in, biases of variance biasVar, and an activation (Poole
// et al. 2016; Schoenholz et al. 2017):
//
//   - q is the mean square of a layer's output that the next layer reproduces,
//     q = weightVar·E[φ(√q·z)²] + biasVar, reached from 1;
//   - chi is what the gradient's mean square is multiplied by in a layer there,
//     χ₁ = weightVar·E[φ'(√q·z)²]: below 1 gradients vanish, above they explode;
//   - depthScale is ξ_c = 1/|ln χ₁|, how many layers that takes. Networks of up to
//     about six times that depth train.
//
// It is an error if the mean square grows without a limit.
func FixedPoint(activation string, weightVar, biasVar float64) (q, chi, depthScale float64, err error) {
	if !(weightVar >= 0) || !(biasVar >= 0) {
		return 0, 0, 0, fmt.Errorf("have variances %v and %v, want none negative", weightVar, biasVar)
	}
	phi, slope, err := functionOf(activation)
	if err != nil {
		return 0, 0, 0, err
	}
	next := func(q float64) float64 {
		square, _, _ := phi.expect(slope, q)
		return weightVar*square + biasVar
	}
	const rounds, tolerance = 1000, 1e-14
	q = 1
	for range rounds {
		a := next(q)
		b := next(a)
		if math.Abs(b-a) <= tolerance*max(1, b) {
			_, _, d := phi.expect(slope, b)
			chi = weightVar * d
			return b, chi, 1 / math.Abs(math.Log(chi)), nil
		}
		// Aitken: the limit of a sequence whose steps shrink by one factor r.
		if r := (b - a) / (a - q); math.Abs(r) < 1-1e-8 {
			q = max(0, b+(b-a)*r/(1-r))
		} else {
			q = b
		}
	}
	return 0, 0, 0, fmt.Errorf("%s with weights of variance %v/fan-in and biases of variance %v: the mean square has no limit, it is %.3g", activation, weightVar, biasVar, q)
}

// functionOf returns an activation by its name, and the slope that PReLU starts with.
func functionOf(activation string) (phi function, slope float64, err error) {
	var x, y *G.Node // (1, 2)
	set := nn.Settings{
		Options: nn.Options{Init: "zero", ResidualInit: "none", Norm: "none", Activation: activation},
		Batch:   1,
		Spec:    datasets.Spec{Inputs: []datasets.Field{{Name: "x", Dtype: tensor.Float64, Shape: []int{2}}}, Targets: []datasets.Field{datasets.Label(2)}},
	}
	p := nn.NewParams(0, tensor.Float64)
	if _, err := nn.Build(p, nn.Infer, network(func(s *nn.Scope, in *G.Node) *G.Node {
		x, y = in, nn.Act(s, in)
		return y
	}), set); err != nil {
		return nil, 0, err
	}
	if y == x {
		return func(_ float64, x []float64) (phi, derivative []float64) {
			return x, slices.Repeat([]float64{1}, len(x))
		}, 0, nil
	}
	for _, q := range p.All() { // of PReLU
		slope = q.Value.Data().([]float64)[0]
	}
	return activationOf(y), slope, nil
}

// A network is a nn.Network that is one function of one input.
type network func(s *nn.Scope, x *G.Node) *G.Node

// Build implements nn.Network.
func (f network) Build(s *nn.Scope, in ...*G.Node) *G.Node { return f(s, in[0]) }
