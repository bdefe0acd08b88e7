//go:build !unix

package command

import (
	"os"
	"syscall"
)

// stopping are the signals that stop a verb in order. On Windows SIGTERM stands for
// the end of the console, of the session and of the system, which leave some seconds
// for it.
func stopping() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }
