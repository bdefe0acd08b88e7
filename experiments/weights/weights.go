// Package weights opens trained weights, those of a file or of a finished run, checks
// them, and loads them into the parameters of a network.
package weights

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/config"
	"zoo/internal/pth"
	"zoo/internal/safetensors"
	"zoo/nn"
)

// A File is an open file of weights, safetensors or PyTorch's .pth, with all of its
// tensors or a part of them.
type File struct {
	name    string
	file    io.Closer
	tensors []nn.Source
	verify  func() error
	damaged func(error) error // says what to do about an error of verify

	mu        sync.Mutex
	notFinite []string // tensors that hold a NaN or an infinity, as far as they were read
}

// Open opens the weights of a file or a run directory. The first bytes of a file tell
// its kind. FILE#PART is one of the state_dicts of a .pth that holds
// several, as in checkpoint.pth#ema. only are patterns of the tensors that are wanted;
// see [config.Pretrained]. None of them takes all.
func Open(name string, only ...string) (*File, error) {
	if config.IsRun(name) {
		s, err := OpenRun(name)
		if err != nil {
			return nil, err
		}
		return s.OpenWeights(only...)
	}
	return openFile(name, only)
}

func openFile(name string, only []string) (w *File, err error) {
	file, part := splitPart(name)
	isPth, err := beginsAsPth(file)
	if err != nil {
		return nil, err
	}
	if isPth {
		r, err := pth.Open(file, part)
		if err != nil {
			return nil, err
		}
		w = newFile(name, r, r.Tensors)
		w.verify = r.Verify
	} else {
		if part != "" {
			return nil, fmt.Errorf("%s: have the part %s of a safetensors file, which has no parts; want %s", name, part, file)
		}
		r, err := safetensors.Open(file)
		if err != nil {
			return nil, err
		}
		w = newFile(name, r, r.Tensors)
		if r.Signed {
			w.verify = r.Verify
		}
	}
	if err := w.keep(only); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// A stored tensor is one of a file of either kind.
type stored interface {
	pth.Tensor | safetensors.Stored
	Describe() (name string, shape []int, isFloat bool)
}

// newFile returns the weights of an open file, without a check of its bytes.
func newFile[T stored](name string, file interface {
	io.Closer
	ReadFloats(t T, dst []float32, at int) error
}, tensors []T) *File {
	w := &File{
		name: name, file: file,
		verify:  func() error { return nil },
		damaged: func(err error) error { return err },
	}
	for _, t := range tensors {
		name, shape, isFloat := t.Describe()
		s := nn.Source{Name: name, Shape: shape}
		if isFloat {
			s.Read = w.noting(name, func(dst []float32, at int) error { return file.ReadFloats(t, dst, at) })
		}
		w.tensors = append(w.tensors, s)
	}
	return w
}

// noting wraps read so that it notes the tensor if it holds a NaN or an infinity.
func (w *File) noting(name string, read func([]float32, int) error) func([]float32, int) error {
	return func(dst []float32, at int) error {
		if err := read(dst, at); err != nil {
			return err
		}
		var most uint32 // of the values' bits without the sign: infinity and NaN have the largest
		for _, v := range dst {
			most = max(most, math.Float32bits(v)&^(1<<31))
		}
		if most >= math.Float32bits(float32(math.Inf(1))) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if !slices.Contains(w.notFinite, name) {
				w.notFinite = append(w.notFinite, name)
			}
		}
		return nil
	}
}

// Close closes the file.
func (w *File) Close() error { return w.file.Close() }

// Load reads the weights into the parameters of a network, the model m with data of the
// spec, as [nn.Params.Load] does, and checks the file against the checksum that it
// carries, if it does. They must be those of all parameters unless partial is true. It
// is an error if a tensor that is read holds a NaN or an infinity; the parameters are
// changed then.
func (w *File) Load(p *nn.Params, m config.Model, spec datasets.Spec, partial bool) error {
	return w.mismatch(w.load(p, partial), m, spec, partial)
}

// Fits says whether Load would find the parameters that it loads, in their shapes. It
// reads nothing.
func (w *File) Fits(p *nn.Params, m config.Model, spec datasets.Spec, partial bool) error {
	return w.mismatch(p.Fits(w.tensors, partial), m, spec, partial)
}

func (w *File) load(p *nn.Params, partial bool) error {
	verified := make(chan error, 1)
	go func() { verified <- w.verify() }()
	err := p.Load(w.tensors, partial)
	if err := <-verified; err != nil {
		return w.damaged(err)
	}
	if err != nil {
		return err
	}
	if len(w.notFinite) > 0 {
		slices.Sort(w.notFinite)
		return fmt.Errorf("%s: NaN or infinity in %s", w.name, firstTen(w.notFinite))
	}
	return nil
}

// mismatch adds to an error about weights that do not fit the network that they were
// loaded into.
func (w *File) mismatch(err error, m config.Model, spec datasets.Spec, partial bool) error {
	switch {
	case !errors.As(err, new(*nn.Mismatch)):
		return err
	case partial:
		return fmt.Errorf("%s: what weights.only names does not fit model %s:\n%w", w.name, m.Name, err)
	}
	return fmt.Errorf("%s: the weights do not fit model %s with inputs %v and %d classes:\n%w",
		w.name, m.Name, tensor.Shape(published(spec.Inputs[0].Shape)), spec.Classes(), err)
}

// published is the shape of an example as it is published, channels first.
func published(shape []int) []int {
	if len(shape) != 3 {
		return shape
	}
	return []int{shape[2], shape[0], shape[1]}
}

// firstTen lists the first ten names, and how many more there are.
func firstTen(names []string) string {
	const most = 10
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// keep keeps only the tensors that one of the patterns fits, named by the first that does.
func (w *File) keep(only []string) error {
	if len(only) == 0 {
		return nil
	}
	var picks []config.Pick
	for _, s := range only {
		p, err := config.ParsePick(s)
		if err != nil {
			return fmt.Errorf("names of tensors: %w", err)
		}
		picks = append(picks, p)
	}
	used := make([]bool, len(picks))
	var chosen []nn.Source
	var names []string
	for _, t := range w.tensors {
		names = append(names, t.Name)
		found := false
		for i, p := range picks {
			if name, ok := p.Name(t.Name); ok {
				used[i] = true
				if !found {
					c := t
					c.Name = name
					chosen, found = append(chosen, c), true
				}
			}
		}
	}
	var errs []error
	for i, ok := range used {
		if !ok {
			errs = append(errs, fmt.Errorf("%s: no tensor has a name like %s; it has %s", w.name, only[i], firstTen(names)))
		}
	}
	w.tensors = chosen
	return errors.Join(errs...)
}
