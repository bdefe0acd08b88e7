package experiments

import (
	"bufio"
	"os"
	"runtime"
	"strings"
	"sync"
)

// machine says on what processor the program runs, for people to read.
var machine = sync.OnceValue(func() string {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	f, err := os.Open("/proc/cpuinfo") // Linux alone has it
	if err != nil {
		return platform
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value) + ", " + platform
		}
	}
	return platform
})
