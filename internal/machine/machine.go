// Package machine names the machine that the program runs on.
package machine

import (
	"runtime"
	"strings"
	"sync"
)

// Name says on what processor the program runs, for people to read.
var Name = sync.OnceValue(func() string {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if name := strings.TrimSpace(processor()); name != "" {
		return name + ", " + platform
	}
	return platform
})
