package signal

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
	"zoo/internal/ops"
)

// kernelName is the name of a node's op if it is an op of package ops, and not one that
// another module gave to nn.Apply; otherwise it is empty.
func kernelName(n *G.Node) string {
	var kernel ops.Kernel
	switch op := n.Op().(type) {
	case *ops.Forward[float32]:
		kernel = op.Kernel
	case *ops.Forward[float64]:
		kernel = op.Kernel
	default:
		return ""
	}
	if _, outside := kernel.(ops.Outside); outside {
		return ""
	}
	return kernel.Name()
}

// A linearMap is a layer with all weights 1 and no bias, on one example.
type linearMap struct {
	forward  func(x []float64) []float64  // the elements of an input, to those of the output
	backward func(dy []float64) []float64 // the elements of an output, to those of the input
}

func linearOf(n *G.Node) linearMap {
	switch op := n.Op().(type) {
	case *ops.Forward[float32]:
		return kernelMap(op)
	case *ops.Forward[float64]:
		return kernelMap(op)
	}
	panic(fmt.Sprintf("%v is not an op of package ops", n))
}

func kernelMap[F f32.Float](op *ops.Forward[F]) linearMap {
	one := func(s tensor.Shape) tensor.Shape {
		s = s.Clone()
		s[0] = 1
		return s
	}
	xShape, yShape := one(op.Inputs()[0]), one(op.Output())
	in := []ops.Tensor[F]{filled[F](xShape, 0)}
	for i, s := range op.Inputs()[1:] {
		in = append(in, filled[F](s, float64(1-i))) // weights 1, biases 0
	}
	return linearMap{
		forward: func(x []float64) []float64 {
			return unscaled(x, func(x []float64) []float64 {
				out, in := filled[F](yShape, 0), slices.Clone(in)
				in[0] = tensorOf[F](xShape, x)
				ops.RunForward(op.Kernel, ops.NewCtx[F](), out, in)
				return float64s(out.V)
			})
		},
		backward: func(dy []float64) []float64 {
			return unscaled(dy, func(dy []float64) []float64 {
				din := []ops.Tensor[F]{filled[F](xShape, 0)}
				for _, s := range op.Inputs()[1:] {
					din = append(din, ops.Tensor[F]{Shape: s})
				}
				ops.RunBackward(op.Kernel, ops.NewCtx[F](), din, tensorOf[F](yShape, dy), filled[F](yShape, 0), in)
				return float64s(din[0].V)
			})
		},
	}
}

// unscaled calls a linear function with numbers up to 1: the squares of small float32
// would underflow.
func unscaled(x []float64, f func(x []float64) []float64) []float64 {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 || math.IsInf(largest, 0) {
		return f(x)
	}
	return scaledBy(largest, f(scaledBy(1/largest, x)))
}

func tensorOf[F f32.Float](shape tensor.Shape, v []float64) ops.Tensor[F] {
	t := ops.Tensor[F]{Shape: shape, V: make([]F, len(v))}
	for i, x := range v {
		t.V[i] = F(x)
	}
	return t
}

func filled[F f32.Float](shape tensor.Shape, v float64) ops.Tensor[F] {
	return ops.Tensor[F]{Shape: shape, V: slices.Repeat([]F{F(v)}, shape.TotalSize())}
}

func float64s[F f32.Float](v []F) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}
