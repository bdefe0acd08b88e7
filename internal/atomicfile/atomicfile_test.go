package atomicfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// wantFolder checks the files of dir, hidden ones too, and their contents.
func wantFolder(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if w, ok := want[e.Name()]; !ok || w != string(b) {
			t.Errorf("%s holds %q, want %q (expected at all: %v)", e.Name(), b, w, ok)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("have %d files, want %d", len(entries), len(want))
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	for _, s := range []string{"one", "", strings.Repeat("long", 1<<16)} {
		if err := WriteFile(name, text(s)); err != nil {
			t.Fatal(err)
		}
		wantFolder(t, dir, map[string]string{"a": s})
	}
}

// A file of ours has the mode that any other program would have given it.
func TestWriteFileMode(t *testing.T) {
	dir := t.TempDir()
	plain, ours := filepath.Join(dir, "plain"), filepath.Join(dir, "ours")
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(ours, text("")); err != nil {
		t.Fatal(err)
	}
	a, _ := os.Stat(plain)
	b, _ := os.Stat(ours)
	if a.Mode() != b.Mode() {
		t.Errorf("mode %v, want %v", b.Mode(), a.Mode())
	}
}

func TestWriteFileKeeping(t *testing.T) {
	real := link
	t.Cleanup(func() { link = real })
	for name, l := range map[string]func(string, string) error{
		"links":    real,
		"no links": func(string, string) error { return syscall.EPERM },
	} {
		t.Run(name, func(t *testing.T) {
			link = l
			dir := t.TempDir()
			name := filepath.Join(dir, "a")
			for i, want := range []map[string]string{
				{"a": "0"}, {"a": "1", "a.prev": "0"}, {"a": "2", "a.prev": "1"},
			} {
				if err := WriteFileKeeping(name, text(string(rune('0'+i)))); err != nil {
					t.Fatal(err)
				}
				wantFolder(t, dir, want)
			}
			bad := errors.New("bad")
			if err := WriteFileKeeping(name, func(io.Writer) error { return bad }); err != bad {
				t.Errorf("have error %v, want %v", err, bad)
			}
			wantFolder(t, dir, map[string]string{"a": "2", "a.prev": "1"})
		})
	}
}

// A failure half-way leaves the old file and nothing else.
func TestFailureLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	if err := WriteFile(name, text("old")); err != nil {
		t.Fatal(err)
	}
	half := func(w io.Writer) error {
		w.Write(bytes.Repeat([]byte("new"), 1<<17))
		return io.ErrUnexpectedEOF
	}
	if err := WriteFile(name, half); err != io.ErrUnexpectedEOF {
		t.Errorf("have error %v, want %v", err, io.ErrUnexpectedEOF)
	}
	wantFolder(t, dir, map[string]string{"a": "old"})

	func() {
		defer func() { recover() }()
		WriteFile(name, func(io.Writer) error { panic("writer") })
	}()
	wantFolder(t, dir, map[string]string{"a": "old"})

	if err := os.Mkdir(filepath.Join(dir, "b"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "b", "x"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, write := range []func(string, func(io.Writer) error) error{WriteFile, WriteFileKeeping} {
		if err := write(filepath.Join(dir, "b"), text("new")); err == nil {
			t.Error("a folder was replaced by a file")
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
		if err := write(filepath.Join(dir, "nowhere", "x"), text("new")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("have error %v, want one that is os.ErrNotExist", err)
		}
	}
}

// Writers of one name do not disturb each other: the file is one of theirs.
func TestConcurrentWriters(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := WriteFile(name, text(strings.Repeat(string(rune('a'+i)), 1<<17))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	b, err := os.ReadFile(name)
	if err != nil || len(b) != 1<<17 || strings.Trim(string(b), string(b[:1])) != "" {
		t.Errorf("%d bytes, %v: not the whole file of one writer", len(b), err)
	}
	wantFolder(t, dir, map[string]string{"a": string(b)})
}

func TestRemoveTemporaries(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".a.0123abcd.tmp", ".gitignore", "b.tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveTemporaries(dir); err != nil {
		t.Fatal(err)
	}
	wantFolder(t, dir, map[string]string{".gitignore": "", "b.tmp": ""})
	if err := RemoveTemporaries(filepath.Join(dir, "nowhere")); err != nil {
		t.Errorf("a folder that does not exist: %v", err)
	}
}
