//go:build !unix

package command

import (
	"os"
	"syscall"
)

// stopping are the signals that stop a verb in order. On Windows SIGTERM is sent when the
// console, the session or the system ends; a process then has a few seconds.
func stopping() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }
