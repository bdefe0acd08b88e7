package f32

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zoo/internal/rerun"
)

func TestParallelCallsEachIndexOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, workers - 1, workers, workers + 1, 100, 5000} {
		calls := make([]atomic.Int32, max(0, n))
		Parallel(n, func(worker, i int) {
			calls[i].Add(1)
			if worker < 0 || worker >= Workers() {
				t.Errorf("worker %d of %d", worker, Workers())
			}
		})
		for i := range calls {
			if c := calls[i].Load(); c != 1 {
				t.Fatalf("n %d: index %d was called %d times", n, i, c)
			}
		}
	}
}

// TestParallelRunsAtOnce: two calls can wait for each other.
func TestParallelRunsAtOnce(t *testing.T) {
	if Workers() < 2 {
		t.Skip("GOMAXPROCS is 1")
	}
	var both sync.WaitGroup
	both.Add(2)
	Parallel(2, func(_, _ int) {
		both.Done()
		both.Wait()
	})
}

// TestWorkersOwnTheirScratch counts, without any synchronisation of its own, in
// memory that belongs to a worker: the race detector finds an overlap, and so
// does the count.
func TestWorkersOwnTheirScratch(t *testing.T) {
	count := make([]int, Workers())
	total := 0
	for range 500 {
		Parallel(37, func(worker, _ int) { count[worker]++ })
		total += 37
	}
	sum := 0
	for _, c := range count {
		sum += c
	}
	if sum != total {
		t.Errorf("have %d calls, want %d", sum, total)
	}
}

func TestParallelFromSeveralGoroutines(t *testing.T) {
	var callers sync.WaitGroup
	for g := range 8 {
		callers.Go(func() {
			for round := range 200 {
				n := (g + round) % 9
				var sum atomic.Int64
				Parallel(n, func(_, i int) { sum.Add(int64(i + 1)) })
				if want := int64(n * (n + 1) / 2); sum.Load() != want {
					t.Errorf("n %d: have the sum %d, want %d", n, sum.Load(), want)
				}
			}
		})
	}
	callers.Wait()
}

// caught returns what f panics with.
func caught(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

func TestPanicComesBack(t *testing.T) {
	want := errors.New("boom")
	for _, n := range []int{1, 2, 50, 5000} {
		for _, at := range []int{0, n / 2, n - 1} {
			var calls atomic.Int64
			have := caught(func() {
				Parallel(n, func(_, i int) {
					calls.Add(1)
					if i == at {
						panic(want)
					}
				})
			})
			if have != want {
				t.Fatalf("n %d: have panic %v, want that of index %d", n, have, at)
			}
			if c := calls.Load(); c > int64(n) {
				t.Errorf("n %d: have %d calls", n, c)
			}
			// The pool works on, and has forgotten the panic.
			var after atomic.Int64
			if v := caught(func() { Parallel(64, func(_, _ int) { after.Add(1) }) }); v != nil || after.Load() != 64 {
				t.Fatalf("after a panic: have panic %v and %d calls, want none and 64", v, after.Load())
			}
		}
	}
}

// TestEveryCallPanics: whichever is first, the caller gets one of the values,
// and no call is under way any more.
func TestEveryCallPanics(t *testing.T) {
	for range 200 {
		var running atomic.Int64
		v := caught(func() {
			Parallel(16, func(_, i int) {
				running.Add(1)
				defer running.Add(-1)
				panic(i)
			})
		})
		if i, ok := v.(int); !ok || i < 0 || i >= 16 {
			t.Fatalf("have panic %v", v)
		}
		if r := running.Load(); r != 0 {
			t.Fatalf("%d calls still run", r)
		}
	}
}

// TestPanicStopsTheLoop: of a loop of many slow steps few are taken.
func TestPanicStopsTheLoop(t *testing.T) {
	var calls atomic.Int64
	v := caught(func() {
		Parallel(10_000, func(_, i int) {
			calls.Add(1)
			if i == 3 {
				panic("stop")
			}
			time.Sleep(20 * time.Microsecond)
		})
	})
	if v != "stop" || calls.Load() > 5_000 {
		t.Errorf("have panic %v after %d calls", v, calls.Load())
	}
}

func TestRuntimePanic(t *testing.T) {
	var s []int
	v := caught(func() { Parallel(8, func(_, i int) { s[i]++ }) })
	if _, ok := v.(runtime.Error); !ok {
		t.Errorf("have panic %v, want the runtime's", v)
	}
	if v := caught(func() { Parallel(8, func(_, _ int) { panic(nil) }) }); v == nil {
		t.Error("panic(nil) is lost")
	}
}

func TestChunks(t *testing.T) {
	for _, c := range []struct{ n, size int }{{0, 4}, {1, 4}, {4, 4}, {5, 4}, {103, 10}, {7, 100}} {
		covered := make([]atomic.Int32, c.n)
		var pieces atomic.Int32
		Chunks(c.n, c.size, func(_, lo, hi int) {
			pieces.Add(1)
			if lo%c.size != 0 || hi != min(lo+c.size, c.n) {
				t.Errorf("%+v: piece [%d, %d)", c, lo, hi)
			}
			for i := lo; i < hi; i++ {
				covered[i].Add(1)
			}
		})
		if want := (c.n + c.size - 1) / c.size; int(pieces.Load()) != want {
			t.Errorf("%+v: have %d pieces, want %d", c, pieces.Load(), want)
		}
		for i := range covered {
			if covered[i].Load() != 1 {
				t.Errorf("%+v: index %d is covered %d times", c, i, covered[i].Load())
			}
		}
	}
}

// TestWorkersFollowGOMAXPROCS runs the tests of this package's loops with one
// worker and with more of them than processors.
func TestWorkersFollowGOMAXPROCS(t *testing.T) {
	if os.Getenv("PROCESS_WITHIN") != "" {
		return
	}
	for _, procs := range []int{1, 7} {
		cmd := rerun.Command("-test.run=Parallel|Panic|Chunks|Worker", "-test.v")
		cmd.Env = append(os.Environ(), "PROCESS_WITHIN=1", fmt.Sprintf("GOMAXPROCS=%d", procs))
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestPanicComesBack") {
			t.Errorf("GOMAXPROCS=%d: %v\n%s", procs, err, out)
		}
	}
}

// BenchmarkParallel is the cost of a loop that does nothing, and the time of 16
// chunks of 5 µs that follow some work of only the caller.
func BenchmarkParallel(b *testing.B) {
	b.Run("empty", func(b *testing.B) {
		for b.Loop() {
			Parallel(16, func(int, int) {})
		}
	})
	work := func(d time.Duration) {
		for start := time.Now(); time.Since(start) < d; {
		}
	}
	for _, serial := range []time.Duration{0, 5 * time.Microsecond, 50 * time.Microsecond} {
		b.Run(fmt.Sprint("16 times 5µs after ", serial), func(b *testing.B) {
			for b.Loop() {
				work(serial)
				Parallel(16, func(int, int) { work(5 * time.Microsecond) })
			}
		})
	}
}
