package memory

import (
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// TestLimit: the machine that runs the tests has memory, and GOMEMLIMIT makes it less.
func TestLimit(t *testing.T) {
	if os.Getenv("TEST_LIMIT") != "" {
		println(Limit())
		return
	}
	if n := Limit(); n < 1<<28 || n == math.MaxInt && (runtime.GOOS == "linux" || runtime.GOOS == "windows" || runtime.GOOS == "darwin") {
		t.Errorf("have %d bytes", n)
	}
	c := exec.Command(os.Args[0], "-test.run=TestLimit$")
	c.Env = append(os.Environ(), "TEST_LIMIT=1", "GOMEMLIMIT=100MiB")
	if out, err := c.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "104857600\n") {
		t.Errorf("with GOMEMLIMIT=100MiB have %s, %v", out, err)
	}
}
