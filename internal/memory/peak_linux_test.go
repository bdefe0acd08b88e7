package memory

import (
	"os"
	"testing"
)

// The peak stays when memory is given back, and starts again when it is reset.
func TestPeakMemory(t *testing.T) {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Skip(err)
	}
	peak := func() int {
		t.Helper()
		n, err := Peak()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const size = 64 << 20
	ResetPeak()
	before := peak()
	touch(size)
	with := peak()
	ResetPeak()
	if after := peak(); with < before+size/2 || after > with-size/2 {
		t.Errorf("the peak is %d, %d with %d bytes, and %d after these", before, with, size, after)
	}
}
