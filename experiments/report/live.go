package report

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"zoo/experiments/claims"
)

// Live serves the page of a study while its runs are being made.
type Live struct {
	Open    func() (*Study, []claims.Verdict, error)
	Running func() bool // whether there will be more
}

// lastCall is how long a page that is not closed has to fetch the last state: it
// asks every three seconds.
const lastCall = 8 * time.Second

// every is the time between two looks at the runs, and share how much more of it
// passes than is spent on making pages: the runs need the processor.
const (
	every = time.Second
	share = 10
)

// Serve answers on a listener of this machine until nothing is running any more,
// and the pages that are open have had the time to see how it ended. It then
// returns nil, and the context's error if that ends first.
func (l Live) Serve(ctx context.Context, at net.Listener) error {
	handler := &liveHandler{Live: l, host: at.Addr().String()}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(at) }()
	defer server.Close()
	tick := time.NewTicker(every / 2)
	defer tick.Stop()
	var end <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-failed:
			return err
		case <-end:
			return nil
		case <-tick.C:
			switch {
			case end == nil && !l.Running():
				end = time.After(lastCall)
			case end != nil && l.Running(): // it was started again
				end = nil
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
	live bool
}

// ServeHTTP implements http.Handler. A page of another site that has made its
// name point to this machine does not know the host's name: it is refused.
func (h *liveHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, port, _ := net.SplitHostPort(h.host)
	if r.Host != h.host && r.Host != net.JoinHostPort("localhost", port) {
		http.Error(w, "this page is for "+h.host+" alone", http.StatusForbidden)
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

// render makes the page anew if the last one is old, or shows as running what is
// not.
func (h *liveHandler) render() ([]byte, error) {
	h.Lock()
	defer h.Unlock()
	live := h.Running()
	if h.made.IsZero() || live != h.live || time.Since(h.made) > max(every, share*h.took) {
		begun := time.Now()
		h.page, h.err = h.draw(live)
		h.made, h.live = time.Now(), live
		h.took = h.made.Sub(begun)
	}
	return h.page, h.err
}

func (h *liveHandler) draw(live bool) ([]byte, error) {
	s, verdicts, err := h.Open()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = HTML(&b, s, verdicts, live)
	return b.Bytes(), err
}

// Loopback listens on this machine alone; port 0 is any that is free.
func Loopback(port uint16) (net.Listener, error) {
	at, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(port)})
	if err != nil {
		return nil, errors.Join(errors.New("no page can be served there; another --port, or 0 for any, may be free"), err)
	}
	return at, nil
}
