package ops

import (
	"fmt"
	"hash"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Backward is the op that runs a kernel's Backward. A Gorgonia op has one
// result, a backward kernel has several: the op returns a handle, and the
// gradients are read from it by Taps.
type Backward[F f32.Float] struct {
	Forward  *Forward[F]
	id       uint64
	reads    []int
	readsOut bool
	types    []hm.Type
	din      []Tensor[F] // where Do leaves the gradients for the Taps
}

// handleShape is the shape of what a Backward node returns.
var handleShape = tensor.Shape{1}

// Args sorts the arguments of the node: the output's gradient, the output (nil
// values where it is not read) and the inputs (likewise).
func (b *Backward[F]) Args(args []Tensor[F]) (dout, out Tensor[F], in []Tensor[F]) {
	dout, args = args[0], args[1:]
	out.Shape = b.Forward.out
	if b.readsOut {
		out, args = args[0], args[1:]
	}
	in = make([]Tensor[F], len(b.Forward.in))
	for i, s := range b.Forward.in {
		in[i].Shape = s
	}
	for k, i := range b.reads {
		in[i] = args[k]
	}
	return dout, out, in
}

func (b *Backward[F]) Arity() int    { return len(b.types) }
func (b *Backward[F]) Type() hm.Type { return fnType(b.types, handleShape, b.Forward.dtype) }
func (b *Backward[F]) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return handleShape.Clone(), nil
}
func (b *Backward[F]) ReturnsPtr() bool      { return false }
func (b *Backward[F]) CallsExtern() bool     { return false }
func (b *Backward[F]) OverwritesInput() int  { return -1 }
func (b *Backward[F]) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s#%d", b, b.id) }
func (b *Backward[F]) Hashcode() uint32      { return hashOf(b) }
func (b *Backward[F]) String() string        { return b.Forward.Kernel.Name() + "'" }

// Do computes every gradient into new values, for VMs other than exec's.
func (b *Backward[F]) Do(args ...G.Value) (v G.Value, err error) {
	defer recovered(b.String(), b.Forward.in, &err)
	b.din = make([]Tensor[F], len(b.Forward.in))
	for i, s := range b.Forward.in {
		if b.din[i].Shape = s; b.Forward.isFloat(i) {
			b.din[i] = newTensor[F](s)
		}
	}
	dout, out, in := b.Args(tensorsOf[F](args))
	RunBackward[F](b.Forward.Kernel, NewCtx[F](), b.din, dout, out, in)
	return valueOf(newTensor[F](handleShape)), nil
}

// Tap is the op that hands out the gradient of one input.
type Tap[F f32.Float] struct {
	Backward *Backward[F]
	Input    int
	id       uint64
}

func (t *Tap[F]) shape() tensor.Shape { return t.Backward.Forward.in[t.Input] }

func (t *Tap[F]) Arity() int { return 1 }
func (t *Tap[F]) Type() hm.Type {
	dtype := t.Backward.Forward.dtype
	return fnType([]hm.Type{G.TensorType{Dims: 1, Of: dtype}}, t.shape(), dtype)
}
func (t *Tap[F]) InferShape(...G.DimSizer) (tensor.Shape, error) { return t.shape().Clone(), nil }
func (t *Tap[F]) ReturnsPtr() bool                               { return false }
func (t *Tap[F]) CallsExtern() bool                              { return false }
func (t *Tap[F]) OverwritesInput() int                           { return -1 }
func (t *Tap[F]) WriteHash(h hash.Hash)                          { fmt.Fprintf(h, "%s#%d", t, t.id) }
func (t *Tap[F]) Hashcode() uint32                               { return hashOf(t) }
func (t *Tap[F]) String() string                                 { return fmt.Sprintf("%s/d%d", t.Backward, t.Input) }

// Do returns what the Backward op left.
func (t *Tap[F]) Do(...G.Value) (G.Value, error) { return valueOf(t.Backward.din[t.Input]), nil }

// Reads says which inputs are among the node's arguments, in their order after
// the output's gradient and, where out is set, the output.
func (b *Backward[F]) Reads() (in []int, out bool) { return b.reads, b.readsOut }
