//go:build unix

package command

import (
	"os/signal"
	"syscall"
)

// A file that reaches the limit of ulimit -f is an error of the write, as a full
// disk is, and not a crash.
func init() { signal.Ignore(syscall.SIGXFSZ) }
