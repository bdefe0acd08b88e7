package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Read reads a .npy file of size bytes from r and converts it to float32 in C
// order: float64 and integers are rounded to the nearest float32 (integers are
// exact up to 2^24). Nothing is allocated before the shape in the header has
// been checked against size. Types other than f4, f8, u1, i4 and i8, of either byte
// order, are an error.
func Read(r io.Reader, size int64) (Array, error) {
	h, left, err := readHeader(r, size)
	if err != nil {
		return Array{}, err
	}
	elem, convert := decoder(h.descr)
	if convert == nil {
		return Array{}, fmt.Errorf("have type %q, want f4, f8, u1, i4 or i8 (in NumPy: x.astype('f4'))", h.descr)
	}
	n, ok := elements(h.shape, uint64(elem))
	if !ok || int64(n)*int64(elem) != left {
		return Array{}, fmt.Errorf("have %d bytes of data, want shape %v of %d bytes each", left, h.shape, elem)
	}
	a := Array{h.shape, make([]float32, n)}
	buf := make([]byte, min(n, chunk)*elem)
	for part := range slices.Chunk(a.Data, chunk) {
		b := buf[:len(part)*elem]
		if _, err := io.ReadFull(r, b); err != nil {
			return Array{}, err
		}
		convert(part, b)
	}
	if h.fortran {
		a.Data = fromFortran(a.Data, a.Shape)
	}
	return a, nil
}

// chunk is how many elements are converted at a time.
const chunk = 8192

// decoder finds the size of an element and the conversion for a type; nil if
// the type is unknown here.
func decoder(descr string) (size int, convert func(to []float32, from []byte)) {
	if descr == "|u1" || descr == "<u1" || descr == ">u1" {
		return 1, func(to []float32, from []byte) {
			for i, v := range from {
				to[i] = float32(v)
			}
		}
	}
	var order binary.ByteOrder = binary.LittleEndian
	if len(descr) > 0 && descr[0] == '>' {
		order = binary.BigEndian
	}
	switch descr {
	case "<f4", ">f4":
		return 4, func(to []float32, from []byte) { decode(to, from, order) }
	case "<f8", ">f8":
		return 8, converter[float64](order)
	case "<i4", ">i4":
		return 4, converter[int32](order)
	case "<i8", ">i8":
		return 8, converter[int64](order)
	}
	return 0, nil
}

func converter[T float64 | int32 | int64](order binary.ByteOrder) func([]float32, []byte) {
	values := make([]T, chunk)
	return func(to []float32, from []byte) {
		part := values[:len(to)]
		decode(part, from, order)
		for i, v := range part {
			to[i] = float32(v)
		}
	}
}

// decode fills to from bytes of exactly its size; so it cannot fail.
func decode(to any, from []byte, order binary.ByteOrder) {
	if _, err := binary.Decode(from, order, to); err != nil {
		panic(err)
	}
}

// fromFortran reorders data in which the first index runs fastest.
func fromFortran(data []float32, shape []int) []float32 {
	out := make([]float32, len(data))
	index := make([]int, len(shape))
	for _, v := range data {
		at := 0
		for axis, i := range index {
			at = at*shape[axis] + i
		}
		out[at] = v
		for axis := range index {
			if index[axis]++; index[axis] < shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
	return out
}
