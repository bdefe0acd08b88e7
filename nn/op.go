package nn

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/ops"
)

// Float is the type of a graph's numbers: float32, or float64 where a check needs its
// digits.
type Float interface{ float32 | float64 }

// A Tensor is an argument of an [Op]: a dense array in row-major order. It has a Shape,
// which is empty for a scalar, and its values in the slice V, or in I if they are integers,
// such as tokens and targets.
type Tensor[F Float] = ops.Tensor[F]

// An Op is a differentiable function of tensors, for layers that those of this package
// do not make. [Apply] adds it to a network, and [CheckOp] checks it. It is written once,
// as a generic type:
//
//	type softsign[F nn.Float] struct{}
//	...
//	y := nn.Apply(s.In("softsign"), softsign[float32]{}, softsign[float64]{}, x)
//
// An Op of pointer type may keep in its fields what Backward needs of Forward, because
// the two run in turn; then each Apply needs an Op of its own. Nothing else may outlive a
// call. Forward and Backward never change their inputs. If they panic, the run ends with an
// error that names the layer, the op and the shapes.
type Op[F Float] interface {
	// Name is the op's name in summaries, profiles and errors.
	Name() string
	// Shape returns the output's shape, which is empty for a scalar, or an error that says
	// what is wrong with the inputs: have X, want Y.
	Shape(in []tensor.Shape) (tensor.Shape, error)
	// Reads says what Backward reads besides the output's gradient: in[i] for each i listed,
	// and the output. The memory of what it does not read is used for something else.
	Reads() (in []int, out bool)
	// Forward overwrites out.V, which has the size of the shape and undefined contents.
	Forward(out Tensor[F], in []Tensor[F])
	// Backward overwrites din[i].V, the gradient of input i, wherever it is not nil, given
	// dout, that of the output. It is nil for integers and where the gradient is not needed.
	// Of in and out only what Reads names has values; the shapes are always there.
	Backward(din []Tensor[F], dout, out Tensor[F], in []Tensor[F])
}

// A BatchedOp computes each example of a batch by itself. Forward is given some consecutive
// examples at a time, on as many processors as there are, and so is Backward if every input
// is batched; otherwise Backward is given all of them at once. Neither keeps anything in the
// op's fields.
type BatchedOp[F Float] interface {
	Op[F]
	// Batched is how many inputs, the first ones, have the examples as their first axis, as
	// the output has. All examples share the others, such as weights.
	Batched() int
}

// Apply is the output of an op for the inputs in: of op32 in a graph of float32, of op64 in
// one of float64. Unless it is a scalar, such as a loss, it is a layer of the network's
// summary. An image's receptive field stays that of the inputs.
func Apply(s *Scope, op32 Op[float32], op64 Op[float64], in ...*G.Node) *G.Node {
	if i := slices.Index(in, nil); i >= 0 {
		s.Fail(fmt.Errorf("%s: input %d is nil", op32.Name(), i))
	}
	y := s.Must(ops.Apply(kernelOf(op32), kernelOf(op64), in...))
	if y.IsScalar() {
		return y
	}
	return s.record(Layer{Op: op32.Name()}, y, field{}, in...)
}

// kernelOf is an op as package ops has it.
func kernelOf[F Float](op Op[F]) ops.Whole[F] {
	if b, ok := op.(BatchedOp[F]); ok {
		return batchedKernel[F]{kernel[F]{op}, b}
	}
	return kernel[F]{op}
}

type kernel[F Float] struct{ op Op[F] }

func (k kernel[F]) Name() string         { return k.op.Name() }
func (k kernel[F]) Reads() ([]int, bool) { return k.op.Reads() }
func (k kernel[F]) Outside()             {}

func (k kernel[F]) Forward(_ *ops.Ctx[F], out Tensor[F], in []Tensor[F]) { k.op.Forward(out, in) }

func (k kernel[F]) Backward(_ *ops.Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	k.op.Backward(din, dout, out, in)
}

// Shape gives the op copies, since it could make the output's shape of an input's, in
// place. What the op says must be true: the executor relies on it.
func (k kernel[F]) Shape(in []tensor.Shape) (out tensor.Shape, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("have inputs %v, for which Shape panics: %v", in, r)
		}
	}()
	if out, err = k.op.Shape(clones(in)); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(out, func(d int) bool { return d < 1 }) {
		return nil, fmt.Errorf("have output %v for inputs %v, want positive sizes", out, in)
	}
	reads, _ := k.op.Reads()
	for _, i := range reads {
		if i < 0 || i >= len(in) {
			return nil, fmt.Errorf("reads input %d, want one from 0 to %d", i, len(in)-1)
		}
	}
	return out.Clone(), nil
}

func clones(shapes []tensor.Shape) []tensor.Shape {
	var all []tensor.Shape
	for _, s := range shapes {
		all = append(all, s.Clone())
	}
	return all
}

type batchedKernel[F Float] struct {
	kernel[F]
	batched BatchedOp[F]
}

func (k batchedKernel[F]) Batched() int { return k.batched.Batched() }

func (k batchedKernel[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	out, err := k.kernel.Shape(in)
	if err != nil {
		return nil, err
	}
	n := k.Batched()
	if n < 1 || n > len(in) {
		return nil, fmt.Errorf("have %d batched inputs, want 1 to %d", n, len(in))
	}
	if out.Dims() == 0 {
		return nil, errors.New("have a scalar, want an output with the examples as its first axis: the op is batched")
	}
	for i, x := range in[:n] {
		if x.Dims() == 0 || x[0] != out[0] {
			return nil, fmt.Errorf("have batched input %d of shape %v and output %v, want the same first axis", i, x, out)
		}
	}
	return out, nil
}
