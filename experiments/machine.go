package experiments

import (
	"runtime"
	"strings"
	"sync"
)

// machine says on what processor the program runs, for people to read.
var machine = sync.OnceValue(func() string {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if name := strings.TrimSpace(processor()); name != "" {
		return name + ", " + platform
	}
	return platform
})
