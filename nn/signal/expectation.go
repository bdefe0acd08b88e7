package signal

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
	"zoo/internal/ops"
)

// normalPoints and normalWeights are those of an integral over the normal
// distribution, by Gauss-Legendre quadrature in each half: the kink of a ReLU is between
// them.
var normalPoints, normalWeights = func() (z, w []float64) {
	const half, end = 64, 12
	z, w = make([]float64, half), make([]float64, half)
	quad.Legendre{}.FixedLocations(z, w, 0, end)
	for i := range half {
		w[i] *= distuv.UnitNormal.Prob(z[i])
		z, w = append(z, -z[i]), append(w, w[i])
	}
	return z, w
}()

// A function is an activation: φ and φ' at some points. slope is PReLU's.
type function func(slope float64, x []float64) (phi, derivative []float64)

// expect returns E[φ(√q·z)²], E[φ(√q·z)] and E[φ'(√q·z)²] with z normal.
func (f function) expect(slope, q float64) (square, mean, derivative float64) {
	phi, d := f(slope, scaledBy(math.Sqrt(q), normalPoints))
	for i, w := range normalWeights {
		square += w * phi[i] * phi[i]
		mean += w * phi[i]
		derivative += w * d[i] * d[i]
	}
	return square, mean, derivative
}

// activationOf returns the function that the kernel of an activation's node computes.
func activationOf(n *G.Node) function {
	switch op := n.Op().(type) {
	case *ops.Forward[float32]:
		return kernelFunction(op)
	case *ops.Forward[float64]:
		return kernelFunction(op)
	}
	panic(fmt.Sprintf("%v is not an op of package ops", n))
}

func kernelFunction[F f32.Float](op *ops.Forward[F]) function {
	return func(slope float64, x []float64) (phi, derivative []float64) {
		shape := tensor.Shape{len(x), 1}
		in := []ops.Tensor[F]{tensorOf[F](shape, x)}
		din := []ops.Tensor[F]{filled[F](shape, 0)}
		if len(op.Inputs()) > 1 {
			in = append(in, filled[F](tensor.Shape{1}, slope))
			din = append(din, ops.Tensor[F]{Shape: tensor.Shape{1}})
		}
		out := filled[F](shape, 0)
		ops.RunForward(op.Kernel, ops.NewCtx[F](), out, in)
		ops.RunBackward(op.Kernel, ops.NewCtx[F](), din, filled[F](shape, 1), out, in)
		return float64s(out.V), float64s(din[0].V)
	}
}
