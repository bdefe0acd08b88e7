package datasets

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// numbered is an iteration whose batches only have their number.
func numbered(ctx context.Context, first, n int, filled *atomic.Int64) iter.Seq2[Batch, error] {
	return Prefetch(ctx, func() *Batch { return new(Batch) }, first, n, func(b *Batch, k int) error {
		b.Index = k
		filled.Add(1)
		return nil
	})
}

// However the iteration ends, its goroutine has ended too.
func TestAheadLeavesNoGoroutine(t *testing.T) {
	for name, use := range map[string]func(context.Context, context.CancelFunc, iter.Seq2[Batch, error]){
		"to the end": func(_ context.Context, _ context.CancelFunc, s iter.Seq2[Batch, error]) {
			for range s {
			}
		},
		"break": func(_ context.Context, _ context.CancelFunc, s iter.Seq2[Batch, error]) {
			for b := range s {
				if b.Index == 5 {
					break
				}
			}
		},
		"first break": func(_ context.Context, _ context.CancelFunc, s iter.Seq2[Batch, error]) {
			for range s {
				break
			}
		},
		"cancel": func(_ context.Context, cancel context.CancelFunc, s iter.Seq2[Batch, error]) {
			for b := range s {
				if b.Index == 5 {
					cancel()
				}
			}
		},
		"panic": func(_ context.Context, _ context.CancelFunc, s iter.Seq2[Batch, error]) {
			defer func() { recover() }()
			for range s {
				panic("in the loop")
			}
		},
		"pull": func(_ context.Context, _ context.CancelFunc, s iter.Seq2[Batch, error]) {
			next, stop := iter.Pull2(s)
			next()
			next()
			stop()
		},
		"never begun": func(context.Context, context.CancelFunc, iter.Seq2[Batch, error]) {},
	} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var filled atomic.Int64
			use(ctx, cancel, numbered(ctx, 0, 20, &filled))
			// It is counted for an instant after it has said that it is done.
			for end := time.Now().Add(time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
				if time.Now().After(end) {
					t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
				}
			}
		})
	}
}

// While the consumer works, the others of the ring are filled, and no more.
func TestAheadWorksAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var filled atomic.Int64
		for b, err := range numbered(t.Context(), 4, 10, &filled) {
			synctest.Wait()
			if want := min(int64(b.Index-4+depth), 6); err != nil || filled.Load() != want {
				t.Errorf("with batch %d, %d are filled, want %d; %v", b.Index, filled.Load(), want, err)
			}
		}
	})
}

// After the loop nothing is written any more, not even the batch in hand.
func TestAheadWaitsForTheBatchInHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var filling atomic.Bool
		for range Prefetch(t.Context(), func() *Batch { return new(Batch) }, 0, 10, func(*Batch, int) error {
			filling.Store(true)
			time.Sleep(time.Second)
			filling.Store(false)
			return nil
		}) {
			synctest.Wait()
			break
		}
		if filling.Load() {
			t.Error("a batch is still being filled")
		}
	})
}

// An error comes after the batches before it, and is the last thing.
func TestAheadEndsWithAnError(t *testing.T) {
	broken := errors.New("broken")
	var got []string
	for b, err := range Prefetch(t.Context(), func() *Batch { return new(Batch) }, 0, 10, func(b *Batch, k int) error {
		if b.Index = k; k == 5 {
			return broken
		}
		return nil
	}) {
		got = append(got, fmt.Sprint(b.Index, err))
	}
	if want := "[0 <nil> 1 <nil> 2 <nil> 3 <nil> 4 <nil> 0 broken]"; fmt.Sprint(got) != want {
		t.Errorf("have %v, want %v", got, want)
	}
}

func TestAheadReusesItsBuffers(t *testing.T) {
	made := 0
	for _, err := range Prefetch(t.Context(), func() *Batch { made++; return new(Batch) }, 0, 30, func(*Batch, int) error { return nil }) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if made != depth {
		t.Errorf("30 batches came in %d buffers, want %d", made, depth)
	}
}
