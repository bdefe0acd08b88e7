package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// TensorOf returns Gorgonia's value as a kernel sees it, sharing its memory.
// Scalars are tensors of one element. The value must be contiguous.
func TensorOf[F f32.Float](v G.Value) Tensor[F] {
	t := Tensor[F]{Shape: v.Shape()}
	switch d := v.Data().(type) {
	case []F:
		t.V = d
	case F:
		t.V = []F{d}
	case []int:
		t.I = d
	case int:
		t.I = []int{d}
	default:
		panic(fmt.Sprintf("have values of type %T, want %v or integers", d, dtypeOf[F]()))
	}
	return t
}

func tensorsOf[F f32.Float](vs []G.Value) []Tensor[F] {
	ts := make([]Tensor[F], len(vs))
	for i, v := range vs {
		ts[i] = TensorOf[F](v)
	}
	return ts
}

func newTensor[F f32.Float](s tensor.Shape) Tensor[F] {
	return Tensor[F]{Shape: s, V: make([]F, s.TotalSize())}
}

// valueOf returns t as Gorgonia's value, sharing its memory unless it is a scalar.
func valueOf[F f32.Float](t Tensor[F]) G.Value {
	if t.Shape.IsScalar() {
		if v, ok := any(t.V[0]).(float32); ok {
			return G.NewF32(v)
		}
		return G.NewF64(float64(t.V[0]))
	}
	return tensor.New(tensor.WithShape(t.Shape...), tensor.WithBacking(t.V))
}
