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
	list   []*Param
	byPath map[string]*Param
	sealed bool
}

// A Param is one tensor of a network.
type Param struct {
	Path   string
	Kind   Kind
	Value  *tensor.Dense
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

// Dtype is the float type of the tensors.
func (p *Params) Dtype() tensor.Dtype { return p.dtype }

// All returns the parameters in the order in which the network names them.
func (p *Params) All() []*Param { return p.list }

// Count is the number of trained values.
func (p *Params) Count() (n int) {
	for _, q := range p.list {
		if q.Kind != State {
			n += q.Value.Shape().TotalSize()
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
}

// get returns the tensor at path. The first build makes it; later builds must
// ask for the same paths and shapes.
func (p *Params) get(path string, s spec) (*Param, error) {
	if q, ok := p.byPath[path]; ok {
		if !q.Value.Shape().Eq(tensor.Shape(s.shape)) {
			return nil, fmt.Errorf("parameter %s: have shape %v, want %v", path, tensor.Shape(s.shape), q.Value.Shape())
		}
		return q, nil
	}
	if p.sealed {
		return nil, fmt.Errorf("parameter %s is not one of those that the first build of this network made", path)
	}
	w := make([]float64, tensor.Shape(s.shape).TotalSize())
	s.init(rand.New(rand.NewPCG(p.seed, hash(path))), w, s.in, s.out)
	q := &Param{Path: path, Kind: s.kind, Layout: s.layout, Value: newDense(p.dtype, s.shape, w)}
	p.list = append(p.list, q)
	p.byPath[path] = q
	return q, nil
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
		shape := q.Layout.published(q.Value.Shape())
		data := make([]float32, len(v))
		q.Layout.each(q.Value.Shape(), func(ours, theirs int) { data[theirs] = v[ours] })
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
		} else if want := q.Layout.published(q.Value.Shape()); !slices.Equal(t.Shape, want) {
			errs = append(errs, fmt.Errorf("tensor %s: have shape %v, want %v", t.Name, t.Shape, want))
		} else if len(t.Data) != q.Value.Shape().TotalSize() {
			errs = append(errs, fmt.Errorf("tensor %s: have values of another type, want floats of 32 or 16 bits", t.Name))
		}
		given[t.Name] = t
	}
	for _, q := range p.list {
		if _, ok := given[q.Path]; !ok {
			errs = append(errs, fmt.Errorf("tensor %s %v is missing", q.Path, q.Layout.published(q.Value.Shape())))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, q := range p.list {
		v, data := q.Value.Data().([]float32), given[q.Path].Data
		q.Layout.each(q.Value.Shape(), func(ours, theirs int) { v[ours] = data[theirs] })
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
