// Package npy reads and writes NumPy's .npy files, as which the inputs and outputs of
// a network come and go. Inside the program there is only float32.
//
// The format is read here, and not by sbinet/npyio, because a file may come
// from anywhere: that package's v0.14.0 allocates what a header claims, and
// panics on a header without a line end.
package npy

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"

	"zoo/internal/atomicfile"
)

// An Array is an n-dimensional array in C order. An empty Shape is a scalar.
type Array struct {
	Shape []int
	Data  []float32 // its length is the product of Shape
}

// ReadFile reads a .npy file, or a pipe of one. Errors name the file.
func ReadFile(name string) (Array, error) {
	f, err := os.Open(name)
	if err != nil {
		return Array{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Array{}, err
	}
	var r io.Reader = f
	size := info.Size()
	if !info.Mode().IsRegular() && !info.IsDir() { // its size is known only at its end
		b, err := io.ReadAll(f)
		if err != nil {
			return Array{}, err
		}
		r, size = bytes.NewReader(b), int64(len(b))
	}
	a, err := Read(r, size)
	if err != nil {
		return Array{}, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

// WriteFile writes a .npy file atomically. See [Write].
func WriteFile(name string, a Array) error {
	err := atomicfile.WriteFile(name, func(w io.Writer) error { return Write(w, a) })
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// elements is the number of elements of a shape; false if a dimension is
// negative, or if their bytes could not be addressed.
func elements(shape []int, size uint64) (int, bool) {
	n, overflow, zero := size, false, false
	for _, d := range shape {
		if d < 0 {
			return 0, false
		}
		hi, lo := bits.Mul64(n, uint64(d))
		overflow = overflow || hi != 0 || lo > math.MaxInt
		zero = zero || d == 0
		n = lo
	}
	if zero {
		return 0, true
	}
	return int(n / size), !overflow
}
