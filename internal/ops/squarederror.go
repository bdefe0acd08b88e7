package ops

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// SquaredError is the mean, over the rows of y (..., K) whose target is not −1, of
// Σₖ (y[k] − t[k])², where t is on at the target's place and off elsewhere; without
// such a row it is 0. targets (...) are integers, from −1 to K−1. The result is a
// scalar.
//
// With on 1 and off −1 it is the criterion of LeCun et al. 1989. It is a sum over
// the outputs: the mean over them is 1/K of it.
func SquaredError(y, targets *G.Node, on, off float64) (*G.Node, error) {
	if err := wantIntegers("squared-error", "targets", targets); err != nil {
		return nil, err
	}
	return Apply(squaredError[float32]{on, off}, squaredError[float64]{on, off}, y, targets)
}

type squaredError[F f32.Float] struct{ on, off float64 }

func (squaredError[F]) Name() string                                  { return "squared-error" }
func (squaredError[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return rowsShape(in) }

func (k squaredError[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	classes := channels(in[0].Shape)
	counted := countTargets(in[1].I, classes)
	var sum float64
	for r, t := range in[1].I {
		if t < 0 {
			continue
		}
		for j, v := range in[0].V[r*classes:][:classes] {
			d := float64(v) - k.target(t, j)
			sum += d * d
		}
	}
	out.V[0] = F(sum / max(1, float64(counted)))
}

func (k squaredError[F]) target(t, j int) float64 {
	if t == j {
		return k.on
	}
	return k.off
}

func (squaredError[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (k squaredError[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	dy := din[0].V
	if dy == nil {
		return
	}
	classes := channels(in[0].Shape)
	weight := 2 * float64(dout.V[0]) / max(1, float64(countTargets(in[1].I, classes)))
	clear(dy)
	for r, t := range in[1].I {
		if t < 0 {
			continue
		}
		for j, v := range in[0].V[r*classes:][:classes] {
			dy[r*classes+j] = F(weight * (float64(v) - k.target(t, j)))
		}
	}
}
