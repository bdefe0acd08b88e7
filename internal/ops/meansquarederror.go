package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// MeanSquaredError is the mean of (y − t)² over the values of targets t (...) that are not
// NaN, for outputs y of the same shape; without such a value it is 0. The result is a
// scalar.
func MeanSquaredError(y, targets *G.Node) (*G.Node, error) {
	return Apply(meanSquaredError[float32]{}, meanSquaredError[float64]{}, y, targets)
}

type meanSquaredError[F f32.Float] struct{}

func (meanSquaredError[F]) Name() string { return "mean-squared-error" }

func (meanSquaredError[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() < 1 || !same(in[0], in[1]) {
		return nil, fmt.Errorf("have outputs %v and targets %v, want equal shapes", in[0], in[1])
	}
	return tensor.ScalarShape(), nil
}

// counted is how many targets count, at least 1.
func (meanSquaredError[F]) counted(targets []F) float64 {
	n := 0
	for _, t := range targets {
		if t == t {
			n++
		}
	}
	return float64(max(1, n))
}

func (k meanSquaredError[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	sum := 0.0
	for i, t := range in[1].V {
		if t == t {
			d := float64(in[0].V[i]) - float64(t)
			sum += d * d
		}
	}
	out.V[0] = F(sum / k.counted(in[1].V))
}

func (meanSquaredError[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k meanSquaredError[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	weight := 2 * float64(dout.V[0]) / k.counted(in[1].V)
	for i, t := range in[1].V {
		g := weight * (float64(in[0].V[i]) - float64(t))
		if math.IsNaN(float64(t)) {
			g = 0
		}
		if din[0].V != nil {
			din[0].V[i] = F(g)
		}
		if din[1].V != nil {
			din[1].V[i] = F(-g)
		}
	}
}
