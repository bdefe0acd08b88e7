// Package interrupt ends a wait with a context where the work that is waited for
// does not look at one.
package interrupt

import "context"

// Run returns what f returns, or the error of ctx as soon as ctx ends. f then runs on
// to its end in a goroutine of its own, and what it returns is dropped. A ctx of nil
// never ends.
func Run[T any](ctx context.Context, f func() (T, error)) (T, error) {
	if ctx == nil || ctx.Done() == nil {
		return f()
	}
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
