package memory

import "golang.org/x/sys/unix"

// limits are the memory of the machine and the bound that is set to the process.
func limits() (all []uint64) {
	if n, err := unix.SysctlUint64("hw.memsize"); err == nil {
		all = append(all, n)
	}
	var space unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_AS, &space) == nil {
		all = append(all, space.Cur)
	}
	return all
}
