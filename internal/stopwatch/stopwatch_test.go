package stopwatch

import (
	"testing"
	"time"
)

// The clock goes forward, in short steps, and as fast as the one of package time.
func TestNow(t *testing.T) {
	began, from := time.Now(), Now()
	shortest, last := time.Hour, from
	for time.Since(began) < 100*time.Millisecond {
		now := Now()
		if now < last {
			t.Fatalf("it went back from %v to %v", last, now)
		}
		if now > last {
			shortest = min(shortest, now-last)
		}
		last = now
	}
	if shortest > 5*time.Microsecond {
		t.Errorf("its shortest step is %v, want at most 5µs", shortest)
	}
	if took := last - from; took < 80*time.Millisecond || took > time.Minute {
		t.Errorf("it counts %v in at least 100ms", took)
	}
}

// What is measured must not be disturbed.
func TestNowDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Now() }); n > 0 {
		t.Errorf("have %v allocations, want none", n)
	}
}

func BenchmarkNow(b *testing.B) {
	for b.Loop() {
		Now()
	}
}
