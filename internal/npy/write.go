package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Write writes the array as little-endian float32 in C order, .npy version
// 1.0, with the bytes that numpy.save writes.
func Write(w io.Writer, a Array) error {
	if n, ok := elements(a.Shape, 4); !ok || n != len(a.Data) {
		return fmt.Errorf("have %d values, want shape %v", len(a.Data), a.Shape)
	}
	dims := make([]string, len(a.Shape))
	for i, d := range a.Shape {
		dims[i] = strconv.Itoa(d)
	}
	shape := strings.Join(dims, ", ")
	if len(dims) == 1 {
		shape += "," // a tuple of one
	}
	text := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape)
	if len(dims) > 0 { // NumPy leaves room for the first dimension to grow
		text += strings.Repeat(" ", max(0, 21-len(dims[0])))
	}
	const before = len(magic) + 4 // version and length
	text += strings.Repeat(" ", 64-(before+len(text)+1)%64) + "\n"
	if len(text) > math.MaxUint16 {
		return fmt.Errorf("shape %v: too many dimensions for a .npy file", a.Shape)
	}
	head := binary.LittleEndian.AppendUint16([]byte(magic+"\x01\x00"), uint16(len(text)))
	if _, err := w.Write(append(head, text...)); err != nil {
		return err
	}
	var buf []byte
	for part := range slices.Chunk(a.Data, chunk) {
		buf = buf[:0]
		for _, v := range part {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}
