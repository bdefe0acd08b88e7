package text

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The types of R's serialisation that are read, and what flags say besides.
const (
	rString  = 9      // CHARSXP
	rStrings = 16     // STRSXP
	rType    = 0xff   // the bits of the type
	rMore    = 0x0600 // attributes or a tag follow
)

// maxObject is the largest object that is read, in bytes.
const maxObject = 1 << 26

// readR reads the objects of a package's data file of R, as makeLazyLoadDB writes them, each
// of which is a vector of strings. An object is its length in four bytes, the most
// significant first, and then that many bytes, compressed with zlib (R Internals, sections
// 1.8 and 1.17). It is serialised in the XDR format.
func readR(data []byte) (objects [][]string, err error) {
	r := bytes.NewReader(data)
	for r.Len() > 0 {
		object := func() ([]string, error) {
			var length uint32
			if err := binary.Read(r, binary.BigEndian, &length); err != nil {
				return nil, errors.New("truncated: no length")
			}
			if length > maxObject {
				return nil, fmt.Errorf("have a length of %d bytes, want at most %d", length, maxObject)
			}
			z, err := zlib.NewReader(r)
			if err != nil {
				return nil, fmt.Errorf("not compressed as R does it: %w", err)
			}
			raw, err := io.ReadAll(io.LimitReader(z, int64(length)+1))
			if err != nil {
				return nil, fmt.Errorf("truncated or damaged: %w", err)
			}
			if len(raw) != int(length) {
				return nil, fmt.Errorf("have %d bytes or more, want %d", len(raw), length)
			}
			return readStrings(raw)
		}
		at := len(data) - r.Len()
		strings, err := object()
		if err != nil {
			return nil, fmt.Errorf("object %d, from byte %d on: %w", len(objects)+1, at, err)
		}
		objects = append(objects, strings)
	}
	if objects == nil {
		return nil, errors.New("is empty: want data of R")
	}
	return objects, nil
}

// readStrings reads a vector of strings in R's XDR format of version 2 or 3.
func readStrings(raw []byte) ([]string, error) {
	rest := raw
	var short bool
	take := func(n int) []byte {
		if short = short || n > len(rest); short {
			return nil
		}
		taken := rest[:n]
		rest = rest[n:]
		return taken
	}
	number := func() int {
		if b := take(4); b != nil {
			return int(int32(binary.BigEndian.Uint32(b)))
		}
		return 0
	}
	at := func() int { return len(raw) - len(rest) }
	if !bytes.Equal(take(2), []byte("X\n")) {
		return nil, errors.New("is not in R's XDR format")
	}
	version := number()
	number() // of the R that wrote it
	number() // of the oldest R that can read it
	switch {
	case short:
	case version == 3: // has the name of an encoding
		n := number()
		if n < 0 {
			return nil, fmt.Errorf("have an encoding's name of %d bytes", n)
		}
		take(n)
	case version != 2:
		return nil, fmt.Errorf("have version %d of R's format, want 2 or 3", version)
	}
	flags, n := number(), number()
	switch {
	case short:
		return nil, errors.New("truncated")
	case flags&rType != rStrings || flags&rMore != 0:
		return nil, fmt.Errorf("have an object of R with flags %#x, want a vector of strings (%#x)", flags, rStrings)
	case n < 0 || n > len(rest)/8:
		return nil, fmt.Errorf("have %d strings in %d bytes", n, len(rest))
	}
	strings := make([]string, n)
	for i := range strings {
		begin := at()
		flags, length := number(), number()
		switch {
		case !short && (flags&rType != rString || flags&rMore != 0):
			return nil, fmt.Errorf("string %d, from byte %d on: have flags %#x, want those of a string (%#x)", i+1, begin, flags, rString)
		case !short && length < 0:
			return nil, fmt.Errorf("string %d, from byte %d on: is not available (NA)", i+1, begin)
		}
		strings[i] = string(take(length))
		if short {
			return nil, fmt.Errorf("string %d, from byte %d on: truncated", i+1, begin)
		}
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("have %d bytes after %d strings, want none", len(rest), n)
	}
	return strings, nil
}
