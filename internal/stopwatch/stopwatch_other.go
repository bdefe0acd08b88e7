//go:build !windows

package stopwatch

import "time"

var start = time.Now()

func now() time.Duration { return time.Since(start) }
