//go:build unix && !linux

package experiments

import (
	"runtime"
	"syscall"
)

// resetPeakMemory does nothing: the peak is that of the whole process.
func resetPeakMemory() {}

// peakMemory is the largest resident memory of the process in bytes.
func peakMemory() (int, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int(u.Maxrss), err
	}
	return 1024 * int(u.Maxrss), err
}
