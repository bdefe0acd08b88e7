package memory

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// ResetPeak does nothing: the peak is that of the whole process.
func ResetPeak() {}

// memoryCounters is Windows' PROCESS_MEMORY_COUNTERS.
type memoryCounters struct {
	size, pageFaults        uint32
	peakWorkingSet, working uintptr
	pools                   [4]uintptr
	pagefile, peakPagefile  uintptr
}

var getProcessMemoryInfo = windows.NewLazySystemDLL("kernel32.dll").NewProc("K32GetProcessMemoryInfo")

// Peak is the largest resident memory of the process in bytes.
func Peak() (int, error) {
	var m memoryCounters
	m.size = uint32(unsafe.Sizeof(m))
	ok, _, err := getProcessMemoryInfo.Call(uintptr(windows.CurrentProcess()), uintptr(unsafe.Pointer(&m)), unsafe.Sizeof(m))
	if ok == 0 {
		return 0, fmt.Errorf("K32GetProcessMemoryInfo: %w", err)
	}
	return int(m.peakWorkingSet), nil
}
