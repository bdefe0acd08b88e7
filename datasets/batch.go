package datasets

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// NewBatch returns a batch with room for size rows of a Spec.
func NewBatch(s Spec, size int) *Batch {
	room := func(fields []Field) (ts []*tensor.Dense) {
		for _, f := range fields {
			ts = append(ts, tensor.New(tensor.WithShape(append([]int{size}, f.Shape...)...), tensor.Of(f.Dtype)))
		}
		return ts
	}
	return &Batch{X: room(s.Inputs), Y: room(s.Targets)}
}

// Row is row i of a tensor of a batch: the values of one example, to be read or written.
func Row[T float32 | int](t *tensor.Dense, i int) []T {
	all := t.Data().([]T)
	size := len(all) / t.Shape()[0]
	return all[i*size : (i+1)*size]
}

// Pad sets N to n, and makes padding of the rows from there on.
func (b *Batch) Pad(n int) {
	b.N = n
	for _, t := range b.X {
		padded(t, n, 0, 0)
	}
	for _, t := range b.Y {
		padded(t, n, float32(math.NaN()), -1)
	}
}

// padded fills the rows of t from n on with a value, that of the tensor's type.
func padded(t *tensor.Dense, n int, number float32, integer int) {
	for i := n; i < t.Shape()[0]; i++ {
		switch t.Dtype() {
		case tensor.Float32:
			fill(Row[float32](t, i), number)
		case tensor.Int:
			fill(Row[int](t, i), integer)
		default:
			panic(fmt.Sprintf("datasets: have a field of %v, want float32 or int", t.Dtype()))
		}
	}
}

func fill[T any](values []T, v T) {
	for i := range values {
		values[i] = v
	}
}

// Count is how many batches a plan makes of the examples of its part. A plan that makes no
// sense is an error.
func (p Plan) Count(examples int) (int, error) {
	switch {
	case p.Size < 1:
		return 0, fmt.Errorf("have a batch of %d examples, want at least 1", p.Size)
	case p.First < 0:
		return 0, fmt.Errorf("have batch %d to begin with, want 0 or more", p.First)
	case !p.Training:
		return (examples + p.Size - 1) / p.Size, nil
	case p.Split != Train:
		return 0, fmt.Errorf("have the %s part to train with, want train", p.Split)
	case examples < p.Size:
		return 0, fmt.Errorf("have %d training examples, want at least the %d of one batch", examples, p.Size)
	}
	return examples / p.Size, nil
}
