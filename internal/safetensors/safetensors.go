// Package safetensors reads and writes the safetensors format, in which
// published weights come and our checkpoints are kept: eight bytes of
// little-endian header length, a JSON header that gives each tensor its dtype,
// shape and place, and the bytes of the tensors, little-endian, in C order.
//
// Files of ours also carry a SHA-256 of themselves in their metadata, and a
// file that has one is checked against it when it is read.
package safetensors

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// A Tensor is a named array in C order. Its dtype in a file follows from the
// type of Data:
//
//	[]float32 F32    []float64 F64    []uint8 U8
//	[]int32   I32    []int64   I64    []bool  BOOL
//
// [Floats] are only written, as F32. F16 and BF16 are only read, and are widened to
// []float32, which is exact.
// The length of Data is the product of Shape; an empty Shape is a scalar.
type Tensor struct {
	Name  string
	Shape []int
	Data  any
}

// Float32 is the data of a tensor of 32-bit (or, in the file, 16-bit) floats,
// without a copy. Any other type is an error that names the tensor.
func (t Tensor) Float32() ([]float32, error) {
	if data, ok := t.Data.([]float32); ok {
		return data, nil
	}
	return nil, fmt.Errorf("tensor %q: have %T, want []float32", t.Name, t.Data)
}

// A File is the content of a safetensors file.
type File struct {
	Meta     map[string]string // the header's __metadata__, without the SHA-256; may be empty
	Tensors  []Tensor          // sorted by name
	Verified bool              // the file carries a SHA-256 of itself, and it is right
}

// Tensor finds a tensor by its name.
func (f File) Tensor(name string) (Tensor, bool) {
	i, ok := slices.BinarySearchFunc(f.Tensors, name, func(t Tensor, name string) int {
		return strings.Compare(t.Name, name)
	})
	if !ok {
		return Tensor{}, false
	}
	return f.Tensors[i], true
}

const (
	maxHeader = 100_000_000 // bytes, the format's own limit
	metaKey   = "__metadata__"
	digestKey = "zoo.sha256" // in the metadata
	// noDigest takes the digest's place while the digest is computed.
	noDigest = "0000000000000000000000000000000000000000000000000000000000000000"
)

// An entry is the header's record of one tensor.
type entry struct {
	DType   string    `json:"dtype"`
	Shape   []uint64  `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"` // [begin, end) in the data
}

// elementSize is the size in bytes of an element, 0 for a dtype unknown here.
func elementSize(dtype string) int {
	switch dtype {
	case "F64", "I64":
		return 8
	case "F32", "I32":
		return 4
	case "F16", "BF16":
		return 2
	case "U8", "BOOL":
		return 1
	}
	return 0
}

// product of the dimensions of a shape and the size of an element; false if
// it is beyond limit.
func product(shape []uint64, size, limit uint64) (uint64, bool) {
	if slices.Contains(shape, 0) {
		return 0, true // whatever the other dimensions claim
	}
	n := size
	for _, d := range shape {
		hi, lo := bits.Mul64(n, d)
		if hi != 0 || lo > limit {
			return 0, false
		}
		n = lo
	}
	return n, n <= limit
}
