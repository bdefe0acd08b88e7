package safetensors

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"

	"zoo/internal/floats"
)

// A Reader is an open file whose tensors are read one by one, in parts, so that
// none has to be in memory twice.
type Reader struct {
	Meta    map[string]string // as in [File]
	Tensors []Stored          // in the order of the file
	Signed  bool              // the file carries a SHA-256 of itself: see Verify
	name    string
	file    *os.File
	size    int64
	head    *head
}

// A Stored tensor is one in an open file.
type Stored struct {
	Name  string
	DType string // as the format names it
	Shape []int
	at    int64 // of the first byte in the file
}

// Open opens a file and checks its header as [Read] does. Errors name the file.
func Open(name string) (*Reader, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r := &Reader{name: name, file: f}
	if err := r.open(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

func (r *Reader) open() error {
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	r.size = info.Size()
	if r.head, err = readHead(r.file, r.size); err != nil {
		return err
	}
	r.Meta, r.Signed = r.head.meta, r.head.signed()
	for _, p := range r.head.places {
		r.Tensors = append(r.Tensors, Stored{p.name, p.DType, p.shape(), r.head.data + int64(p.Offsets[0])})
	}
	return nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.file.Close() }

// Float is the type of the tensor's values, None if they are not floats.
func (t Stored) Float() floats.Type { return floatTypes[t.DType] }

var floatTypes = map[string]floats.Type{"F32": floats.Float32, "F16": floats.Float16, "BF16": floats.BFloat16, "F64": floats.Float64}

// ReadFloats fills dst with the values of a tensor of floats from the at-th on.
// Several calls may be under way at once.
func (r *Reader) ReadFloats(t Stored, dst []float32, at int) error {
	if t.Float() == floats.None {
		return fmt.Errorf("%s: tensor %q: have %s, want F64, F32, F16 or BF16", r.name, t.Name, t.DType)
	}
	if err := t.Float().ReadAt(r.file, dst, t.at+int64(at)*int64(t.Float().Size())); err != nil {
		return fmt.Errorf("%s: tensor %q: %w", r.name, t.Name, err)
	}
	return nil
}

// Describe gives the tensor's name and shape, and says whether ReadFloats reads it.
func (t Stored) Describe() (name string, shape []int, isFloat bool) {
	return t.Name, t.Shape, t.Float() != floats.None
}

// Copy is a tensor of 32-bit floats for another file, read as it is written.
func (r *Reader) Copy(t Stored) (Tensor, error) {
	if t.DType != "F32" {
		return Tensor{}, fmt.Errorf("%s: tensor %q: have %s, want F32", r.name, t.Name, t.DType)
	}
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return Tensor{t.Name, t.Shape, Floats{n, func(write func([]float32) error) error {
		part := make([]float32, min(n, 1<<16))
		for at := 0; at < n; at += len(part) {
			part = part[:min(len(part), n-at)]
			if err := r.ReadFloats(t, part, at); err != nil {
				return err
			}
			if err := write(part); err != nil {
				return err
			}
		}
		return nil
	}}}, nil
}

// Verify reads the file through and checks it against the SHA-256 that it
// carries; a file without one is an error. Tensors may be read meanwhile.
func (r *Reader) Verify() error {
	if !r.Signed {
		return fmt.Errorf("%s: altered or damaged: it does not carry its SHA-256", r.name)
	}
	digest := sha256.New()
	digest.Write(r.head.unsigned)
	_, err := io.CopyBuffer(digest, io.NewSectionReader(r.file, r.head.data, r.size-r.head.data), make([]byte, 1<<20))
	if err == nil {
		err = r.head.verify(digest)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return nil
}

// Floats are the data of a tensor that are made while they are written, part by
// part: Tensor.Data may be of this type, but only for Write.
type Floats struct {
	N    int                                                // how many there are
	Each func(write func(part []float32) error) (err error) // calls write with all of them in C order, as often as it is called
}

// write writes the values.
func (f Floats) write(w io.Writer) error {
	left := f.N
	err := f.Each(func(part []float32) error {
		left -= len(part)
		return writeSlice(w, part)
	})
	if err == nil && left != 0 {
		err = fmt.Errorf("have %d values, want %d", f.N-left, f.N)
	}
	return err
}
