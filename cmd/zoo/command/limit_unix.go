//go:build unix

package command

import (
	"os/signal"
	"syscall"
)

// A write beyond the limit of ulimit -f is then an error, as with a full disk, and does not
// kill the process.
func init() { signal.Ignore(syscall.SIGXFSZ) }
