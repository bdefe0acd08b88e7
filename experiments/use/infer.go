package use

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/weights"
	"zoo/internal/npy"
	"zoo/nn"
)

// inferBatch is how many examples go through the network at once.
const inferBatch = 32

// Infer returns the logits (N, ..., classes) of a network with the given weights for
// inputs x: images (N, C, H, W), as they are published, vectors (N, D), or sequences of
// tokens (N, T) or of numbers (N, T, C). The number of classes is the reference's where it
// is 0.
func Infer(ctx context.Context, r ModelReference, w *weights.File, x npy.Array, classes int) (npy.Array, error) {
	shape, err := inputShape(x.Shape)
	if err != nil {
		return npy.Array{}, err
	}
	spec, err := r.Spec(shape, classes)
	if err == nil {
		err = checkTokens(x, spec.Inputs[0])
	}
	if err != nil {
		return npy.Array{}, err
	}
	n := x.Shape[0]
	p, pr, err := r.Build(ctx, nn.Infer, spec, min(n, inferBatch))
	if err != nil {
		return npy.Array{}, err
	}
	if err := w.Load(p, r.Model, spec, false); err != nil {
		return npy.Array{}, err
	}
	pr.HoldWeights(n > pr.Batch)
	in := tensor.New(tensor.Of(spec.Inputs[0].Dtype), tensor.WithShape(append([]int{pr.Batch}, shape...)...))
	size := len(x.Data) / n
	y := npy.Array{Shape: append([]int{n}, spec.Outputs()...)}
	for from := 0; from < n; from += pr.Batch {
		if err := ctx.Err(); err != nil {
			return npy.Array{}, err
		}
		rows := min(pr.Batch, n-from)
		fill(in, x.Data[from*size:(from+rows)*size], shape)
		if _, err := pr.Run([]*tensor.Dense{in}, nil); err != nil {
			return npy.Array{}, err
		}
		logits := pr.Logits().Data().([]float32)
		y.Data = append(y.Data, logits[:len(logits)/pr.Batch*rows]...)
	}
	return y, nil
}

// inputShape is the shape of one example as networks take it, (H, W, C), (T, C), (D) or
// (T), of examples as they are published.
func inputShape(s []int) ([]int, error) {
	for _, d := range s {
		if d == 0 {
			return nil, fmt.Errorf("have shape %v: nothing to infer from, want at least one example", tensor.Shape(s))
		}
	}
	switch len(s) {
	case 2, 3:
		return s[1:], nil
	case 4:
		return []int{s[2], s[3], s[1]}, nil
	}
	return nil, fmt.Errorf("have shape %v, want images (N, C, H, W), vectors (N, D), or sequences (N, T) or (N, T, C)", tensor.Shape(s))
}

// checkTokens returns an error if examples for an input of tokens have numbers that are
// none.
func checkTokens(x npy.Array, in datasets.Field) error {
	if in.Dtype != tensor.Int {
		return nil
	}
	for i, v := range x.Data {
		if !(v >= 0 && v < float32(in.Size)) || v != float32(int(v)) {
			return fmt.Errorf("have %v at %v, want tokens: whole numbers from 0 to %d", v, placeIn(x, i), in.Size-1)
		}
	}
	return nil
}

// CheckInput returns an error if examples cannot be what was meant for [Infer]: there must be
// at least one, of a shape that a network can take, without NaN or infinity, for which
// the logits would be NaN.
func CheckInput(x npy.Array) error {
	if _, err := inputShape(x.Shape); err != nil {
		return err
	}
	var first, count int
	for i, v := range x.Data {
		if v-v != 0 {
			if count == 0 {
				first = i
			}
			count++
		}
	}
	if count == 0 {
		return nil
	}
	return fmt.Errorf("have %v at %v, the first of %d values that are not finite, want numbers within float32", x.Data[first], placeIn(x, first), count)
}

// placeIn is the index of a value of an array.
func placeIn(x npy.Array, i int) tensor.Shape {
	index := make([]int, len(x.Shape))
	for d := len(x.Shape) - 1; d >= 0; d-- {
		index[d], i = i%x.Shape[d], i/x.Shape[d]
	}
	return index
}

// fill copies examples to a batch of examples of the given shape: planes of pixels become
// pixels of channels. What remains of the batch is zero.
func fill(batch *tensor.Dense, src []float32, shape []int) {
	if tokens, ok := batch.Data().([]int); ok {
		clear(tokens)
		for i, v := range src {
			tokens[i] = int(v)
		}
		return
	}
	dst := batch.Data().([]float32)
	clear(dst[copy(dst, src):])
	if len(shape) != 3 {
		return
	}
	pixels, channels := shape[0]*shape[1], shape[2]
	for at := 0; at < len(src); at += pixels * channels {
		for c := range channels {
			for i := range pixels {
				dst[at+i*channels+c] = src[at+c*pixels+i]
			}
		}
	}
}
