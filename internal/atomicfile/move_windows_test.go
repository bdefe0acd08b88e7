package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// A file that a reader has open for a moment is replaced after that.
func TestReplaceWaitsForReaders(t *testing.T) {
	for name, write := range map[string]func(string, func(io.Writer) error) error{"WriteFile": WriteFile, "WriteFileKeeping": WriteFileKeeping} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			name, other := filepath.Join(dir, "a"), filepath.Join(dir, "b")
			for _, n := range []string{name, other} {
				if err := os.WriteFile(n, []byte("old"), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := move(other, name); !inUse(err) {
				t.Fatalf("replacing an open file: have error %v, want one that may pass", err)
			}
			time.AfterFunc(50*time.Millisecond, func() { f.Close() })
			if err := write(name, text("new")); err != nil {
				t.Fatal(err)
			}
			if b, err := ReadFile(name); err != nil || string(b) != "new" {
				t.Errorf("have %q, %v", b, err)
			}
		})
	}
}

// A file that another program does not share is read after that.
func TestReadWaitsForWriters(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	if err := WriteFile(name, text("x")); err != nil {
		t.Fatal(err)
	}
	path, err := windows.UTF16PtrFromString(name)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(path, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Open(name); !inUse(err) {
		t.Errorf("have error %v, want one that may pass", err)
	}
	time.AfterFunc(50*time.Millisecond, func() { windows.CloseHandle(h) })
	if b, err := ReadFile(name); err != nil || string(b) != "x" {
		t.Errorf("have %q, %v", b, err)
	}
}

// What can never be replaced is an error at once.
func TestReplaceNever(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	if err := os.WriteFile(name, nil, 0o444); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(name, text("new")); err == nil || inUse(err) || !strings.Contains(err.Error(), name+" is read-only") {
		t.Errorf("have error %v", err)
	}
	if err := WriteFile(dir, text("new")); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("have error %v, want %v", err, syscall.EISDIR)
	}
	wantFolder(t, dir, map[string]string{"a": ""})
}
