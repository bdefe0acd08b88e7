package atomicfile

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What fails because a file is in use is repeated for a while; everything else is done once.
func TestPatience(t *testing.T) {
	real := inUse
	t.Cleanup(func() { inUse = real })
	busy, other := errors.New("in use"), errors.New("another error")
	inUse = func(err error) bool { return errors.Is(err, busy) }
	for _, c := range []struct {
		name        string
		errs        []error // of the first calls; the last one is that of all later ones
		calls       int     // at least, and exactly where want is not busy
		want        error
		least, most time.Duration
	}{
		{"success", []error{nil}, 1, nil, 0, 0},
		{"another error", []error{other}, 1, other, 0, 0},
		{"in use for a moment", []error{busy, busy, busy, nil}, 4, nil, 3 * time.Millisecond, 7 * time.Millisecond},
		{"another error later", []error{busy, other}, 2, other, time.Millisecond, time.Millisecond},
		{"in use for ever", []error{busy}, 10, busy, patience / 2, patience},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls, began := 0, time.Now()
				err := patiently(func() error {
					calls++
					return c.errs[min(calls, len(c.errs))-1]
				})
				if !errors.Is(err, c.want) || c.want == nil && err != nil {
					t.Errorf("have error %v, want %v", err, c.want)
				}
				if c.want == busy && !strings.Contains(err.Error(), "another program may have it open: close it there, and try again") {
					t.Errorf("no way out in: %v", err)
				}
				if calls < c.calls || calls > c.calls && c.want != busy {
					t.Errorf("have %d calls, want %d", calls, c.calls)
				}
				if took := time.Since(began); took < c.least || took > c.most {
					t.Errorf("took %v, want %v to %v", took, c.least, c.most)
				}
			})
		})
	}
}
