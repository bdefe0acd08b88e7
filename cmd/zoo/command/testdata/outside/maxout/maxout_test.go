package maxout

import (
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/nn"
)

// x is (3, 6).
var x = tensor.New(tensor.WithShape(3, 6), tensor.WithBacking([]float64{
	0.3, -1, 2, 5, 4, -3,
	1, 2, 3, -1, -2, -3,
	0.1, 0.2, 0.5, 7, 8, 6,
}))

func TestLargest(t *testing.T) {
	if err := nn.CheckOp(largest[float32]{3}, largest[float64]{3}, x); err != nil {
		t.Error(err)
	}
}

// wrong gives the gradient to the first piece, whichever is the largest.
type wrong[F nn.Float] struct{ largest[F] }

func (k wrong[F]) Backward(din []nn.Tensor[F], dout, _ nn.Tensor[F], in []nn.Tensor[F]) {
	if din[0].V == nil {
		return
	}
	clear(din[0].V)
	for i, d := range dout.V {
		din[0].V[i*k.pieces] = d
	}
}

func TestWrongGradientIsFound(t *testing.T) {
	err := nn.CheckOp(wrong[float32]{largest[float32]{3}}, wrong[float64]{largest[float64]{3}}, x)
	if err == nil || !strings.Contains(err.Error(), "maxout in float64: gradient of input 0: have") {
		t.Errorf("have error %v", err)
	}
}
