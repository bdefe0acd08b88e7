package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"zoo/internal/atomicfile"
)

// WriteFile writes the file name atomically. See [Write].
func WriteFile(name string, meta map[string]string, tensors ...Tensor) error {
	err := atomicfile.WriteFile(name, func(w io.Writer) error { return Write(w, meta, tensors...) })
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Write writes the tensors and the metadata to w. The bytes depend only on
// the content: the order of the arguments does not matter. Larger
// elements come first, then the order is that of the names, so that every
// tensor begins at a multiple of its element size, as PyTorch requires.
func Write(w io.Writer, meta map[string]string, tensors ...Tensor) error {
	tensors = slices.Clone(tensors)
	var errs []error
	names := map[string]bool{metaKey: true}
	for _, t := range tensors {
		errs = append(errs, check(t))
		if names[t.Name] {
			errs = append(errs, fmt.Errorf("tensor %q: the name is taken", t.Name))
		}
		names[t.Name] = true
	}
	for key, value := range meta {
		if key == digestKey || !utf8.ValidString(key) || !utf8.ValidString(value) {
			errs = append(errs, fmt.Errorf("metadata key %q: reserved, or not UTF-8", key))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	slices.SortFunc(tensors, func(a, b Tensor) int {
		_, x, _ := describe(a.Data)
		_, y, _ := describe(b.Data)
		if x != y {
			return y - x
		}
		return strings.Compare(a.Name, b.Name)
	})

	header, err := encodeHeader(meta, tensors)
	if err != nil {
		return err
	}
	digest := sha256.New()
	if err := writeAll(digest, header, tensors); err != nil {
		return err
	}
	sum := hex.EncodeToString(digest.Sum(nil))
	// No other text of the header can look like this: within a name the quotes
	// would be escaped, and after the name of a tensor comes a brace.
	mark := []byte(`"` + digestKey + `":"`)
	copy(header[bytes.Index(header, mark)+len(mark):], sum)
	return writeAll(w, header, tensors)
}

// describe gives the dtype of a tensor's data, the size of an element in
// bytes and the number of elements; "" if the data have a type unknown here.
func describe(data any) (dtype string, size, n int) {
	switch d := data.(type) {
	case []float32:
		return "F32", 4, len(d)
	case []float64:
		return "F64", 8, len(d)
	case []int32:
		return "I32", 4, len(d)
	case []int64:
		return "I64", 8, len(d)
	case []uint8:
		return "U8", 1, len(d)
	case []bool:
		return "BOOL", 1, len(d)
	case Floats:
		return "F32", 4, d.N
	}
	return "", 0, 0
}

// check tells whether a tensor can be written.
func check(t Tensor) error {
	dtype, _, n := describe(t.Data)
	if dtype == "" {
		return fmt.Errorf("tensor %q: have %T, want Floats, or a slice of float32, float64, int32, int64, uint8 or bool", t.Name, t.Data)
	}
	if t.Name == "" || !utf8.ValidString(t.Name) {
		return fmt.Errorf("tensor %q: the name is empty, or not UTF-8", t.Name)
	}
	shape := make([]uint64, len(t.Shape))
	for i, d := range t.Shape {
		if d < 0 {
			return fmt.Errorf("tensor %q: shape %v has a negative dimension", t.Name, t.Shape)
		}
		shape[i] = uint64(d)
	}
	if p, ok := product(shape, 1, math.MaxInt); !ok || p != uint64(n) {
		return fmt.Errorf("tensor %q: have %d values, want shape %v", t.Name, n, t.Shape)
	}
	return nil
}

// writeAll writes the length, the header and the data.
func writeAll(w io.Writer, header []byte, tensors []Tensor) error {
	if err := binary.Write(w, binary.LittleEndian, uint64(len(header))); err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, t := range tensors {
		if err := writeData(w, t.Data); err != nil {
			return err
		}
	}
	return nil
}

func writeData(w io.Writer, data any) error {
	switch d := data.(type) {
	case []float32:
		return writeSlice(w, d)
	case []float64:
		return writeSlice(w, d)
	case []int32:
		return writeSlice(w, d)
	case []int64:
		return writeSlice(w, d)
	case []uint8:
		return writeSlice(w, d)
	case []bool:
		return writeSlice(w, d)
	case Floats:
		return d.write(w)
	}
	panic("safetensors: data that check let through")
}

// chunk is how many elements are converted at a time.
const chunk = 8192

func writeSlice[T any](w io.Writer, data []T) error {
	var buf []byte
	for part := range slices.Chunk(data, chunk) {
		var err error
		if buf, err = binary.Append(buf[:0], binary.LittleEndian, part); err != nil {
			return err
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}
