//go:build unix

package command

import (
	"os"
	"os/signal"
	"syscall"
)

// stopping are the signals that stop a verb in order. The hangup of a terminal is not among
// them under nohup.
func stopping() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}
