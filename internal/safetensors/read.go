package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"zoo/internal/floats"
)

// ReadFile reads a whole safetensors file. Errors name the file.
func ReadFile(name string) (File, error) {
	f, err := os.Open(name)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	file, err := Read(f, info.Size())
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", name, err)
	}
	return file, nil
}

// Read reads a safetensors file of size bytes from r. Nothing is allocated
// before its length in the header has been checked against size. It is
// an error if the tensors do not fill the data exactly, without gap or
// overlap, if a name comes twice, if a dtype is not one of [Tensor]'s, and if
// the file carries a SHA-256 of itself and has been altered since.
func Read(r io.Reader, size int64) (File, error) {
	h, err := readHead(r, size)
	if err != nil {
		return File{}, err
	}
	digest := sha256.New()
	if h.signed() {
		digest.Write(h.unsigned)
		r = io.TeeReader(r, digest)
	}
	file := File{Meta: h.meta, Verified: h.signed()}
	for _, p := range h.places {
		t := Tensor{Name: p.name, Shape: p.shape()}
		if t.Data, err = readData(r, p.DType, int(p.Offsets[1]-p.Offsets[0])/elementSize(p.DType)); err != nil {
			return File{}, fmt.Errorf("tensor %q: %w", p.name, err)
		}
		file.Tensors = append(file.Tensors, t)
	}
	if h.signed() {
		if err := h.verify(digest); err != nil {
			return File{}, err
		}
	}
	slices.SortFunc(file.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return file, nil
}

// A head is what comes before the data.
type head struct {
	meta     map[string]string // without the digest
	places   []place
	data     int64  // where the data begin in the file
	want     string // the digest that the file carries; empty if it has none
	unsigned []byte // length and header, with noDigest in the digest's place
}

func (h *head) signed() bool { return h.want != "" }

func (h *head) verify(digest hash.Hash) error {
	if have := hex.EncodeToString(digest.Sum(nil)); have != h.want {
		return fmt.Errorf("the file has been altered or damaged: its SHA-256 begins with %.16s, want %.16s", have, h.want)
	}
	return nil
}

// readHead reads and checks what comes before the data of a file of size bytes.
func readHead(r io.Reader, size int64) (*head, error) {
	if size < 8 {
		return nil, fmt.Errorf("not a safetensors file: have %d bytes, want at least 8", size)
	}
	var length [8]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, fmt.Errorf("reading the header's length: %w", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader || n > uint64(size)-8 {
		return nil, fmt.Errorf("not a safetensors file, or truncated: the header claims %d bytes, want at most %d",
			n, min(maxHeader, uint64(size)-8))
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	h := &head{data: 8 + int64(n)}
	var err error
	if h.meta, h.places, err = decodeHeader(header); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if err := checkPlaces(h.places, uint64(size)-8-n); err != nil {
		return nil, err
	}
	want, signed := h.meta[digestKey]
	delete(h.meta, digestKey)
	if signed {
		if h.want = want; len(want) != len(noDigest) {
			return nil, fmt.Errorf("the file has been altered or damaged: its SHA-256 is %q", want)
		}
		h.unsigned = append(length[:], bytes.Replace(header, []byte(want), []byte(noDigest), 1)...)
	}
	return h, nil
}

// readData reads n elements.
func readData(r io.Reader, dtype string, n int) (any, error) {
	switch dtype {
	case "F64":
		return readSlice[float64](r, n)
	case "I64":
		return readSlice[int64](r, n)
	case "I32":
		return readSlice[int32](r, n)
	case "U8":
		return readSlice[uint8](r, n)
	case "BOOL":
		return readSlice[bool](r, n)
	case "F32", "F16", "BF16":
		return readFloats(r, n, floatTypes[dtype])
	}
	panic("safetensors: a dtype that checkPlaces let through")
}

func readSlice[T any](r io.Reader, n int) ([]T, error) {
	data := make([]T, n)
	var buf []byte
	for part := range slices.Chunk(data, chunk) {
		size := binary.Size(part)
		buf = slices.Grow(buf[:0], size)[:size]
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, err
		}
		if _, err := binary.Decode(buf, binary.LittleEndian, part); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// readFloats reads floats of type t.
func readFloats(r io.Reader, n int, t floats.Type) ([]float32, error) {
	data := make([]float32, n)
	buf := make([]byte, min(n, chunk)*t.Size())
	for part := range slices.Chunk(data, chunk) {
		b := buf[:len(part)*t.Size()]
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		t.Decode(part, b)
	}
	return data, nil
}
