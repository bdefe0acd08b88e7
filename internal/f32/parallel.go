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
// as the program: starting them again for each of the hundreds of parallel
// loops of a training step would cost more than the small loops themselves.
//
// Between loops they wait awake for a while. To wake a thread that sleeps takes
// longer than a small loop (measured: 60 µs), and in a training step the next
// loop is never far. The caller never waits for a helper that has not begun: where the
// machine is busy with other things, it does the work itself.
var pool struct {
	start   sync.Once
	busy    sync.Mutex // one parallel loop at a time
	helpers []*helper
	loop    atomic.Uint64 // see number, open and inside
	caller  sleeper       // the goroutine that waits for the helpers inside
	next    atomic.Int64
	n       int64
	f       func(worker, i int)
	fault   atomic.Pointer[any] // the first panic of f
}

// The current loop is its number, whether it is open to helpers, and how many are
// inside.
const (
	number = uint64(1<<64 - 1<<32)
	open   = uint64(1) << 31
	inside = open - 1
)

// A helper is a goroutine of the pool.
type helper struct {
	sleeper
	worker int
}

// A sleeper is a goroutine that waits, first awake and then asleep.
type sleeper struct {
	asleep atomic.Bool
	wake   chan struct{}
}

// patience is how many pauses a sleeper stays awake for: some 200 µs.
const patience = 1000

// until waits for done to be true. The goroutine that makes it true calls rouse
// afterwards.
func (s *sleeper) until(done func() bool) {
	for range patience {
		if done() {
			return
		}
		pause(16)
	}
	for !done() {
		s.asleep.Store(true)
		if done() && s.asleep.CompareAndSwap(true, false) {
			return // rouse will not send
		}
		<-s.wake
	}
}

func (s *sleeper) rouse() {
	if s.asleep.CompareAndSwap(true, false) {
		s.wake <- struct{}{}
	}
}

// Parallel calls f(worker, i) once for every i in [0, n) and returns when all
// calls have. Calls of one loop with the same worker index never overlap, so that
// an index may own scratch memory.
//
// Which worker gets which i is left to chance: for the same bytes at any number
// of threads, what f(i) writes must depend only on i, and a reduction must be
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
	pool.loop.Store((pool.loop.Load()+1<<32)&number | open)
	for _, h := range pool.helpers[:min(workers, n)-1] {
		h.rouse()
	}
	drain(0)
	pool.loop.And(^open)
	pool.caller.until(empty)
	pool.f = nil
	if fault := pool.fault.Swap(nil); fault != nil {
		panic(*fault)
	}
}

func empty() bool { return pool.loop.Load()&inside == 0 }

func startPool() {
	pool.caller.wake = make(chan struct{}, 1)
	for w := 1; w < workers; w++ {
		h := &helper{sleeper{wake: make(chan struct{}, 1)}, w}
		pool.helpers = append(pool.helpers, h)
		go h.work()
	}
}

// work takes part in one loop after another.
func (h *helper) work() {
	var seen uint64
	another := func() bool {
		l := pool.loop.Load()
		return l&open != 0 && l&number != seen
	}
	for {
		h.until(another)
		l := pool.loop.Load()
		if l&open == 0 || !pool.loop.CompareAndSwap(l, l+1) {
			continue
		}
		seen = l & number
		drain(h.worker)
		if l := pool.loop.Add(^uint64(0)); l&open == 0 && l&inside == 0 {
			pool.caller.rouse()
		}
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

// Chunks cuts [0, n) into chunks of at most size items and calls f(worker, lo,
// hi) for each, in parallel. The cuts depend only on n and size.
func Chunks(n, size int, f func(worker, lo, hi int)) {
	Parallel((n+size-1)/size, func(worker, i int) {
		f(worker, i*size, min(n, (i+1)*size))
	})
}
