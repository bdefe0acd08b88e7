package report

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zoo/experiments/claims"
)

func TestLive(t *testing.T) {
	at, err := Loopback(0)
	if err != nil {
		t.Fatal(err)
	}
	var running, broken atomic.Bool
	running.Store(true)
	l := Live{
		Open: func() (*Study, []claims.Verdict, error) {
			if broken.Load() {
				return nil, nil, errors.New("broken")
			}
			s := begun()
			return s, depthVerdicts(s), nil
		},
		Running: running.Load,
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Serve(ctx, at) }()
	get := func(method, path, host string) (int, string) {
		r, err := http.NewRequest(method, "http://"+at.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			r.Host = host
		}
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		b, _ := io.ReadAll(a.Body)
		return a.StatusCode, string(b)
	}
	if _, page := get("GET", "/", ""); !strings.Contains(page, "data-live") || !strings.Contains(page, `<progress max="42" value="20">`) {
		t.Error("the page does not show that and how far the sweep runs")
	}
	_, port, _ := strings.Cut(at.Addr().String(), ":")
	for _, c := range []struct {
		method, path, host string
		want               int
	}{
		{"GET", "/", "localhost:" + port, 200},
		{"GET", "/", "evil.example:" + port, 403},
		{"GET", "/", "127.0.0.1", 403},
		{"POST", "/", "", 405},
		{"GET", "/../etc/passwd", "", 404},
	} {
		if have, _ := get(c.method, c.path, c.host); have != c.want {
			t.Errorf("%s %s of %q: have %d, want %d", c.method, c.path, c.host, have, c.want)
		}
	}
	running.Store(false)
	if _, page := get("GET", "/", ""); strings.Contains(page, "data-live") {
		t.Error("the last page calls itself live")
	}
	running.Store(true)
	broken.Store(true)
	if status, text := get("GET", "/", ""); status != 500 || !strings.Contains(text, "broken") {
		t.Errorf("have %d, %s", status, text)
	}
	if other, err := Loopback(at.Addr().(*net.TCPAddr).AddrPort().Port()); err == nil {
		other.Close()
		t.Error("two listen on one port")
	}
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("have %v, want %v", err, context.Canceled)
		}
	case <-time.After(5 * time.Second):
		t.Error("it does not end")
	}
}
