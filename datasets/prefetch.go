package datasets

import (
	"context"
	"iter"
	"sync"
)

// depth is how many batches exist at a time: one with the consumer, the others
// ready or being filled.
const depth = 3

// Prefetch yields batches first to n−1, which fill prepares ahead of the loop in a
// goroutine, until fill returns an error: b is for batch k. The few batches that newBatch
// makes are used again and again. An error, and the end of ctx, is the last thing yielded.
// The goroutine has ended when the iteration has.
func Prefetch(ctx context.Context, newBatch func() *Batch, first, n int, fill func(b *Batch, k int) error) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		inner, cancel := context.WithCancel(ctx)
		type filled struct {
			b   *Batch
			err error
		}
		free, ready := make(chan *Batch, depth), make(chan filled, depth)
		for range min(depth, n-first) {
			free <- newBatch()
		}
		var filler sync.WaitGroup
		filler.Go(func() {
			for k := first; k < n; k++ {
				select {
				case b := <-free:
					err := fill(b, k)
					ready <- filled{b, err} // has room: there are no more than depth batches
					if err != nil {
						return
					}
				case <-inner.Done():
					return
				}
			}
		})
		defer filler.Wait()
		defer cancel()
		for range n - first {
			if ctx.Err() != nil {
				yield(Batch{}, ctx.Err())
				return
			}
			select {
			case f := <-ready:
				if f.err != nil {
					yield(Batch{}, f.err)
					return
				}
				if !yield(*f.b, nil) {
					return
				}
				free <- f.b
			case <-ctx.Done():
				yield(Batch{}, ctx.Err())
				return
			}
		}
	}
}
