package floats

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"testing"
)

// The SHA-256 of all 65536 halves (NaNs as zero) as little-endian float32, from
//
//	x = numpy.arange(65536, dtype='u2').view('f2').astype('f4'); x[numpy.isnan(x)] = 0
//	hashlib.sha256(x.tobytes()).hexdigest()
const allHalves = "faa6d965574036872b0d39a42d1f8bee361d5be92b1e718155a69556a5abacdd"

func TestHalf(t *testing.T) {
	var b []byte
	for v := range 1 << 16 {
		f := half(uint16(v))
		if f != f {
			f = 0
		}
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != allHalves {
		t.Errorf("have %x, want %s", sum, allHalves)
	}
	if f := half(0x7e00); f == f {
		t.Error("0x7e00 is not NaN")
	}
}

func TestReadAt(t *testing.T) {
	const n = atOnce + 3
	b := make([]byte, 2*n+1)
	for i := range n {
		b[1+2*i], b[2+2*i] = byte(i), byte(i>>8)&0x3f
	}
	for _, c := range []struct {
		t     Type
		widen func(uint16) float32
	}{{Float16, half}, {BFloat16, brain}} {
		dst := make([]float32, n-2)
		if err := c.t.ReadAt(bytes.NewReader(b), dst, 5); err != nil {
			t.Fatal(err)
		}
		for i, v := range dst {
			if want := c.widen(uint16(byte(i+2)) | uint16(byte((i+2)>>8)&0x3f)<<8); v != want {
				t.Fatalf("type %d: value %d is %v, want %v", c.t, i, v, want)
			}
		}
		if err := c.t.ReadAt(bytes.NewReader(b), dst, 7); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("past the end: have %v", err)
		}
	}
	dst := make([]float32, 2)
	if err := Float32.ReadAt(bytes.NewReader([]byte{0, 0, 0, 0xc0, 0, 0, 0x80, 0x3f}), dst, 0); err != nil || dst[0] != -2 || dst[1] != 1 {
		t.Error(dst, err)
	}
}
