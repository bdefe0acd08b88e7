package memory

import (
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// limits are the memory of the machine and the bounds that are set to the process.
func limits() (all []uint64) {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		all = append(all, uint64(info.Totalram)*uint64(info.Unit))
	}
	var space unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_AS, &space) == nil {
		all = append(all, uint64(space.Cur))
	}
	groups, _ := os.ReadFile("/proc/self/cgroup")
	return append(all, ofGroups("/sys/fs/cgroup", string(groups))...)
}

// ofGroups are the bounds of the control groups that /proc/self/cgroup lists, and of
// those around them: memory.max of version 2, memory.limit_in_bytes of version 1.
func ofGroups(root, list string) (all []uint64) {
	for line := range strings.Lines(list) {
		at := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(at) != 3 {
			continue
		}
		folder, file := root, "memory.max"
		if at[0] != "0" {
			folder, file = path.Join(root, "memory"), "memory.limit_in_bytes"
			if at[1] != "memory" {
				continue
			}
		}
		for group := path.Clean("/" + at[2]); ; group = path.Dir(group) {
			text, _ := os.ReadFile(path.Join(folder, group, file))
			if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil { // otherwise it is max, or not there
				all = append(all, n)
			}
			if group == "/" {
				break
			}
		}
	}
	return all
}
