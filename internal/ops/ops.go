// Package ops holds the fused differentiable operations of networks, written
// for Gorgonia's graph: forward and backward side by side, one file each.
//
// An operation is a Kernel. Apply puts it into a graph as a gorgonia.SDOp, so
// that gorgonia.Grad differentiates through it. Any gorgonia.VM can run such a
// graph; package exec runs it without allocating. Images are (N, H, W, C).
package ops

import (
	"fmt"
	"hash"
	"hash/fnv"
	"strings"
	"sync/atomic"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// A Tensor is a dense row-major array as kernels see it.
type Tensor[F f32.Float] struct {
	Shape tensor.Shape
	V     []F   // the values of a float tensor
	I     []int // the values of an integer tensor
}

// A Kernel is a fused, differentiable function of tensors: one that is Whole,
// Batched or a Passer.
//
// One Kernel value belongs to one node of one graph. Its forward computation may
// keep what the backward one needs in the Kernel's own fields (saved statistics),
// as the two run in turn; nothing else may outlive a call. Kernels never change
// their inputs.
type Kernel interface {
	// Name is the operation's name in graphs, profiles and errors.
	Name() string
	// Shape returns the output's shape, or an error that says what is wrong
	// with the inputs: have X, want Y. The empty shape is a scalar.
	Shape(in []tensor.Shape) (tensor.Shape, error)
	// Reads says what the backward computation reads besides the output's
	// gradient: in[i] for each i listed, and the output. What is not read is
	// freed early.
	Reads() (in []int, out bool)
}

// An Elementwise kernel is cut with the batch, and its output's element i depends
// only on the inputs' elements i: its first input has the output's shape. Forward may
// be given the output in the buffer of the first input, and Backward the first input's
// gradient in that of the output's.
type Elementwise interface {
	Kernel
	elementwise()
}

// An Outside kernel is of another module: its name says nothing of what it computes.
type Outside interface {
	Kernel
	Outside()
}

// A Keeper keeps from its forward to its backward computation what is in proportion to the
// batch: Keeps is how many values.
type Keeper interface {
	Kernel
	Keeps() int
}

// A passThrough kernel's gradient is the output's gradient for every input.
type passThrough interface{ passesGradient() }

var serial atomic.Uint64

// Apply adds a kernel to the graph of its inputs: k32 to a graph of float32,
// k64 to one of float64.
func Apply(k32 Kernel, k64 Kernel, in ...*G.Node) (*G.Node, error) {
	for _, n := range in {
		switch n.Dtype() {
		case tensor.Float32:
			return apply[float32](k32, in)
		case tensor.Float64:
			return apply[float64](k64, in)
		}
	}
	return nil, fmt.Errorf("%s: no input is a float tensor", k32.Name())
}

// optional are inputs and one that may be nil: then there is none.
func optional(in []*G.Node, last *G.Node) []*G.Node {
	if last == nil {
		return in
	}
	return append(in, last)
}

func apply[F f32.Float](k Kernel, in []*G.Node) (*G.Node, error) {
	f := &Forward[F]{Kernel: k, dtype: dtypeOf[F]()}
	for _, n := range in {
		if n.Dtype() != f.dtype && n.Dtype() != tensor.Int {
			return nil, fmt.Errorf("%s: input %v: have %v, want %v or integers", k.Name(), n.Name(), n.Dtype(), f.dtype)
		}
		f.in = append(f.in, n.Shape())
		f.types = append(f.types, n.Type())
	}
	var err error
	if f.out, err = k.Shape(f.in); err != nil {
		return nil, fmt.Errorf("%s: %w", k.Name(), err)
	}
	return addNode(f, &f.id, in)
}

// addNode adds an op to the graph as a new node. Gorgonia takes nodes with
// equal 32-bit hashes for one node and returns the older one; then the op gets
// another serial number, and with it another hash.
func addNode(op G.Op, id *uint64, in G.Nodes) (*G.Node, error) {
	for {
		*id = serial.Add(1)
		n, err := G.ApplyOp(op, in...)
		if err != nil || n.Op() == op {
			return n, err
		}
	}
}

func dtypeOf[F f32.Float]() tensor.Dtype {
	var zero F
	if _, ok := any(zero).(float32); ok {
		return tensor.Float32
	}
	return tensor.Float64
}

// Forward is the Gorgonia op of a kernel. Its methods are Gorgonia's protocol.
type Forward[F f32.Float] struct {
	Kernel Kernel
	id     uint64 // makes two equal ops two nodes: Gorgonia merges nodes by hash
	dtype  tensor.Dtype
	in     []tensor.Shape
	types  []hm.Type
	out    tensor.Shape
}

// Inputs returns the shapes of the inputs, Output that of the output.
func (f *Forward[F]) Inputs() []tensor.Shape { return f.in }
func (f *Forward[F]) Output() tensor.Shape   { return f.out }

func (f *Forward[F]) Arity() int { return len(f.in) }

// Type makes a new type at each call, as Gorgonia gives it back to a pool.
func (f *Forward[F]) Type() hm.Type { return fnType(f.types, f.out, f.dtype) }
func (f *Forward[F]) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return f.out.Clone(), nil
}
func (f *Forward[F]) ReturnsPtr() bool     { return false }
func (f *Forward[F]) CallsExtern() bool    { return false }
func (f *Forward[F]) OverwritesInput() int { return -1 }
func (f *Forward[F]) WriteHash(h hash.Hash) {
	fmt.Fprintf(h, "%s#%d", f.Kernel.Name(), f.id)
}
func (f *Forward[F]) Hashcode() uint32 { return hashOf(f) }
func (f *Forward[F]) String() string   { return f.Kernel.Name() }

