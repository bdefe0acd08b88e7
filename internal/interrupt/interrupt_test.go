package interrupt_test

import (
	"context"
	"errors"
	"testing"

	"zoo/internal/interrupt"
)

func TestRun(t *testing.T) {
	wrong := errors.New("wrong")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for _, c := range []context.Context{nil, context.Background(), ctx} {
		v, err := interrupt.Run(c, func() (int, error) { return 7, wrong })
		if v != 7 || err != wrong {
			t.Errorf("have %d, %v, want 7 and the function's error", v, err)
		}
	}
	end := make(chan bool)
	defer close(end)
	v, err := interrupt.Run(ctx, func() (int, error) {
		stop()
		<-end
		return 7, nil
	})
	if v != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("have %d, %v, want 0 and the error of the context", v, err)
	}
}
