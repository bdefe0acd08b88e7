package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"zoo/experiments/claims"
	"zoo/experiments/run"
)

// A Stage is how far a sweep has come.
type Stage int

// The stages of a sweep.
const (
	Waiting Stage = iota // no trial has begun
	Running
	Stopped // before its end, and no process carries it out
	Ended   // all trials are done, or failed
)

// StageOf is the stage of a sweep with that progress. running tells whether a process
// carries it out, which the states of the trials cannot tell: those of a sweep that was
// killed still say running.
func StageOf(running bool, p Progress) Stage {
	switch {
	case running:
		return Running
	case p.Done+p.States[run.Failed] == p.Total:
		return Ended
	case p.States[""] == p.Total:
		return Waiting
	}
	return Stopped
}

// Status says how far a sweep is, and with which command it begins or goes on.
func Status(s Stage, p Progress, command string) string {
	switch s {
	case Waiting:
		return "it has not begun; waiting for " + command
	case Stopped:
		return fmt.Sprintf("stopped at %d of %d; continue with %s", p.Done, p.Total, command)
	}
	return p.String()
}

// Live serves the page of a study while its runs are being made.
type Live struct {
	Open    func() (*Study, []claims.Verdict, error)
	Running func() bool           // whether a process carries out the sweep
	Tell    func(Stage, Progress) // is called with every new stage, and with the first one unless that is Running
}

// lastCall is how long an open page has to fetch the final state: it asks every three
// seconds.
const lastCall = 8 * time.Second

// pollEvery is the least time between two looks at the runs. At least restShare times as
// long passes between pages as it takes to make one: the runs need the processor.
const (
	pollEvery = time.Second
	restShare = 10
)

// Serve answers on a listener of this machine, whether the sweep runs or not, until the
// sweep has ended and open pages have had time to fetch the end. It then returns nil, or
// the context's error if the context ends first.
func (l Live) Serve(ctx context.Context, at net.Listener) error {
	handler := &liveHandler{Live: l, host: at.Addr().String()}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(at) }()
	defer server.Close()
	tick := time.NewTicker(pollEvery / 2)
	defer tick.Stop()
	var end <-chan time.Time
	stage := Running
	var next time.Time // to look at a sweep that no process holds: zoo trial may carry it out
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-failed:
			return err
		case <-end:
			return nil
		case begun := <-tick.C:
			running := l.Running()
			if running == (stage == Running) && (running || begun.Before(next)) {
				continue
			}
			s, _, err := l.Open()
			next = time.Now().Add(max(pollEvery, restShare*time.Since(begun)))
			if err != nil && stage == Running {
				return err
			}
			if err != nil { // the config is being edited, perhaps
				continue
			}
			p := ProgressOf(s)
			was := stage
			if stage = StageOf(running, p); stage == was {
				continue
			}
			l.Tell(stage, p)
			if end = nil; stage == Ended {
				end = time.After(lastCall)
			}
		}
	}
}

type liveHandler struct {
	Live
	host string // the address, with its port

	sync.Mutex
	page []byte
	err  error
	made time.Time
	took time.Duration

	running bool // when the page was made
}

// ServeHTTP implements http.Handler. It refuses requests for any other host name, as they
// come from a site whose name was made to point to this machine (DNS rebinding).
func (h *liveHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, port, _ := net.SplitHostPort(h.host)
	if r.Host != h.host && r.Host != net.JoinHostPort("localhost", port) {
		http.Error(w, "this page is only for "+h.host, http.StatusForbidden)
		return
	}
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "want GET", http.StatusMethodNotAllowed)
		return
	}
	page, err := h.render()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	w.Write(page)
}

// render makes the page again if the last one is old, or if the sweep has since started or
// stopped.
func (h *liveHandler) render() ([]byte, error) {
	h.Lock()
	defer h.Unlock()
	running := h.Running()
	if h.made.IsZero() || running != h.running || time.Since(h.made) > max(pollEvery, restShare*h.took) {
		begun := time.Now()
		h.page, h.err = h.draw(running)
		h.made, h.running = time.Now(), running
		h.took = h.made.Sub(begun)
	}
	return h.page, h.err
}

func (h *liveHandler) draw(running bool) ([]byte, error) {
	s, verdicts, err := h.Open()
	if err != nil {
		return nil, err
	}
	p, status := ProgressOf(s), ""
	if stage := StageOf(running, p); stage != Ended {
		status = Status(stage, p, s.Commands[0])
	}
	var b bytes.Buffer
	err = HTML(&b, s, verdicts, status)
	return b.Bytes(), err
}

// Loopback listens for requests from this machine only; port 0 is any free one.
func Loopback(port uint16) (net.Listener, error) {
	at, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(port)})
	if err != nil {
		return nil, errors.Join(errors.New("no page can be served there; another --port, or 0 for any, may be free"), err)
	}
	return at, nil
}
