package nn

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"
)

// Params are everything that a network learns or remembers, by path. They live outside
// any graph: the graphs of training and of evaluation, and of every batch size, bind the
// same tensors, so that nothing is ever copied between them.
type Params struct {
	seed   uint64
	dtype  tensor.Dtype
	values startingValues
	list   []*Param
	byPath map[string]*Param
	sealed bool
}

// startingValues says which values the first build gives the parameters.
type startingValues int

const (
	drawn  startingValues = iota // as the network initialises them
	zeros                        // for values that are about to be loaded
	absent                       // for a network that does not run
)

// A Param is one tensor of a network.
type Param struct {
	Path   string
	Kind   Kind
	Shape  tensor.Shape
	Value  *tensor.Dense // nil in an outline
	Layout Layout

	draw func(context.Context) // gives it a value; nil once that is done
}

// Kind says what the optimiser may do with a tensor.
type Kind int

const (
	Weight  Kind = iota // trained, with weight decay
	NoDecay             // trained, with weight decay only by request: biases, norms' scales
	State               // remembered, not trained: running statistics
)

// String is the word for the kind: "weight", "no-decay" or "state".
func (k Kind) String() string { return [...]string{"weight", "no-decay", "state"}[k] }

// NewParams returns an empty set, whose float tensors will have type dtype
// (tensor.Float32 for everything except gradient checks). The first network that is built
// with it fills it. The values of a parameter depend only on seed and path, so that a
// plain and a residual network start from equal weights.
func NewParams(seed uint64, dtype tensor.Dtype) *Params {
	return &Params{seed: seed, dtype: dtype, byPath: map[string]*Param{}}
}

// BlankParams returns an empty set for a network whose values are about to be loaded. All
// of them are zero, however the network initialises them, in memory that has not been
// touched yet.
func BlankParams(dtype tensor.Dtype) *Params {
	return &Params{dtype: dtype, values: zeros, byPath: map[string]*Param{}}
}

// OutlineParams returns an empty set for a network of which only the outline matters: its
// parameters have shapes and no values, and its programs do not run.
func OutlineParams(dtype tensor.Dtype) *Params {
	return &Params{dtype: dtype, values: absent, byPath: map[string]*Param{}}
}

// reset removes all parameters.
func (p *Params) reset() {
	*p = Params{seed: p.seed, dtype: p.dtype, values: p.values, byPath: map[string]*Param{}}
}

// Float64s returns a copy of the parameters, with values of type float64, of a network
// that has been built. An analysis that needs more digits builds the network with it.
func (p *Params) Float64s() *Params {
	c := &Params{seed: p.seed, dtype: tensor.Float64, values: p.values, byPath: map[string]*Param{}, sealed: p.sealed}
	for _, q := range p.list {
		d := *q
		if q.Value != nil {
			d.Value = newDense(tensor.Float64, q.Shape, float64s(q.Value))
		}
		c.list, c.byPath[q.Path] = append(c.list, &d), &d
	}
	return c
}

// Dtype is the float type of the tensors.
func (p *Params) Dtype() tensor.Dtype { return p.dtype }

// All returns the parameters in the order in which the network names them.
func (p *Params) All() []*Param { return p.list }

// Count is the number of trained values.
func (p *Params) Count() (n int) {
	for _, q := range p.list {
		if q.Kind != State {
			n += q.Shape.TotalSize()
		}
	}
	return n
}

// spec is what a layer asks for.
type spec struct {
	kind    Kind
	layout  Layout
	init    Init
	in, out int // fans
	shape   []int

	valueByValue bool // init goes value by value, so that values can be drawn in parts
}

// get returns the tensor at path. The first build makes it; later builds must
// ask for the same paths and shapes.
func (p *Params) get(path string, s spec) (*Param, error) {
	if q, ok := p.byPath[path]; ok {
		if !q.Shape.Eq(tensor.Shape(s.shape)) {
			return nil, fmt.Errorf("parameter %s: have shape %v, want %v", path, tensor.Shape(s.shape), q.Shape)
		}
		return q, nil
	}
	if p.sealed {
		return nil, fmt.Errorf("parameter %s is not one of those that the first build of this network made", path)
	}
	q := &Param{Path: path, Kind: s.kind, Layout: s.layout, Shape: slices.Clone(s.shape)}
	q.draw = func(ctx context.Context) {
		q.Value = tensor.New(tensor.WithShape(s.shape...), tensor.WithBacking(p.drawValues(ctx, path, s)))
	}
	p.list = append(p.list, q)
	p.byPath[path] = q
	return q, nil
}

// draw gives the parameters of the first build their values, which do not depend on the
// order. It panics as Fail does when ctx ends.
func (p *Params) draw(ctx context.Context) {
	for _, q := range p.list {
		if p.values != absent {
			q.draw(ctx)
		}
		q.draw = nil
	}
}

// drawnAtOnce is how many values are drawn at a time where they can be drawn in parts: a
// whole tensor of float64 would take twice the memory of the parameter.
const drawnAtOnce = 8192

// drawValues returns the values of a new parameter, as a slice of the float type.
func (p *Params) drawValues(ctx context.Context, path string, s spec) any {
	n := tensor.Shape(s.shape).TotalSize()
	r := rand.New(&polled{source: rand.NewPCG(p.seed, hash(path)), ctx: ctx})
	if p.dtype == tensor.Float64 {
		v := make([]float64, n)
		if p.values == drawn {
			s.init(r, v, s.in, s.out)
		}
		return v
	}
	v := make([]float32, n)
	if p.values == zeros {
		return v
	}
	size := max(n, 1)
	if s.valueByValue {
		size = min(size, drawnAtOnce)
	}
	w := make([]float64, size)
	for part := range slices.Chunk(v, size) {
		w := w[:len(part)]
		s.init(r, w, s.in, s.out)
		for i, x := range w {
			part[i] = float32(x)
		}
	}
	return v
}

// A polled source of random numbers panics as Fail does when ctx ends: drawing the
// weights of a large network takes minutes.
type polled struct {
	source rand.Source
	ctx    context.Context
	n      uint
}

// Uint64 is that of the source.
func (p *polled) Uint64() uint64 {
	const every = 1 << 12 // draws, or one row of an orthogonal matrix
	if p.n%every == 0 {
		poll(p.ctx)
	}
	p.n++
	return p.source.Uint64()
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// float64s are a copy of the values of a float tensor.
func float64s(t *tensor.Dense) []float64 {
	switch v := t.Data().(type) {
	case []float64:
		return slices.Clone(v)
	case []float32:
		wide := make([]float64, len(v))
		for i, x := range v {
			wide[i] = float64(x)
		}
		return wide
	}
	panic(fmt.Sprintf("have values of type %v, want floats", t.Dtype()))
}

func newDense(dtype tensor.Dtype, shape []int, v []float64) *tensor.Dense {
	if dtype == tensor.Float64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v))
	}
	f := make([]float32, len(v))
	for i, x := range v {
		f[i] = float32(x)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f))
}
