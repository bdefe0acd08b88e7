//go:build unix

package atomicfile

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A full disk, as the kernel reports it: in a process whose files may not
// grow beyond 4096 bytes, writing more fails and the old file remains.
func TestFullDisk(t *testing.T) {
	if name := os.Getenv("ATOMICFILE_TEST_FULL"); name != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4096, Max: 4096}); err != nil {
			t.Fatal(err)
		}
		for _, write := range []func(string, func(io.Writer) error) error{WriteFile, WriteFileKeeping} {
			if err := write(name, text(strings.Repeat("x", 5000))); !errors.Is(err, syscall.EFBIG) {
				t.Errorf("have error %v, want %v", err, syscall.EFBIG)
			}
		}
		return
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	if err := WriteFile(name, text("old")); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
	child.Env = append(os.Environ(), "ATOMICFILE_TEST_FULL="+name)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wantFolder(t, dir, map[string]string{"a": "old"})
}
