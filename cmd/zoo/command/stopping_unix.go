//go:build unix

package command

import (
	"os"
	"os/signal"
	"syscall"
)

// stopping are the signals that stop a verb in order. That of a terminal which was
// closed is not among them where nohup says to ignore it.
func stopping() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}
