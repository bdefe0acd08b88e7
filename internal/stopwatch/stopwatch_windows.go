package stopwatch

import (
	"math/bits"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The performance counter and how often it ticks in a second. Neither call fails on
// a version of Windows that runs Go programs.
var (
	kernel    = windows.NewLazySystemDLL("kernel32.dll")
	counter   = kernel.NewProc("QueryPerformanceCounter").Addr()
	frequency = ask(kernel.NewProc("QueryPerformanceFrequency").Addr())
	start     = ask(counter)
)

func ask(procedure uintptr) uint64 {
	var n uint64
	syscall.SyscallN(procedure, uintptr(unsafe.Pointer(&n)))
	return n
}

func now() time.Duration {
	high, low := bits.Mul64(ask(counter)-start, uint64(time.Second))
	ns, _ := bits.Div64(high, low, frequency)
	return time.Duration(ns)
}
