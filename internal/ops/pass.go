package ops

import (
	"slices"

	"zoo/internal/f32"
)

// A Whole kernel takes its arguments as a whole, and uses the workers itself.
type Whole[F f32.Float] interface {
	Kernel
	// Forward overwrites out.
	Forward(c *Ctx[F], out Tensor[F], in []Tensor[F])
	// Backward overwrites din[i].V, the gradient of input i, wherever it is not
	// nil: it is nil for integer inputs and where the gradient is not needed.
	// Of in and out only what Reads names holds values; shapes are always there.
	Backward(c *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F])
}

// A Batched kernel computes each example of the batch by itself.
//
// Its output and its first Batched inputs have the examples as their first
// axis; the other inputs, such as weights, are shared by all examples. Forward
// is given some consecutive examples, and computes them on the calling
// goroutine. So is Backward where every input is batched; otherwise it is as Whole's.
// Thus several kernels can be run on a few examples, while these are in cache,
// before the next ones are.
type Batched[F f32.Float] interface {
	Whole[F]
	Batched() int
}

// A Passer is a kernel that also sums over the batch: it goes through the
// examples in several passes, each of which needs the sums of the one before.
type Passer[F f32.Float] interface {
	Kernel
	Batched() int // as in a Batched kernel
	ForwardPasses() []Pass[F]
	BackwardPasses() []Pass[F]
}

// A Pass is a walk through the batch. Batched outputs and gradients are written
// in the last pass, the others in the first.
type Pass[F f32.Float] struct {
	// Examples is how many examples Each computes best in one call, 0 if any number
	// is as good.
	Examples int
	// Lines says how examples may be cut into lines.
	Lines Lines
	// Begin, if not nil, runs once before the walk. It reads no batched tensor, but
	// it sees which batched gradients are nil because they are not needed.
	Begin func(c *Ctx[F], a *Args[F])
	// Each computes some consecutive examples of a part of the batch: the batched
	// tensors of a are cut to them. The calls for a part run in order; those for
	// different parts run in any order, and at the same time.
	Each func(c *Ctx[F], a *Args[F])
	// End, if not nil, runs once after the walk. It reads no batched tensor.
	End func(c *Ctx[F], a *Args[F])
}

// Args are the arguments of a kernel's Forward or Backward.
type Args[F f32.Float] struct {
	Out Tensor[F]
	In  []Tensor[F]
	// The gradients are those of a Backward only.
	DOut Tensor[F]
	DIn  []Tensor[F]
}

// Lines says how a pass may compute some lines of an example by themselves: the axis
// after the batch. Batches of few examples are cut into lines, so that all workers
// have some.
type Lines int

const (
	NoLines  Lines = iota // an example is computed as a whole
	EachLine              // each line by itself: all batched tensors are cut to the same lines
	OwnLines              // what is written is cut to lines; what is read is there with all lines of the example
)

// A lined kernel is Batched, and says how its passes go through lines.
type lined interface {
	lines() (forward, backward Lines)
}

// Passes returns the passes of the forward and of the backward computation of a
// kernel with this number of inputs, and how many of the inputs are batched. What is
// computed as a whole is a pass without Each.
func Passes[F f32.Float](k Kernel, inputs int) (forward, backward []Pass[F], batched int) {
	if p, ok := k.(Passer[F]); ok {
		return p.ForwardPasses(), p.BackwardPasses(), p.Batched()
	}
	w := k.(Whole[F])
	f := func(c *Ctx[F], a *Args[F]) { w.Forward(c, a.Out, a.In) }
	b := func(c *Ctx[F], a *Args[F]) { w.Backward(c, a.DIn, a.DOut, a.Out, a.In) }
	forward, backward = []Pass[F]{{Begin: f}}, []Pass[F]{{Begin: b}}
	if k, ok := k.(Batched[F]); ok {
		batched = k.Batched()
		forward = []Pass[F]{{Each: f}}
		if batched == inputs {
			backward = []Pass[F]{{Each: b}}
		}
		switch k := w.(type) {
		case Elementwise:
			forward[0].Lines, backward[0].Lines = EachLine, EachLine
		case lined:
			forward[0].Lines, backward[0].Lines = k.lines()
		}
	}
	return forward, backward, batched
}

// Parts is into how many parts a batch is cut whose passes compute the given number of
// examples best at once: enough for the workers of a machine to share them evenly, and
// few, as each part has sums of its own.
func Parts(batch, examples int) int {
	if batch < 16*examples {
		return min(batch, 8)
	}
	return min(batch, 16)
}

// RunForward computes a kernel's output, RunBackward its gradients. Arguments are
// as for a Whole kernel.
func RunForward[F f32.Float](k Kernel, c *Ctx[F], out Tensor[F], in []Tensor[F]) {
	passes, _, batched := Passes[F](k, len(in))
	for _, p := range passes {
		p.run(c, batched, &Args[F]{Out: out, In: in})
	}
}

func RunBackward[F f32.Float](k Kernel, c *Ctx[F], din []Tensor[F], dout, out Tensor[F], in []Tensor[F]) {
	_, passes, batched := Passes[F](k, len(in))
	for _, p := range passes {
		p.run(c, batched, &Args[F]{Out: out, In: in, DOut: dout, DIn: din})
	}
}

// run runs a pass, with each part of the batch in one call.
func (p Pass[F]) run(c *Ctx[F], batched int, a *Args[F]) {
	n := 1
	if a.Out.Shape.Dims() > 0 {
		n = a.Out.Shape[0]
	}
	parts := Parts(n, p.Examples)
	c.SetParts(parts)
	if p.Begin != nil {
		p.Begin(c, a)
	}
	if p.Each != nil {
		f32.Parallel(parts, func(worker, i int) {
			lo, hi := i*n/parts, (i+1)*n/parts
			inner := *c
			inner.In(worker, Part{Index: i, Of: parts, First: lo})
			cut := Args[F]{Out: a.Out.cut(lo, hi), In: slices.Clone(a.In), DOut: a.DOut.cut(lo, hi), DIn: slices.Clone(a.DIn)}
			for i := range batched {
				cut.In[i] = a.In[i].cut(lo, hi)
				if a.DIn != nil {
					cut.DIn[i] = a.DIn[i].cut(lo, hi)
				}
			}
			p.Each(&inner, &cut)
		})
	}
	if p.End != nil {
		p.End(c, a)
	}
}

// cut returns the examples [lo, hi) of t.
func (t Tensor[F]) cut(lo, hi int) Tensor[F] {
	if len(t.Shape) == 0 {
		return t
	}
	size, shape := t.Shape.TotalSize()/t.Shape[0], slices.Clone(t.Shape)
	shape[0] = hi - lo
	t.Shape = shape
	if t.V != nil {
		t.V = t.V[lo*size : hi*size]
	}
	if t.I != nil {
		t.I = t.I[lo*size : hi*size]
	}
	return t
}
