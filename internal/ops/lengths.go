package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// The ops of sequences x (N, T, C) that have different lengths. lengths are integers (N) or
// (N, 1): how many of the T positions each example has, from the first on. What lies
// beyond is padding. Another number than 0 to T ends the run with an error. nil stands for T
// everywhere.

// Reverse is x with the positions of each example in reverse order: (N, T, C). The padding
// stays where it is.
func Reverse(x, lengths *G.Node) (*G.Node, error) {
	return applyLengths(reverse[float32]{padded(lengths)}, reverse[float64]{padded(lengths)}, x, lengths)
}

// Mask is x with zeros in the place of the padding: (N, T, C).
func Mask(x, lengths *G.Node) (*G.Node, error) {
	return applyLengths(mask[float32]{padded(lengths)}, mask[float64]{padded(lengths)}, x, lengths)
}

// TakeLast is the last position of each example before the padding: (N, C). Of an example
// of length 0 it is zeros.
func TakeLast(x, lengths *G.Node) (*G.Node, error) {
	return applyLengths(takeLast[float32]{padded(lengths)}, takeLast[float64]{padded(lengths)}, x, lengths)
}

func applyLengths(k32, k64 Kernel, x, lengths *G.Node) (*G.Node, error) {
	if lengths != nil {
		if err := wantIntegers(k32.Name(), "lengths", lengths); err != nil {
			return nil, err
		}
	}
	return Apply(k32, k64, optional([]*G.Node{x}, lengths)...)
}

// checkLengths fails unless lengths are those of n examples.
func checkLengths(lengths tensor.Shape, n int) error {
	if !same(lengths, tensor.Shape{n}) && !same(lengths, tensor.Shape{n, 1}) {
		return fmt.Errorf("have lengths %v, want (%d), one for each example", lengths, n)
	}
	return nil
}

// checkLength panics unless an example can have that length.
func checkLength(length, example, t int) {
	if length < 0 || length > t {
		panic(fmt.Sprintf("have length %d of example %d, want 0 to %d", length, example, t))
	}
}

// ofLengths is what the kernels of sequences with lengths have in common.
type ofLengths struct {
	inputs int // 1 or, with lengths, 2
}

func padded(lengths *G.Node) ofLengths {
	if lengths == nil {
		return ofLengths{1}
	}
	return ofLengths{2}
}

func (k ofLengths) Batched() int { return k.inputs }

func (k ofLengths) Reads() (in []int, out bool) {
	if k.inputs == 2 {
		in = []int{1}
	}
	return in, false
}

func (k ofLengths) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 3 {
		return nil, fmt.Errorf("have input %v, want (N, T, C)", x)
	}
	if k.inputs == 2 {
		if err := checkLengths(in[1], x[0]); err != nil {
			return nil, err
		}
	}
	return x.Clone(), nil
}

// eachSequence calls f for each example, with the place at which its values begin, and its
// length. first is the number of the first example in its batch.
func eachSequence[F f32.Float](k ofLengths, first int, in []Tensor[F], f func(example, at, length int)) {
	x := in[0].Shape
	for i := range x[0] {
		length := x[1]
		if k.inputs == 2 {
			length = in[1].I[i]
			checkLength(length, first+i, x[1])
		}
		f(i, i*x[1]*x[2], length)
	}
}

type reverse[F f32.Float] struct{ ofLengths }

func (reverse[F]) Name() string { return "reverse" }

func (k reverse[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) { k.turn(c, out.V, in[0].V, in) }

// Backward is Forward: what is turned twice is as it was.
func (k reverse[F]) Backward(c *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if din[0].V != nil {
		k.turn(c, din[0].V, dout.V, in)
	}
}

func (k reverse[F]) turn(c *Ctx[F], dst, src []F, in []Tensor[F]) {
	t, d := in[0].Shape[1], in[0].Shape[2]
	eachSequence(k.ofLengths, c.Part().First, in, func(_, at, length int) {
		for i := range length {
			copy(dst[at+i*d:][:d], src[at+(length-1-i)*d:])
		}
		copy(dst[at+length*d:at+t*d], src[at+length*d:])
	})
}

type mask[F f32.Float] struct{ ofLengths }

func (mask[F]) Name() string { return "mask" }

func (k mask[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) { k.clear(c, out.V, in[0].V, in) }

func (k mask[F]) Backward(c *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	if din[0].V != nil {
		k.clear(c, din[0].V, dout.V, in)
	}
}

func (k mask[F]) clear(c *Ctx[F], dst, src []F, in []Tensor[F]) {
	t, d := in[0].Shape[1], in[0].Shape[2]
	eachSequence(k.ofLengths, c.Part().First, in, func(_, at, length int) {
		copy(dst[at:at+length*d], src[at:])
		clear(dst[at+length*d : at+t*d])
	})
}

type takeLast[F f32.Float] struct{ ofLengths }

func (takeLast[F]) Name() string { return "take-last" }

func (k takeLast[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, err := k.ofLengths.Shape(in)
	if err != nil {
		return nil, err
	}
	return tensor.Shape{x[0], x[2]}, nil
}

func (k takeLast[F]) Forward(c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	d := channels(out.Shape)
	eachSequence(k.ofLengths, c.Part().First, in, func(example, at, length int) {
		y := out.V[example*d:][:d]
		if length == 0 {
			clear(y)
			return
		}
		copy(y, in[0].V[at+(length-1)*d:])
	})
}

func (k takeLast[F]) Backward(c *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	dx, d := din[0].V, channels(dout.Shape)
	if dx == nil {
		return
	}
	clear(dx)
	eachSequence(k.ofLengths, c.Part().First, in, func(example, at, length int) {
		if length > 0 {
			copy(dx[at+(length-1)*d:], dout.V[example*d:][:d])
		}
	})
}