// Do runs the kernel into a new value, for VMs other than exec's.
func (f *Forward[F]) Do(in ...G.Value) (v G.Value, err error) {
	defer recovered(f.Kernel.Name(), f.in, &err)
	out := newTensor[F](f.out)
	RunForward[F](f.Kernel, NewCtx[F](), out, tensorsOf[F](in))
	return valueOf(out), nil
}

// DiffWRT says that every float input can be differentiated.
func (f *Forward[F]) DiffWRT(int) []bool {
	d := make([]bool, len(f.types))
	for i := range d {
		d[i] = f.isFloat(i)
	}
	return d
}

func (f *Forward[F]) isFloat(i int) bool {
	switch t := f.types[i].(type) {
	case tensor.Dtype:
		return t == f.dtype
	case G.TensorType:
		return t.Of == f.dtype
	}
	return false
}

// SymDiff adds one Backward node, which computes every gradient that is needed in one
// kernel, and a Tap for each gradient. The nodes that Backward does not read are
// not its children, so that the executor may free them after the forward pass.
func (f *Forward[F]) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	ret := make(G.Nodes, len(in))
	if _, ok := f.Kernel.(passThrough); ok {
		for i := range ret {
			ret[i] = grad
		}
		return ret, nil
	}
	b := &Backward[F]{Forward: f}
	args := G.Nodes{grad}
	reads, readsOut := f.Kernel.Reads()
	if readsOut {
		b.readsOut = true
		args = append(args, out)
	}
	for _, i := range reads {
		b.reads = append(b.reads, i)
		args = append(args, in[i])
	}
	for _, n := range args {
		b.types = append(b.types, n.Type())
	}
	handle, err := addNode(b, &b.id, args)
	if err != nil {
		return nil, err
	}
	for i := range in {
		if !f.isFloat(i) {
			continue
		}
		tap := &Tap[F]{Backward: b, Input: i}
		if ret[i], err = addNode(tap, &tap.id, G.Nodes{handle}); err != nil {
			return nil, err
		}
	}
	return ret, nil
}

func fnType(in []hm.Type, out tensor.Shape, dtype tensor.Dtype) hm.Type {
	types := append([]hm.Type{}, in...)
	if out.IsScalar() {
		types = append(types, dtype)
	} else {
		types = append(types, G.TensorType{Dims: out.Dims(), Of: dtype})
	}
	return hm.NewFnType(types...)
}

func hashOf(op interface{ WriteHash(hash.Hash) }) uint32 {
	h := fnv.New32a()
	op.WriteHash(h)
	return h.Sum32()
}

// recovered turns a kernel's panic into an error that names the kernel and the
// shapes that it was given.
func recovered(name string, shapes []tensor.Shape, err *error) {
	if r := recover(); r != nil {
		var s []string
		for _, shape := range shapes {
			s = append(s, fmt.Sprint(shape))
		}
		*err = fmt.Errorf("%s of %s: %v", name, strings.Join(s, " "), r)
	}
}
