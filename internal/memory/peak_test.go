//go:build unix || windows

package memory

import "testing"

// Memory that is resident is in the peak.
func TestPeakMemoryCounts(t *testing.T) {
	const size = 64 << 20
	touch(size)
	if n, err := Peak(); err != nil || n < size || n > 1<<40 {
		t.Errorf("have %d bytes, %v, want at least %d", n, err, size)
	}
}

// touch makes n bytes resident.
//
//go:noinline
func touch(n int) (sum byte) {
	b := make([]byte, n)
	for i := 0; i < n; i += 4096 {
		b[i] = 1
	}
	for _, v := range b {
		sum += v
	}
	return sum
}
