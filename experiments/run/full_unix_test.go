//go:build unix

package run

import (
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"zoo/internal/safetensors"
)

// A full disk, as the kernel makes it: in a process whose files may not grow beyond a size,
// the checkpoint fails with a message, and the next process resumes from the previous one.
func TestFullDisk(t *testing.T) {
	if root := os.Getenv("RUN_TEST_FULL"); root != "" {
		signal.Ignore(syscall.SIGXFSZ)
		must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4096, Max: 4096}))
		r := open(t, root, Options{})
		c, _ := resume(t, r)
		big := checkpoint(c.Step + 10)
		big.Tensors[0] = safetensors.Tensor{Name: "w", Shape: []int{10000}, Data: make([]float32, 10000)}
		err := r.SaveCheckpoint(big)
		if err == nil || !strings.Contains(err.Error(), "of step 20 could not be written, but earlier ones are intact") {
			t.Errorf("have error %v", err)
		}
		var logged int
		for r.Log(Metric{Split: "train"}) == nil { // until metrics.jsonl is full
			logged++
		}
		if n := strings.Count(read(t, r.Dir(), "metrics.jsonl"), "\n"); n != 10+logged {
			t.Errorf("have %d whole lines, want %d", n, 10+logged)
		}
		if text := read(t, r.Dir(), "metrics.jsonl"); !strings.HasSuffix(text, "\n") {
			t.Error("a torn line was left")
		}
		return
	}
	root := t.TempDir()
	r := open(t, root, Options{})
	resume(t, r)
	train(t, r, 0, 10)
	must(t, r.Close())
	child := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
	child.Env = append(os.Environ(), "RUN_TEST_FULL="+root)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r = open(t, root, Options{})
	if c, notice := resume(t, r); c == nil || c.Step != 10 || notice != "" {
		t.Errorf("resumed from %+v, %q", c, notice)
	}
}
