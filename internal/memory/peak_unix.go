//go:build unix && !linux

package memory

import (
	"runtime"
	"syscall"
)

// ResetPeak does nothing: the peak is that of the whole process.
func ResetPeak() {}

// Peak is the largest resident memory of the process in bytes.
func Peak() (int, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int(u.Maxrss), err
	}
	return 1024 * int(u.Maxrss), err
}
