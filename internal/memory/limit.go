// Package memory says how much memory the process may take, and how much it took.
package memory

import (
	"fmt"
	"math"
	"runtime/debug"
	"sync"
)

// Limit is how many bytes the process may take: what the machine has, or less where
// its container, ulimit -v or GOMEMLIMIT says so; math.MaxInt where it is not known.
var Limit = sync.OnceValue(func() int {
	limit := debug.SetMemoryLimit(-1) // reads it
	for _, n := range limits() {
		if n > 0 && n < math.MaxInt64 {
			limit = min(limit, int64(n))
		}
	}
	return int(min(limit, math.MaxInt))
})

// Text writes a number of bytes for people.
func Text(n int) string {
	f, unit := float64(n), 0
	for f >= 999.5 && unit < 6 {
		f, unit = f/1000, unit+1
	}
	if unit == 0 {
		return fmt.Sprint(n, " B")
	}
	return fmt.Sprintf("%.3g %cB", f, " kMGTPE"[unit])
}
