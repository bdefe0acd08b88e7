package machine

import (
	"bufio"
	"os"
	"strings"
)

// processor is the name of the first processor; empty if the system does not say it.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return value
		}
	}
	return ""
}
