package nn_test

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// A perceptron has one hidden layer.
type perceptron struct{ Hidden int }

// Build takes vectors (N, D) and returns logits (N, classes).
func (m perceptron) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := nn.Act(s.In("act"), nn.Linear(s.In("fc1"), in[0], m.Hidden)) // (N, Hidden)
	return nn.Logits(s.In("fc2"), x)
}

// The settings are for one example of three values, and two classes.
var small = nn.Settings{
	Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"},
	Spec:    datasets.Spec{Inputs: []datasets.Field{{Name: "x", Dtype: tensor.Float32, Shape: []int{3}}}, Targets: []datasets.Field{datasets.Label(2)}},
	Batch:   1,
}

// A training program and one for inference share their parameters: a step down the
// gradient makes the target's logit the larger one.
func ExampleBuild() {
	p := nn.NewParams(1, tensor.Float32)
	train, err := nn.Build(p, nn.Train, perceptron{Hidden: 8}, small)
	if err != nil {
		fmt.Println(err)
		return
	}
	infer, err := nn.Build(p, nn.Infer, perceptron{Hidden: 8}, small)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, q := range p.All() {
		fmt.Println(q.Path, q.Shape)
	}
	x := []*tensor.Dense{tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float32{1, -1, 2}))}
	y := []*tensor.Dense{tensor.New(tensor.WithShape(1), tensor.WithBacking([]int{1}))}
	for range 20 {
		if _, err := train.Run(x, y); err != nil {
			fmt.Println(err)
			return
		}
		for _, q := range train.Trained() {
			w, g := q.Value.Data().([]float32), q.Grad.Data().([]float32)
			for i := range w {
				w[i] -= 0.1 * g[i]
			}
		}
		train.Finish()
	}
	if _, err := infer.Run(x, nil); err != nil {
		fmt.Println(err)
		return
	}
	z := infer.Logits().Data().([]float32)
	fmt.Println("class 1 wins:", z[1] > z[0])
	// Output:
	// fc1.weight (3, 8)
	// fc1.bias (8)
	// fc2.weight (8, 2)
	// fc2.bias (2)
	// class 1 wins: true
}

// The gradient of a class's logit with respect to the input says which of its values
// matter (Simonyan et al. 2013).
func ExampleExtend() {
	var saliency *G.Node // (1, 3)
	pr, err := nn.Extend(nn.NewParams(1, tensor.Float32), nn.Infer, perceptron{Hidden: 8}, small, nn.Extension{
		Outputs: func(g *nn.Graph) (G.Nodes, error) {
			class := g.Scope.Constant("class", []float64{0, 1}, 1, 2)
			gradients, err := g.Gradients(g.Logits, class, g.Inputs...)
			if err != nil {
				return nil, err
			}
			saliency = gradients[0]
			return G.Nodes{g.Logits, saliency}, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	x := tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float32{1, -1, 2}))
	if _, err := pr.Run([]*tensor.Dense{x}, nil); err != nil {
		fmt.Println(err)
		return
	}
	g, in, logit := pr.Value(saliency).Data().([]float32), x.Data().([]float32), pr.Logits().Data().([]float32)[1]
	sum := float64(g[0]*in[0] + g[1]*in[1] + g[2]*in[2])
	fmt.Println("the values' shares add up to the logit:", math.Abs(sum-float64(logit)) < 1e-5) // as all biases are 0
	// Output:
	// the values' shares add up to the logit: true
}
