// Package rerun is for tests that run themselves in another process.
package rerun

import (
	"os"
	"os/exec"
	"strings"
)

// Command is the running test binary with other arguments. TEST_EMULATOR is the
// command of the emulated processor that runs it, if one does, such as
// "qemu-x86_64 -cpu Haswell": the machine's own processor could be of another kind, or
// know more instructions than the test is about.
func Command(args ...string) *exec.Cmd {
	all := append(strings.Fields(os.Getenv("TEST_EMULATOR")), os.Args[0])
	return exec.Command(all[0], append(all[1:], args...)...)
}
