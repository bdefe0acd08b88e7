package experiments

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
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

// Weights are those of a file, safetensors or PyTorch's .pth, or a part of them.
type Weights struct {
	name    string
	file    io.Closer
	tensors []nn.Source
	verify  func() error
	damaged func(error) error // says what to do about an error of verify

	mu  sync.Mutex
	bad []string // tensors that hold a NaN or an infinity, as far as they were read
}

// OpenWeights opens the weights of a file or a run directory. What kind a file is
// is told by its first bytes. FILE#PART is one of the state_dicts of a .pth that holds
// several, as in checkpoint.pth#ema. only are patterns of the tensors that are wanted;
// see [Pretrained]. None of them wants all.
func OpenWeights(name string, only ...string) (*Weights, error) {
	if config.IsRun(name) {
		s, err := OpenRun(name)
		if err != nil {
			return nil, err
		}
		return s.OpenWeights(only...)
	}
	return openWeights(name, only)
}

func openWeights(name string, only []string) (w *Weights, err error) {
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
		w = newWeights(name, r, r.Tensors)
		w.verify = r.Verify
	} else {
		if part != "" {
			return nil, fmt.Errorf("%s: have the part %s of a safetensors file, which has no parts; want %s", name, part, file)
		}
		r, err := safetensors.Open(file)
		if err != nil {
			return nil, err
		}
		w = newWeights(name, r, r.Tensors)
		if r.Signed {
			w.verify = r.Verify
		}
	}
	if err := w.choose(only); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// splitPart parts FILE#PART, unless there is a file of the whole name.
func splitPart(name string) (file, part string) {
	i := strings.LastIndexByte(name, '#')
	if i < 0 {
		return name, ""
	}
	if _, err := os.Stat(name); err == nil {
		return name, ""
	}
	return name[:i], name[i+1:]
}

// beginsAsPth tells a .pth from safetensors, and refuses what is neither.
func beginsAsPth(name string) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, fmt.Errorf("%s: have %s, want a file: weights are read in places, which a pipe or a folder cannot do", name, kindOf(info.Mode()))
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	if what := noWeights(head[:n]); what != "" {
		return false, fmt.Errorf("%s: this is %s, want weights: safetensors, or what torch.save wrote", name, what)
	}
	return pth.IsPth(bytes.NewReader(head[:n]))
}

func kindOf(m os.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder that holds no run"
	case m&os.ModeNamedPipe != 0:
		return "a pipe"
	}
	return "a device"
}

// noWeights says what a file is that begins so; empty if it may hold weights.
func noWeights(head []byte) string {
	if len(head) > 8 && head[8] == '{' { // safetensors, whose first bytes are a length of any value
		return ""
	}
	text := strings.ToLower(string(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))))
	for _, known := range []struct{ prefix, what string }{
		{"<!doctype html", "an HTML page, such as an error that was saved in place of the file"},
		{"<html", "an HTML page, such as an error that was saved in place of the file"},
		{"<?xml", "an XML page, such as an error that was saved in place of the file"},
		{"version https://git-lfs", "a pointer of Git LFS: fetch the file itself with git lfs pull"},
		{"{\"", "JSON text"},
		{"\x1f\x8b", "a gzip file: unpack it first"},
		{"BZh", "a bzip2 file: unpack it first"},
		{"\xfd7zXZ", "an xz file: unpack it first"},
		{"7z\xbc\xaf", "a 7z file: unpack it first"},
		{"\x89HDF", "an HDF5 file, as Keras writes them, which is not read here"},
		{"\x93NUMPY", "a NumPy array, which is an input and no weights"},
	} {
		if strings.HasPrefix(text, known.prefix) || strings.HasPrefix(string(head), known.prefix) {
			return known.what
		}
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return "an empty file"
	}
	return ""
}

// A stored tensor is one of a file of either kind.
type stored interface {
	pth.Tensor | safetensors.Stored
	Describe() (name string, shape []int, isFloat bool)
}

// newWeights are the weights of an open file, without a check of its bytes.
func newWeights[T stored](name string, file interface {
	io.Closer
	ReadFloats(t T, dst []float32, at int) error
}, tensors []T) *Weights {
	w := &Weights{
		name: name, file: file,
		verify:  func() error { return nil },
		damaged: func(err error) error { return err },
	}
	for _, t := range tensors {
		name, shape, isFloat := t.Describe()
		s := nn.Source{Name: name, Shape: shape}
		if isFloat {
			s.Read = w.finite(name, func(dst []float32, at int) error { return file.ReadFloats(t, dst, at) })
		}
		w.tensors = append(w.tensors, s)
	}
	return w
}

// finite is read, and notes the tensor if it holds what is not finite.
func (w *Weights) finite(name string, read func([]float32, int) error) func([]float32, int) error {
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
			if !slices.Contains(w.bad, name) {
				w.bad = append(w.bad, name)
			}
		}
		return nil
	}
}

// Close closes the file.
func (w *Weights) Close() error { return w.file.Close() }

// Load reads the weights into the parameters of a network, as [nn.Params.Load]
// does, and checks the file against the checksum that it carries, if it does. It is
// an error if a tensor that is read holds a NaN or an infinity; the parameters are
// changed then.
func (w *Weights) Load(p *nn.Params, partial bool) error {
	verified := make(chan error, 1)
	go func() { verified <- w.verify() }()
	err := p.Load(w.tensors, partial)
	if err := <-verified; err != nil {
		return w.damaged(err)
	}
	if err != nil {
		return err
	}
	if len(w.bad) > 0 {
		slices.Sort(w.bad)
		return fmt.Errorf("%s: NaN or infinity in %s", w.name, some(w.bad))
	}
	return nil
}

// loadAll loads weights that must be those of all parameters.
func (w *Weights) loadAll(p *nn.Params, m config.Model, spec datasets.Spec) error {
	return w.misfit(w.Load(p, false), m, spec, false)
}

// misfit says of weights that do not fit which network they do not fit.
func (w *Weights) misfit(err error, m config.Model, spec datasets.Spec, partial bool) error {
	switch {
	case !errors.As(err, new(*nn.Mismatch)):
		return err
	case partial:
		return fmt.Errorf("%s: what weights.only names does not fit model %s:\n%w", w.name, m.Name, err)
	}
	return fmt.Errorf("%s: the weights do not fit model %s with inputs %v and %d classes:\n%w",
		w.name, m.Name, tensor.Shape(published(spec.Inputs[0].Shape)), spec.Classes, err)
}

// published is the shape of an example as it is published, channels first.
func published(shape []int) []int {
	if len(shape) != 3 {
		return shape
	}
	return []int{shape[2], shape[0], shape[1]}
}

// some lists the first ten of many names.
func some(names []string) string {
	const most = 10
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// choose leaves the tensors that one of the patterns fits, the first one that does.
func (w *Weights) choose(only []string) error {
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
			errs = append(errs, fmt.Errorf("%s: no tensor has a name like %s; it has %s", w.name, only[i], some(names)))
		}
	}
	w.tensors = chosen
	return errors.Join(errs...)
}
