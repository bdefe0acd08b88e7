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
	"zoo/experiments/run"
)

func TestLive(t *testing.T) {
	at, err := Loopback(0)
	if err != nil {
		t.Fatal(err)
	}
	var running, broken, done atomic.Bool
	running.Store(true)
	told := make(chan string, 10)
	l := Live{
		Open: func() (*Study, []claims.Verdict, error) {
			if broken.Load() {
				return nil, nil, errors.New("broken")
			}
			s := begun()
			if done.Load() {
				s = depths()
			}
			return s, depthVerdicts(s), nil
		},
		Running: running.Load,
		Tell:    func(s Stage, p Progress) { told <- Status(s, p, "zoo sweep a") },
	}
	tells := func(want string) {
		t.Helper()
		select {
		case have := <-told:
			if have != want {
				t.Errorf("it tells %q, want %q", have, want)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("it does not tell %q", want)
		}
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
	tells("stopped at 20 of 42; continue with zoo sweep a")
	if _, page := get("GET", "/", ""); !strings.Contains(page, "data-live") || !strings.Contains(page, "<span>stopped at 20 of 42; continue with zoo sweep depth-made-up</span>") {
		t.Error("the page of a stopped sweep is not live, or does not say how to go on")
	}
	running.Store(true)
	tells("20 of 42 trials done, 3 diverged, 1 failed, 2 running")
	done.Store(true)
	running.Store(false)
	tells("42 of 42 trials done, 4 diverged")
	for begun := time.Now(); ; time.Sleep(pollEvery / 10) { // a page may be so old
		if _, page := get("GET", "/", ""); !strings.Contains(page, "data-live") {
			break
		}
		if time.Since(begun) > lastCall {
			t.Fatal("the last page calls itself live")
		}
	}
	running.Store(true)
	tells("42 of 42 trials done, 4 diverged")
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

func TestStageOf(t *testing.T) {
	for _, c := range []struct {
		name    string
		running bool
		done    int
		states  map[string]int
		want    Stage
		says    string
	}{
		{"before the sweep", false, 0, map[string]int{"": 4}, Waiting, "it has not begun; waiting for zoo sweep a"},
		{"at its beginning", true, 0, map[string]int{"": 4}, Running, "0 of 4 trials done"},
		{
			name:    "killed at once",
			running: false,
			done:    0,
			states:  map[string]int{"": 3, run.Running: 1},
			want:    Stopped,
			says:    "stopped at 0 of 4; continue with zoo sweep a",
		},
		{
			name:    "interrupted",
			running: false,
			done:    2,
			states:  map[string]int{run.Complete: 1, run.Diverged: 1, run.Interrupted: 2},
			want:    Stopped,
			says:    "stopped at 2 of 4; continue with zoo sweep a",
		},
		{"complete", false, 4, map[string]int{run.Complete: 4}, Ended, "4 of 4 trials done"},
		{
			name:    "ended with a failure",
			running: false,
			done:    3,
			states:  map[string]int{run.Complete: 3, run.Failed: 1},
			want:    Ended,
			says:    "3 of 4 trials done, 1 failed",
		},
	} {
		p := Progress{Done: c.done, Total: 4, States: c.states}
		have := StageOf(c.running, p)
		if says := Status(have, p, "zoo sweep a"); have != c.want || says != c.says {
			t.Errorf("%s: have stage %d, %q, want %d, %q", c.name, have, says, c.want, c.says)
		}
	}
}
