package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// build makes the folders of two systems, with files of this mode.
func build(t *testing.T, mode os.FileMode, program string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"zoo-linux-amd64/zoo": program, "zoo-linux-amd64/LICENSE": "free", "zoo-linux-amd64/README.md": "read",
		"zoo-windows-arm64/zoo.exe": program, "zoo-windows-arm64/LICENSE": "free",
	} {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestPackAll(t *testing.T) {
	at := time.Date(2024, 3, 1, 12, 0, 2, 0, time.UTC)
	out := t.TempDir()
	if err := packAll(build(t, 0o600, "program"), at, out); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(out, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, name := range []string{"zoo-linux-amd64.tar.gz", "zoo-windows-arm64.zip"} {
		b, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		want += fmt.Sprintf("%x  %s\n", sha256.Sum256(b), name)
	}
	if string(sums) != want {
		t.Errorf("have the sums\n%swant\n%s", sums, want)
	}

	type entry struct {
		name, text string
		mode       os.FileMode
		at         time.Time
	}
	var have []entry
	f, err := os.Open(filepath.Join(out, "zoo-linux-amd64.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil || h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" {
			t.Errorf("%+v, %v", h, err)
		}
		have = append(have, entry{h.Name, string(b), h.FileInfo().Mode(), h.ModTime.UTC()})
	}
	archive, err := zip.OpenReader(filepath.Join(out, "zoo-windows-arm64.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		have = append(have, entry{f.Name, string(b), f.Mode(), f.Modified.UTC()})
	}
	entries := []entry{
		{"zoo-linux-amd64/LICENSE", "free", 0o644, at},
		{"zoo-linux-amd64/README.md", "read", 0o644, at},
		{"zoo-linux-amd64/zoo", "program", 0o755, at},
		{"zoo-windows-arm64/LICENSE", "free", 0o644, at},
		{"zoo-windows-arm64/zoo.exe", "program", 0o755, at},
	}
	if !reflect.DeepEqual(have, entries) {
		t.Errorf("have\n%v\nwant\n%v", have, entries)
	}
}

// The archives do not depend on the modes of the files or the time of the build, only on
// their contents.
func TestPackAllAgain(t *testing.T) {
	at := time.Date(2024, 3, 1, 12, 0, 2, 0, time.UTC)
	var sums []string
	for _, from := range []string{build(t, 0o600, "program"), build(t, 0o777, "program"), build(t, 0o600, "another")} {
		out := t.TempDir()
		if err := packAll(from, at, out); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(out, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, string(b))
	}
	if sums[0] != sums[1] {
		t.Errorf("the same files make\n%sand\n%s", sums[0], sums[1])
	}
	if sums[0] == sums[2] || strings.Count(sums[2], "\n") != 2 {
		t.Errorf("other files make\n%s", sums[2])
	}
}
