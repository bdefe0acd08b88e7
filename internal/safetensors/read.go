package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
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

// Read reads a safetensors file of size bytes from r. Nothing is allocated on
// the header's word alone: every length is first checked against size. It is
// an error if the tensors do not fill the data exactly, without gap or
// overlap, if a name comes twice, if a dtype is not one of [Tensor]'s, and if
// the file carries a SHA-256 of itself and has been altered since.
func Read(r io.Reader, size int64) (File, error) {
	if size < 8 {
		return File{}, fmt.Errorf("not a safetensors file: have %d bytes, want at least 8", size)
	}
	var length [8]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return File{}, fmt.Errorf("reading the header's length: %w", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader || n > uint64(size)-8 {
		return File{}, fmt.Errorf("not a safetensors file, or truncated: the header claims %d bytes, want at most %d",
			n, min(maxHeader, uint64(size)-8))
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return File{}, fmt.Errorf("reading the header: %w", err)
	}
	meta, places, err := decodeHeader(header)
	if err != nil {
		return File{}, fmt.Errorf("header: %w", err)
	}
	if err := checkPlaces(places, uint64(size)-8-n); err != nil {
		return File{}, err
	}

	want, signed := meta[digestKey]
	delete(meta, digestKey)
	digest := sha256.New()
	if signed {
		digest.Write(length[:])
		digest.Write(bytes.Replace(header, []byte(want), []byte(noDigest), 1))
		r = io.TeeReader(r, digest)
	}
	file := File{Meta: meta, Verified: signed}
	for _, p := range places {
		t := Tensor{Name: p.name, Shape: make([]int, len(p.Shape))}
		for i, d := range p.Shape {
			t.Shape[i] = int(d)
		}
		if t.Data, err = readData(r, p.DType, int(p.Offsets[1]-p.Offsets[0])/elementSize(p.DType)); err != nil {
			return File{}, fmt.Errorf("tensor %q: %w", p.name, err)
		}
		file.Tensors = append(file.Tensors, t)
	}
	if have := hex.EncodeToString(digest.Sum(nil)); signed && have != want {
		return File{}, fmt.Errorf("the file has been altered or damaged: its SHA-256 begins with %.16s, want %.16s", have, want)
	}
	slices.SortFunc(file.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return file, nil
}

// readData reads n elements.
func readData(r io.Reader, dtype string, n int) (any, error) {
	switch dtype {
	case "F64":
		return readSlice[float64](r, n)
	case "F32":
		return readSlice[float32](r, n)
	case "I64":
		return readSlice[int64](r, n)
	case "I32":
		return readSlice[int32](r, n)
	case "U8":
		return readSlice[uint8](r, n)
	case "BOOL":
		return readSlice[bool](r, n)
	case "F16":
		return readWide(r, n, half)
	case "BF16":
		return readWide(r, n, brain)
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

// readWide reads 16-bit floats.
func readWide(r io.Reader, n int, widen func(uint16) float32) ([]float32, error) {
	narrow, err := readSlice[uint16](r, n)
	if err != nil {
		return nil, err
	}
	data := make([]float32, n)
	for i, v := range narrow {
		data[i] = widen(v)
	}
	return data, nil
}
