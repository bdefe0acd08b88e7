package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"
)

// Params are everything that a network learns or remembers, by path. They live
// outside any graph: the graphs of training and of evaluation, and of every
// batch size, bind the same tensors, so nothing is ever copied between them.
type Params struct {
	seed   uint64
	dtype  tensor.Dtype
	fill   fill
	list   []*Param
	byPath map[string]*Param
	sealed bool
}

// fill says what the first build gives the parameters for values.
type fill int

const (
	drawn fill = iota // as the network initialises them
	blank             // zeros
	none              // nothing
)

// A Param is one tensor of a network.
type Param struct {
	Path   string
	Kind   Kind
	Shape  tensor.Shape
	Value  *tensor.Dense // nil in an outline
	Layout Layout
}

// Kind says what the optimiser may do with a tensor.
type Kind int

const (
	Weight Kind = iota // trained, decayed
	Gain               // trained, decayed only by request: biases, norms' scales
	State              // remembered, not trained: running statistics
)

func (k Kind) String() string { return [...]string{"weight", "gain", "state"}[k] }

// NewParams returns an empty set, whose float tensors will have type dtype
// (tensor.Float32 for anything but gradient checks). The first network that is
// built with it fills it: the values of a parameter depend on seed and path
// alone, so that a plain and a residual network start from equal weights.
func NewParams(seed uint64, dtype tensor.Dtype) *Params {
	return &Params{seed: seed, dtype: dtype, byPath: map[string]*Param{}}
}

// BlankParams returns an empty set for a network whose values are about to be
// loaded: they are all zero, whatever the network says, in memory that nothing
// has touched.
func BlankParams(dtype tensor.Dtype) *Params {
	return &Params{dtype: dtype, fill: blank, byPath: map[string]*Param{}}
}

// OutlineParams returns an empty set for a network that is only looked at: its
// parameters have shapes and no values, and its programs do not run.
func OutlineParams(dtype tensor.Dtype) *Params {
	return &Params{dtype: dtype, fill: none, byPath: map[string]*Param{}}
}

// reset forgets all parameters.
func (p *Params) reset() {
	*p = Params{seed: p.seed, dtype: p.dtype, fill: p.fill, byPath: map[string]*Param{}}
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
	each    bool // init goes value by value: a part of the values may be drawn after the other
	in, out int  // fans
	shape   []int
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
	if p.fill != none {
		q.Value = tensor.New(tensor.WithShape(s.shape...), tensor.WithBacking(p.values(path, s)))
	}
	p.list = append(p.list, q)
	p.byPath[path] = q
	return q, nil
}

// drawnAtOnce is how many values are drawn at a time, where that can be: as
// float64 a whole tensor would take twice its own memory besides.
const drawnAtOnce = 8192

// values returns the values of a new parameter, as a slice of the float type.
func (p *Params) values(path string, s spec) any {
	n := tensor.Shape(s.shape).TotalSize()
	r := rand.New(rand.NewPCG(p.seed, hash(path)))
	if p.dtype == tensor.Float64 {
		v := make([]float64, n)
		if p.fill == drawn {
			s.init(r, v, s.in, s.out)
		}
		return v
	}
	v := make([]float32, n)
	if p.fill == blank {
		return v
	}
	size := max(n, 1)
	if s.each {
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

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
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

// A Published tensor is one as PyTorch has it: filters (O, I, KH, KW), matrices
// (O, I), images flattened channels first.
type Published struct {
	Name  string
	Shape []int
	Data  []float32 // nil if the values are no floats of 32 or 16 bits
}

// Export returns copies of all parameters, which must be float32, in PyTorch's
// layout and order of axes.
func (p *Params) Export() []Published {
	var out []Published
	for _, q := range p.list {
		v := q.Value.Data().([]float32)
		shape := q.Layout.published(q.Shape)
		data := make([]float32, len(v))
		q.Layout.each(q.Shape, func(ours, theirs int) { data[theirs] = v[ours] })
		out = append(out, Published{q.Path, shape, data})
	}
	return out
}

// ignored are the tensors of published weights that carry nothing for us:
// PyTorch counts the batches that batch norm has seen.
const ignored = "num_batches_tracked"

// Import copies published tensors into the parameters, which must be float32.
// The error lists every tensor that is missing, unknown, given twice or of the
// wrong shape or type; then nothing is changed.
func (p *Params) Import(tensors []Published) error {
	var errs []error
	given := map[string]Published{}
	for _, t := range tensors {
		if _, ok := given[t.Name]; ok {
			errs = append(errs, fmt.Errorf("tensor %s is given twice", t.Name))
		}
		if q := p.byPath[t.Name]; q == nil {
			if !hasSuffix(t.Name, ignored) {
				errs = append(errs, fmt.Errorf("tensor %s %v: the network has no parameter of that name", t.Name, t.Shape))
			}
		} else if want := q.Layout.published(q.Shape); !slices.Equal(t.Shape, want) {
			errs = append(errs, fmt.Errorf("tensor %s: have shape %v, want %v", t.Name, t.Shape, want))
		} else if len(t.Data) != q.Shape.TotalSize() {
			errs = append(errs, fmt.Errorf("tensor %s: have values of another type, want floats of 32 or 16 bits", t.Name))
		}
		given[t.Name] = t
	}
	for _, q := range p.list {
		if _, ok := given[q.Path]; !ok {
			errs = append(errs, fmt.Errorf("tensor %s %v is missing", q.Path, q.Layout.published(q.Shape)))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, q := range p.list {
		v, data := q.Value.Data().([]float32), given[q.Path].Data
		q.Layout.each(q.Shape, func(ours, theirs int) { v[ours] = data[theirs] })
	}
	return nil
}

func hasSuffix(path, name string) bool {
	return path == name || len(path) > len(name) && path[len(path)-len(name)-1:] == "."+name
}

// SHA256 is the hash, in hexadecimal, of the names, shapes and bits of all
// parameters in PyTorch's layout.
func (p *Params) SHA256() string {
	h := sha256.New()
	for _, t := range p.Export() {
		fmt.Fprintf(h, "%s %v\n", t.Name, t.Shape)
		binary.Write(h, binary.LittleEndian, t.Data) // a hash takes every write
	}
	return hex.EncodeToString(h.Sum(nil))
}
