package datasets

import (
	"context"
	"iter"
	"sync"
)

// depth is how many batches exist at a time: one with the consumer, the others
// ready or being filled.
const depth = 3

// ahead yields batches first to n−1, which fill prepares in a goroutine. That
// goroutine has ended when the iteration has.
func ahead(ctx context.Context, newBatch func() *Batch, first, n int, fill func(b *Batch, k int)) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		inner, cancel := context.WithCancel(ctx)
		free, ready := make(chan *Batch, depth), make(chan *Batch, depth)
		for range min(depth, n-first) {
			free <- newBatch()
		}
		var filler sync.WaitGroup
		filler.Go(func() {
			for k := first; k < n; k++ {
				select {
				case b := <-free:
					fill(b, k)
					ready <- b // has room: there are no more than depth batches
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
			case b := <-ready:
				if !yield(*b, nil) {
					return
				}
				free <- b
			case <-ctx.Done():
				yield(Batch{}, ctx.Err())
				return
			}
		}
	}
}
