package weights

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"zoo/internal/pth"
)

// splitPart splits FILE#PART, unless there is a file with the whole name.
func splitPart(name string) (file, part string) {
	i := strings.LastIndexByte(name, '#')
	if i < 0 {
		return name, ""
	}
	if _, err := os.Stat(name); err == nil {
		return name, ""
	}
	return name[:i], name[i+1:]
}

// beginsAsPth tells a .pth from safetensors, and refuses what is neither.
func beginsAsPth(name string) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, fmt.Errorf("%s: have %s, want a file: weights are read in places, which a pipe or a folder cannot do", name, kindOf(info.Mode()))
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	if what := notWeights(head[:n]); what != "" {
		return false, fmt.Errorf("%s: this is %s, want weights: safetensors, or what torch.save wrote", name, what)
	}
	return pth.IsPth(bytes.NewReader(head[:n]))
}

func kindOf(m os.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder that holds no run"
	case m&os.ModeNamedPipe != 0:
		return "a pipe"
	}
	return "a device"
}

// notWeights says what kind of file begins with these bytes; empty if it may hold weights.
func notWeights(head []byte) string {
	if len(head) > 8 && head[8] == '{' { // safetensors, whose first bytes are a length of any value
		return ""
	}
	text := strings.ToLower(string(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))))
	for _, known := range []struct{ prefix, what string }{
		{"<!doctype html", "an HTML page, such as an error that was saved in place of the file"},
		{"<html", "an HTML page, such as an error that was saved in place of the file"},
		{"<?xml", "an XML page, such as an error that was saved in place of the file"},
		{"version https://git-lfs", "a pointer of Git LFS: fetch the file itself with git lfs pull"},
		{"{\"", "JSON text"},
		{"\x1f\x8b", "a gzip file: unpack it first"},
		{"BZh", "a bzip2 file: unpack it first"},
		{"\xfd7zXZ", "an xz file: unpack it first"},
		{"7z\xbc\xaf", "a 7z file: unpack it first"},
		{"\x89HDF", "an HDF5 file, as Keras writes them, which is not read here"},
		{"\x93NUMPY", "a NumPy array, which is an input and no weights"},
	} {
		if strings.HasPrefix(text, known.prefix) || strings.HasPrefix(string(head), known.prefix) {
			return known.what
		}
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return "an empty file"
	}
	return ""
}
