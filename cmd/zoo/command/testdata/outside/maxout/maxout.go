// Package maxout is the network of Goodfellow et al. 2013, with the op that it needs.
package maxout

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

// Network has one hidden layer, each of whose units is the largest of some linear ones.
type Network struct {
	Units  int `doc:"units of the hidden layer"`
	Pieces int `doc:"linear pieces of each unit, of which the largest counts"`
}

func init() {
	architectures.Register(architectures.Model{
		Name: "maxout", Paper: "Goodfellow et al. 2013, Maxout networks",
		Network: Network{Units: 240, Pieces: 5},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "linear", Dropout: 0.5},
		Data:    datasets.Images(28, 28, 1, 10),
	})
}

// Validate reports hyperparameters that no network can have.
func (m Network) Validate() (ps []nn.Problem) {
	if m.Units < 1 {
		ps = append(ps, nn.Problem{Key: "units", Message: fmt.Sprintf("have %d, want at least 1 unit", m.Units)})
	}
	if m.Pieces < 2 {
		ps = append(ps, nn.Problem{Key: "pieces", Message: fmt.Sprintf("have %d, want at least 2 pieces", m.Pieces)})
	}
	return ps
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m Network) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := nn.FullyConnected(s.In("fc1"), in[0], m.Units*m.Pieces) // (N, Units·Pieces)
	x = Max(s.In("maxout"), x, m.Pieces)                         // (N, Units)
	return nn.Logits(s.In("fc2"), nn.Dropout(s.In("dropout"), x))
}

// Max takes the largest of each pieces values that follow one another: x (N, U·pieces) to
// (N, U).
func Max(s *nn.Scope, x *G.Node, pieces int) *G.Node {
	return nn.Apply(s, largest[float32]{pieces}, largest[float64]{pieces}, x)
}

type largest[F nn.Float] struct{ pieces int }

func (largest[F]) Name() string         { return "maxout" }
func (largest[F]) Batched() int         { return 1 }
func (largest[F]) Reads() ([]int, bool) { return []int{0}, false }

func (k largest[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if len(in) != 1 || in[0].Dims() != 2 || in[0][1]%k.pieces != 0 {
		return nil, fmt.Errorf("have inputs %v, want (N, U·%d)", in, k.pieces)
	}
	return tensor.Shape{in[0][0], in[0][1] / k.pieces}, nil
}

// at is where the largest piece of unit i is.
func (k largest[F]) at(x []F, i int) int {
	best := i * k.pieces
	for j := best + 1; j < (i+1)*k.pieces; j++ {
		if x[j] > x[best] {
			best = j
		}
	}
	return best
}

func (k largest[F]) Forward(out nn.Tensor[F], in []nn.Tensor[F]) {
	for i := range out.V {
		out.V[i] = in[0].V[k.at(in[0].V, i)]
	}
}

func (k largest[F]) Backward(din []nn.Tensor[F], dout, _ nn.Tensor[F], in []nn.Tensor[F]) {
	if din[0].V == nil {
		return
	}
	clear(din[0].V)
	for i, d := range dout.V {
		din[0].V[k.at(in[0].V, i)] = d
	}
}
