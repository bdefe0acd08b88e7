package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// download sends one request, for what is missing of f.part(), and appends the
// answer. It returns nil only if the part has f.Size bytes afterwards; if that is not known,
// as many as the server says, or up to the end of an answer without a length.
func (g getter) download(ctx context.Context, f File, url string) error {
	have := length(f.part())
	switch {
	case f.Size == 0:
		have = 0 // what is there may be of another file
	case have == f.Size:
		return nil
	case have > f.Size:
		have = 0
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := &brokenError{fmt.Errorf("no byte came for %s", g.stall)}
	watch := time.AfterFunc(g.stall, func() { cancel(stalled) })
	defer watch.Stop()

	resp, have, err := g.request(ctx, url, have)
	if err != nil {
		if context.Cause(ctx) == error(stalled) {
			return stalled
		}
		return err
	}
	defer resp.Body.Close()
	want := f.Size
	switch n := resp.ContentLength; {
	case want == 0 && n >= 0:
		want = n
	case want == 0:
		want = unknown
	case n >= 0 && have+n != want:
		return fmt.Errorf("have %d bytes, want %d: the file there is another one", have+n, want)
	}
	if want > mostUnknown && f.Size == 0 {
		return fmt.Errorf("have %d bytes, want at most %d", want, mostUnknown)
	}
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if have == 0 {
		flags |= os.O_TRUNC
	}
	part, err := os.OpenFile(f.part(), flags, 0o644)
	if err != nil {
		return &localError{err}
	}
	body := func(p []byte) (int, error) {
		n, err := resp.Body.Read(p)
		watch.Reset(g.stall)
		if context.Cause(ctx) == error(stalled) {
			err = stalled
		}
		return n, err
	}
	err = f.append(part, body, have, want)
	if errClose := part.Close(); err == nil && errClose != nil {
		err = &localError{errClose}
	}
	return err
}

// request asks for an address from byte have on. It returns the byte at which the
// answer begins: 0 if the server does not know ranges.
func (g getter) request(ctx context.Context, from string, have int64) (*http.Response, int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Accept-Encoding", "identity") // a .gz file must come as it is
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := g.client.Do(req)
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		err = outer.Err // the caller names the address
	}
	if err != nil {
		return nil, 0, err
	}
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		return resp, 0, nil
	case code == http.StatusPartialContent && have > 0 &&
		strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
		return resp, have, nil
	case code == http.StatusTooManyRequests || code >= 500:
		err = &brokenError{errors.New(resp.Status)}
	case have > 0 && (code == http.StatusPartialContent || code == http.StatusRequestedRangeNotSatisfiable):
		resp.Body.Close()
		return g.request(ctx, from, 0) // without the range that it did not understand
	default:
		err = errors.New(resp.Status)
	}
	resp.Body.Close()
	return nil, 0, err
}

// unknown is the length of a file of which nobody says it, and mostUnknown the bytes that a
// file may have whose length is not known before it is asked for.
const (
	unknown     = -1
	mostUnknown = 1 << 30
)

// append copies body to part, which has have bytes already, until it has want.
func (f File) append(part io.Writer, body func([]byte) (int, error), have, want int64) error {
	buf := make([]byte, 1<<16)
	for {
		n, err := body(buf)
		if want == unknown && have+int64(n) > mostUnknown {
			return fmt.Errorf("have more than %d bytes, want fewer", mostUnknown)
		}
		if want != unknown && have+int64(n) > want {
			return fmt.Errorf("have more than %d bytes, want %d: the file there is another one", want, want)
		}
		if n > 0 {
			if _, err := part.Write(buf[:n]); err != nil {
				return &localError{fmt.Errorf("%w: what came so far is kept in %s, and fetching again goes on from there", err, f.part())}
			}
			have += int64(n)
			if f.Progress != nil {
				f.Progress(have)
			}
		}
		if err == io.EOF && (have == want || want == unknown) {
			return nil
		}
		if err != nil && want == unknown {
			return &brokenError{fmt.Errorf("broke off after %d bytes: %w", have, err)}
		}
		if err != nil {
			return &brokenError{fmt.Errorf("broke off after %d of %d bytes: %w", have, want, err)}
		}
	}
}
