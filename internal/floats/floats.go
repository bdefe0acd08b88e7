// Package floats reads the floats in which weights are kept in files, little-endian,
// as float32: those of 16 and 32 bits exactly, those of 64 bits rounded to the nearest.
package floats

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"sync"
)

// A Type is a type of floats in a file.
type Type int

// The types. None stands for values of any other type.
const (
	None     Type = iota
	Float32       // IEEE 754 binary32
	Float16       // IEEE 754 binary16
	BFloat16      // the upper half of a binary32
	Float64       // IEEE 754 binary64
)

// Size is the size of a value in bytes.
func (t Type) Size() int { return [...]int{0, 4, 2, 2, 8}[t] }

// atOnce is how many bytes are converted at a time.
const atOnce = 1 << 16

var buffers = sync.Pool{New: func() any { return new([atOnce]byte) }}

// ReadAt fills dst with the values of type t, not None, that are in r from byte
// from on. An end of r before the last value is io.ErrUnexpectedEOF.
func (t Type) ReadAt(r io.ReaderAt, dst []float32, from int64) error {
	b := buffers.Get().(*[atOnce]byte)
	defer buffers.Put(b)
	for len(dst) > 0 {
		n := min(len(dst), atOnce/t.Size())
		part := b[:n*t.Size()]
		if k, err := r.ReadAt(part, from); k < len(part) {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		t.Decode(dst[:n], part)
		dst, from = dst[n:], from+int64(len(part))
	}
	return nil
}

// Decode converts len(dst) values.
func (t Type) Decode(dst []float32, b []byte) {
	switch t {
	case Float32:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case Float16:
		for i := range dst {
			dst[i] = half(binary.LittleEndian.Uint16(b[2*i:]))
		}
	case BFloat16:
		for i := range dst {
			dst[i] = brain(binary.LittleEndian.Uint16(b[2*i:]))
		}
	case Float64:
		for i := range dst {
			dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
		}
	default:
		panic("floats: values of no type")
	}
}
