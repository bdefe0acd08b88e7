package images

import (
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zoo/internal/origin"
)

// idxFile is a file in the IDX format of LeCun's MNIST page, for which both the
// shape and the checksum of the unpacked content are known.
type idxFile struct {
	name  string // without .gz
	size  int64  // of NAME.gz at the canonical address
	sum   origin.Checksum
	shape []int
}

// readIDX reads bytes of exactly this shape: two zero bytes, the type (8: bytes),
// the number of dimensions, each dimension as a big-endian word, the bytes.
// Nothing is allocated on the word of the file's header.
func readIDX(r io.Reader, shape ...int) ([]byte, error) {
	head := make([]byte, 4+4*len(shape))
	if n, err := io.ReadFull(r, head); err != nil {
		return nil, truncated(err, n, len(head))
	}
	if want := [4]byte{0, 0, 8, byte(len(shape))}; [4]byte(head) != want {
		return nil, fmt.Errorf("not an IDX file of %d dimensions: it begins with % x, want % x", len(shape), head[:4], want)
	}
	have, size := make([]int, len(shape)), 1
	same := true
	for i, want := range shape {
		have[i] = int(binary.BigEndian.Uint32(head[4+4*i:]))
		same = same && have[i] == want
		size *= want
	}
	if !same {
		return nil, fmt.Errorf("have shape %v, want %v", have, shape)
	}
	data := make([]byte, size)
	if n, err := io.ReadFull(r, data); err != nil {
		return nil, truncated(err, len(head)+n, len(head)+size)
	}
	return data, atEnd(r, len(head)+size)
}

// atEnd says what is wrong if r does not end here, after want bytes.
func atEnd(r io.Reader, want int) error {
	switch _, err := io.ReadFull(r, make([]byte, 1)); err {
	case io.EOF:
		return nil
	case nil:
		return fmt.Errorf("content too long: want %d bytes", want)
	default:
		return fmt.Errorf("the end is damaged: %w", err)
	}
}

// truncated says how much of a file was there, if err is that it ended.
func truncated(err error, have, want int) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("content truncated: have %d bytes, want %d", have, want)
	}
	return err
}

// readGzip unpacks and reads f from r, to its very end.
func (f idxFile) readGzip(r io.Reader) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("not a whole gzip file: %w", err)
	}
	return f.read(z)
}

func (f idxFile) read(r io.Reader) ([]byte, error) {
	h := f.sum.Hash()
	data, err := readIDX(io.TeeReader(r, h), f.shape...)
	if err != nil {
		return nil, err
	}
	return data, f.sum.Check(h)
}

// in is the path in a folder of NAME.gz or, if that is not there, of NAME.
func (f idxFile) in(dir string) string {
	path := filepath.Join(dir, f.name)
	if _, err := os.Stat(path + ".gz"); errors.Is(err, fs.ErrNotExist) {
		return path
	}
	return path + ".gz"
}

// readIn reads the file in a folder.
func (f idxFile) readIn(dir string) ([]byte, error) {
	path := f.in(dir)
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	read := f.read
	if strings.HasSuffix(path, ".gz") {
		read = f.readGzip
	}
	data, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}
