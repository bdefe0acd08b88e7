package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// The ops that make tokens (N, T, D) of images and take them apart.

// Tokens takes each pixel of images x (N, H, W, D) as a token: (N, H·W, D).
func Tokens(x *G.Node) (*G.Node, error) { return Apply(tokens[float32]{}, tokens[float64]{}, x) }

type tokens[F f32.Float] struct{}

func (tokens[F]) Name() string { return "tokens" }
func (tokens[F]) Batched() int { return 1 }

func (tokens[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 4 {
		return nil, fmt.Errorf("have input %v, want (N, H, W, D)", x)
	}
	return tensor.Shape{x[0], x[1] * x[2], x[3]}, nil
}

func (tokens[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) { copy(out.V, in[0].V) }

func (tokens[F]) Reads() ([]int, bool) { return nil, false }

func (tokens[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], _ []Tensor[F]) {
	copy(din[0].V, dout.V)
}

// ClassToken puts one token, t (1, 1, D), in front of those of every example of
// x (N, T, D): (N, 1 + T, D).
func ClassToken(x, t *G.Node) (*G.Node, error) {
	return Apply(classToken[float32]{}, classToken[float64]{}, x, t)
}

type classToken[F f32.Float] struct{}

func (classToken[F]) Name() string { return "class-token" }
func (classToken[F]) Batched() int { return 1 }

func (classToken[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x, t := in[0], in[1]
	if x.Dims() != 3 || !same(t, tensor.Shape{1, 1, x[2]}) {
		return nil, fmt.Errorf("have input %v and token %v, want (N, T, D) and (1, 1, D)", x, t)
	}
	return tensor.Shape{x[0], 1 + x[1], x[2]}, nil
}

func (classToken[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	token, size := in[1].V, len(out.V)/out.Shape[0]
	rest := size - len(token)
	for i := range out.Shape[0] {
		y := out.V[i*size:][:size] // (1 + T, D)
		copy(y, token)
		copy(y[len(token):], in[0].V[i*rest:][:rest])
	}
}

func (classToken[F]) Reads() ([]int, bool) { return nil, false }

func (classToken[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	n, d := dout.Shape[0], dout.Shape[2]
	size := len(dout.V) / n
	if dt := din[1].V; dt != nil {
		clear(dt)
		for i := range n {
			f32.Add(dt, dt, dout.V[i*size:][:d])
		}
	}
	if dx := din[0].V; dx != nil {
		f32.Parallel(n, func(_, i int) { copy(dx[i*(size-d):][:size-d], dout.V[i*size+d:]) })
	}
}

// TakeToken is token i of each example of x (N, T, D): (N, D).
func TakeToken(x *G.Node, i int) (*G.Node, error) {
	return Apply(takeToken[float32]{i}, takeToken[float64]{i}, x)
}

type takeToken[F f32.Float] struct{ token int }

func (takeToken[F]) Name() string { return "take-token" }
func (takeToken[F]) Batched() int { return 1 }

func (k takeToken[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	x := in[0]
	if x.Dims() != 3 || k.token < 0 || k.token >= x[1] {
		return nil, fmt.Errorf("have input %v and token %d, want (N, T, D) and one of its tokens 0 to T−1", x, k.token)
	}
	return tensor.Shape{x[0], x[2]}, nil
}

func (k takeToken[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	t, d := in[0].Shape[1], in[0].Shape[2]
	for i := range out.Shape[0] {
		copy(out.V[i*d:][:d], in[0].V[(i*t+k.token)*d:])
	}
}

func (takeToken[F]) Reads() ([]int, bool) { return nil, false }

func (k takeToken[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	t, d := in[0].Shape[1], in[0].Shape[2]
	clear(din[0].V)
	if din[0].V != nil {
		for i := range dout.Shape[0] {
			copy(din[0].V[(i*t+k.token)*d:], dout.V[i*d:][:d])
		}
	}
}
