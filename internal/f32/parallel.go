package f32

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Workers is the number of workers that Parallel runs at most: worker indices
// lie in [0, Workers()). It is GOMAXPROCS at the start of the program.
func Workers() int { return workers }

var workers = runtime.GOMAXPROCS(0)

// pool is the one set of goroutines that all kernels share. They live as long
// as the program: starting them anew for each of the hundreds of parallel
// loops of a training step would cost more than the small loops themselves.
var pool struct {
	start sync.Once
	busy  sync.Mutex // one parallel loop at a time
	wake  []chan struct{}
	done  sync.WaitGroup
	next  atomic.Int64
	n     int64
	f     func(worker, i int)
	fault atomic.Pointer[any] // the first panic of f
}

// Parallel calls f(worker, i) once for every i in [0, n) and returns when all
// calls have. Calls of one loop with the same worker index never overlap, so that
// an index may own scratch memory.
//
// Which worker gets which i is left to chance: for the same bytes at any number
// of threads, what f(i) writes must depend on i alone, and a reduction must be
// cut by the shape of its data, never by Workers. Parallel must not be called
// from inside f. A panic in f stops the loop early and comes back, with its value,
// as a panic of the caller.
func Parallel(n int, f func(worker, i int)) {
	if n <= 1 || workers == 1 {
		for i := range n {
			f(0, i)
		}
		return
	}
	pool.start.Do(startPool)
	pool.busy.Lock()
	defer pool.busy.Unlock()
	pool.f, pool.n = f, int64(n)
	pool.next.Store(0)
	helpers := min(workers, n) - 1
	pool.done.Add(helpers)
	for _, w := range pool.wake[:helpers] {
		w <- struct{}{}
	}
	drain(0)
	pool.done.Wait()
	pool.f = nil
	if fault := pool.fault.Swap(nil); fault != nil {
		panic(*fault)
	}
}

func startPool() {
	for w := 1; w < workers; w++ {
		wake := make(chan struct{}, 1)
		pool.wake = append(pool.wake, wake)
		go func() {
			for range wake {
				drain(w)
				pool.done.Done()
			}
		}()
	}
}

// drain takes loop indices until none is left.
func drain(worker int) {
	defer func() {
		if r := recover(); r != nil {
			fault := r // a copy, as what pool.fault points to is allocated
			pool.fault.CompareAndSwap(nil, &fault)
			pool.next.Store(pool.n)
		}
	}()
	for {
		i := pool.next.Add(1) - 1
		if i >= pool.n {
			return
		}
		pool.f(worker, int(i))
	}
}

// Chunks cuts [0, n) into pieces of at most size items and calls f(worker, lo,
// hi) for each, in parallel. The cuts depend on n and size alone.
func Chunks(n, size int, f func(worker, lo, hi int)) {
	Parallel((n+size-1)/size, func(worker, i int) {
		f(worker, i*size, min(n, (i+1)*size))
	})
}
