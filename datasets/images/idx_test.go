package images

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"

	"zoo/internal/origin"
)

// idx is a file in the IDX format.
func idx(data []byte, shape ...int) []byte {
	b := []byte{0, 0, 8, byte(len(shape))}
	for _, n := range shape {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return append(b, data...)
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func sumOf(data []byte) origin.Checksum {
	s := sha256.Sum256(data)
	return origin.Checksum("sha256:" + hex.EncodeToString(s[:]))
}

func TestReadIDX(t *testing.T) {
	good := idx([]byte{1, 2, 3, 4, 5, 6}, 3, 2)
	for _, c := range []struct {
		name string
		data []byte
		want string // in the error; "" if it is read
	}{
		{"good", good, ""},
		{"empty", nil, "content truncated: have 0 bytes, want 12"},
		{"half a head", good[:7], "content truncated: have 7 bytes, want 12"},
		{"no data", good[:12], "content truncated: have 12 bytes, want 18"},
		{"short", good[:17], "content truncated: have 17 bytes, want 18"},
		{"long", append(bytes.Clone(good), 0), "content too long: want 18 bytes"},
		{"not IDX", []byte("P5 3 2 255 012345"), "not an IDX file of 2 dimensions: it begins with 50 35 20 33, want 00 00 08 02"},
		{"floats", append([]byte{0, 0, 13}, good[3:]...), "it begins with 00 00 0d 02, want 00 00 08 02"},
		{"labels", idx([]byte{1, 2, 3, 4, 5, 6, 7, 8}, 8), "it begins with 00 00 08 01, want 00 00 08 02"},
		{"other shape", idx([]byte{1, 2, 3, 4, 5, 6}, 2, 3), "have shape [2 3], want [3 2]"},
		{"huge", idx(nil, 1<<32-1, 1<<32-1), "have shape [4294967295 4294967295], want [3 2]"},
	} {
		data, err := readIDX(bytes.NewReader(c.data), 3, 2)
		if c.want != "" {
			wantError(t, err, c.want)
		} else if err != nil || !bytes.Equal(data, []byte{1, 2, 3, 4, 5, 6}) {
			t.Errorf("%s: have %v, %v", c.name, data, err)
		}
	}
}

func TestIDXFile(t *testing.T) {
	good := idx([]byte{1, 2, 3, 4, 5, 6}, 3, 2)
	altered := idx([]byte{1, 2, 3, 4, 5, 7}, 3, 2)
	f := idxFile{name: "x-idx2-ubyte", sum: sumOf(good), shape: []int{3, 2}}
	packed := gzipped(good)
	for _, c := range []struct {
		name string
		ext  string
		data []byte
		want []string
	}{
		{"packed", ".gz", packed, nil},
		{"plain", "", good, nil},
		{"altered", ".gz", gzipped(altered), []string{"the content is altered: have sha256 " + strings.TrimPrefix(string(sumOf(altered)), "sha256:"),
			"want " + strings.TrimPrefix(string(sumOf(good)), "sha256:")}},
		{"altered plain", "", altered, []string{"the content is altered"}},
		{"no gzip", ".gz", good, []string{"not a whole gzip file"}},
		{"empty", ".gz", nil, []string{"not a whole gzip file: EOF"}},
		{"cut in the data", ".gz", packed[:20], []string{"content truncated: have 9 bytes, want 12"}},
		{"cut at the end", ".gz", packed[:len(packed)-3], []string{"the end is damaged: unexpected EOF"}},
		{"broken inside", ".gz", append(bytes.Clone(packed[:10]), 0xff, 0xff, 0xff), []string{"flate: corrupt input"}},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, f.name+c.ext)
		write(t, path, c.data)
		data, err := f.readIn(dir)
		if c.want != nil {
			wantError(t, err, append(c.want, path+": ")...)
		} else if err != nil || !bytes.Equal(data, good[12:]) {
			t.Errorf("%s: have %v, %v", c.name, data, err)
		}
	}
	_, err := f.readIn(t.TempDir())
	wantError(t, err, "x-idx2-ubyte", noSuchFile)
}

func FuzzIDX(f *testing.F) {
	good := idx([]byte{1, 2, 3, 4, 5, 6}, 3, 2)
	file := idxFile{sum: sumOf(good), shape: []int{3, 2}}
	f.Add(good)
	f.Add(gzipped(good))
	f.Add(good[:9])
	f.Add(idx(nil, 1<<31, 1<<31))
	f.Add(gzipped(good)[:15])
	f.Fuzz(func(t *testing.T, b []byte) {
		if data, err := file.read(bytes.NewReader(b)); err == nil && !bytes.Equal(b, good) {
			t.Errorf("% x is accepted as % x", b, data)
		}
		if data, err := file.readGzip(bytes.NewReader(b)); err == nil && !bytes.Equal(data, good[12:]) {
			t.Errorf("% x is accepted as % x", b, data)
		}
		if data, err := readIDX(bytes.NewReader(b), 3, 2); err == nil && len(data) != 6 {
			t.Errorf("have %d bytes", len(data))
		}
	})
}
