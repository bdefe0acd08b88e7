// Package fetch downloads a file so that it is there whole or not at all.
//
// The bytes go to NAME.part beside the file; an interrupted download goes on
// from there with an HTTP range request. The file gets its name only after its
// length and its content have been checked. One process at a time fetches into a
// folder; the others wait.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"zoo/internal/atomicfile"
)

// File is one file to fetch.
type File struct {
	Path     string                // where it goes; its folder is made
	URLs     []string              // mirrors, tried in this order
	Size     int64                 // its length in bytes: a server that has another is refused; 0: not known, and a download that broke off begins anew
	Check    func(io.Reader) error // judges the whole content before the file gets its name
	Progress func(done int64)      // told the bytes that are there so far; may be nil
}

// Get fetches f unless f.Path exists already. A server is asked again only if
// it broke off or said that it is busy, and then at most twice; after that the
// next mirror is asked. The error names what went wrong at every mirror. When
// ctx ends, or the disk is full, the bytes so far are kept for the next Get.
func Get(ctx context.Context, f File) error {
	return getter{client: newClient(), stall: time.Minute, pause: time.Second}.get(ctx, f)
}

// attempts is how often one mirror is asked for one file.
const attempts = 3

// getter holds the times, which a test makes shorter.
type getter struct {
	client *http.Client
	stall  time.Duration // a connection that brings nothing for this long is cut
	pause  time.Duration // before the second attempt; twice that before the third
}

func newClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = 30 * time.Second
	return &http.Client{Transport: t}
}

func (g getter) get(ctx context.Context, f File) error {
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(filepath.Dir(f.Path), ".lock"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return fmt.Errorf("waiting for another process that fetches into %s: %w", filepath.Dir(f.Path), err)
	}
	defer lock.Close()
	if _, err := os.Stat(f.Path); !errors.Is(err, fs.ErrNotExist) {
		return err // nil: another process has fetched it meanwhile
	}
	var failed []error
	for _, url := range f.URLs {
		err := g.from(ctx, f, url)
		if err == nil {
			return install(f.Path)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("fetching %s: %w", url, ctx.Err())
		}
		if local := (*localError)(nil); errors.As(err, &local) {
			return err // no mirror can help
		}
		failed = append(failed, fmt.Errorf("%s: %w", url, err))
	}
	return errors.Join(failed...)
}

// from brings f.Path+".part" to its full length from one mirror and checks it.
func (g getter) from(ctx context.Context, f File, url string) error {
	resumed := length(f.part()) > 0
	for i := 1; ; i++ {
		err := g.download(ctx, f, url)
		if err == nil {
			if err = check(f); err == nil {
				return nil
			}
			if errRemove := atomicfile.RemoveAll(f.part()); errRemove != nil {
				return &localError{errRemove}
			}
			if !resumed {
				return err
			}
			// The wrong bytes may be those of an earlier attempt: once more from the start.
			resumed = false
			continue
		}
		if again := (*brokenError)(nil); !errors.As(err, &again) || i >= attempts {
			return err
		}
		select {
		case <-time.After(time.Duration(i) * g.pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func check(f File) error {
	r, err := os.Open(f.part())
	if err != nil {
		return &localError{err}
	}
	defer r.Close()
	return f.Check(r)
}

// install gives the checked bytes their name.
func install(path string) error {
	part, err := os.OpenFile(path+".part", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return err
	}
	return atomicfile.Rename(path+".part", path)
}

func (f File) part() string { return f.Path + ".part" }

// length is the size of a file in bytes, 0 if it does not exist.
func length(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// A brokenError may be temporary: the same mirror is asked again.
type brokenError struct{ error }

func (e *brokenError) Unwrap() error { return e.error }

// A localError is a problem of this machine: no mirror is asked again.
type localError struct{ error }

func (e *localError) Unwrap() error { return e.error }
