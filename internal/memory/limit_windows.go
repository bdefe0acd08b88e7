package memory

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// memoryStatus is Windows' MEMORYSTATUSEX.
type memoryStatus struct {
	size, load                          uint32
	total, available                    uint64
	totalPageFile, availablePageFile    uint64
	totalVirtual, availableVirtual, ext uint64
}

var globalMemoryStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")

// limits are the memory of the machine, if the system says it.
func limits() []uint64 {
	var m memoryStatus
	m.size = uint32(unsafe.Sizeof(m))
	if ok, _, _ := globalMemoryStatus.Call(uintptr(unsafe.Pointer(&m))); ok == 0 {
		return nil
	}
	return []uint64{m.total}
}
