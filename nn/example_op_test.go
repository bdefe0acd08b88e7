package nn_test

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// softsign is x/(1 + |x|), for x of any shape (Glorot & Bengio 2010).
type softsign[F nn.Float] struct{}

func (softsign[F]) Name() string                                  { return "softsign" }
func (softsign[F]) Batched() int                                  { return 1 } // the examples do not depend on one another
func (softsign[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return in[0], nil }
func (softsign[F]) Reads() ([]int, bool)                          { return []int{0}, false }

func (softsign[F]) Forward(out nn.Tensor[F], in []nn.Tensor[F]) {
	for i, x := range in[0].V {
		out.V[i] = x / (1 + max(x, -x))
	}
}

func (softsign[F]) Backward(din []nn.Tensor[F], dout, _ nn.Tensor[F], in []nn.Tensor[F]) {
	for i := range din[0].V {
		x := in[0].V[i]
		d := 1 + max(x, -x)
		din[0].V[i] = dout.V[i] / (d * d)
	}
}

// bounded is a network with the op between two layers.
type bounded struct{ Hidden int }

// Build takes vectors (N, D) and returns logits (N, classes).
func (m bounded) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := nn.Linear(s.In("fc1"), in[0], m.Hidden) // (N, Hidden)
	x = nn.Apply(s.In("softsign"), softsign[float32]{}, softsign[float64]{}, x)
	return nn.Logits(s.In("fc2"), x)
}

// An op is checked, and then it is a layer like any other.
func ExampleApply() {
	x := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{1, -0.5, 2, 0.1, -3, 0.7}))
	if err := nn.CheckOp(softsign[float32]{}, softsign[float64]{}, x); err != nil {
		fmt.Println(err)
		return
	}
	pr, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Train, bounded{Hidden: 8}, nn.Settings{
		Options: nn.Options{Init: "lecun_normal", ResidualInit: "none", Norm: "none", Activation: "linear"},
		Spec: datasets.Spec{
			Inputs:  []datasets.Field{{Name: "x", Dtype: tensor.Float32, Shape: []int{3}}},
			Targets: []datasets.Field{datasets.Label(2)},
		},
		Batch: 2,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range pr.Layers {
		fmt.Println(l.Path, l.Op, l.Out)
	}
	// Output:
	// fc1 linear [2 8]
	// softsign softsign [2 8]
	// fc2 linear [2 2]
}
