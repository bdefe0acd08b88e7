package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// content is what every test fetches.
var content = func() []byte {
	b := make([]byte, 300_000)
	for i := range b {
		b[i] = byte(i * i >> 8)
	}
	return b
}()

func checkContent(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err == nil && sha256.Sum256(b) != sha256.Sum256(content) {
		err = errors.New("checksum differs")
	}
	return err
}

func quick() getter {
	return getter{client: newClient(), stall: 5 * time.Second, pause: time.Millisecond}
}

// whole answers like a good server, ranges included.
func whole(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// status answers with an error.
func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// cut promises everything that was asked for and hangs up after n bytes of it.
func cut(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := 0
		fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &start)
		w.Header().Set("Content-Length", fmt.Sprint(len(content)-start))
		if start > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(content)-1, len(content)))
			w.WriteHeader(http.StatusPartialContent)
		}
		w.Write(content[start:min(len(content), start+n)])
	}
}

// noRange answers with everything, whatever is asked for.
func noRange(w http.ResponseWriter, _ *http.Request) { w.Write(content) }

// altered answers with other bytes of the right length.
func altered(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(bytes.Repeat([]byte{1}, len(content))))
}

// inTurn answers the i-th request with the i-th handler, and any further one with the last.
func inTurn(hs ...http.HandlerFunc) http.HandlerFunc {
	var i atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		hs[min(int(i.Add(1)), len(hs))-1](w, r)
	}
}

func TestGet(t *testing.T) {
	for _, c := range []struct {
		name    string
		part    []byte // what an earlier attempt left
		mirrors []http.HandlerFunc
		asked   int    // requests in all
		fails   string // what the error says; "" if the file must come
		kept    int64  // bytes that must be left in the part after a failure
	}{
		{name: "whole", mirrors: []http.HandlerFunc{whole}, asked: 1},
		{name: "resumed", part: content[:1000], mirrors: []http.HandlerFunc{whole}, asked: 1},
		{name: "complete part", part: content, mirrors: []http.HandlerFunc{status(500)}, asked: 0},
		{name: "part too long", part: append(content[:len(content):len(content)], 1), mirrors: []http.HandlerFunc{whole}, asked: 1},
		{name: "range ignored", part: content[:1000], mirrors: []http.HandlerFunc{noRange}, asked: 1},
		{name: "range refused", part: content[:1000], mirrors: []http.HandlerFunc{inTurn(status(416), whole)}, asked: 2},
		{name: "wrong part", part: []byte("not the beginning"), mirrors: []http.HandlerFunc{whole}, asked: 2},
		{name: "wrong complete part", part: bytes.Repeat([]byte{1}, len(content)), mirrors: []http.HandlerFunc{whole}, asked: 1},
		{name: "cut twice", mirrors: []http.HandlerFunc{cut(100_000)}, asked: 3},
		{name: "cut too often", mirrors: []http.HandlerFunc{cut(1000)}, asked: 3, kept: 3000,
			fails: "broke off after 3000 of 300000 bytes"},
		{name: "cut, then the mirror", mirrors: []http.HandlerFunc{cut(1000), whole}, asked: 4},
		{name: "busy once", mirrors: []http.HandlerFunc{inTurn(status(503), whole)}, asked: 2},
		{name: "busy", mirrors: []http.HandlerFunc{status(429)}, asked: 3, fails: "429 Too Many Requests"},
		{name: "absent", mirrors: []http.HandlerFunc{status(404)}, asked: 1, fails: "404 Not Found"},
		{name: "absent, then the mirror", mirrors: []http.HandlerFunc{status(404), whole}, asked: 2},
		{name: "always 206", mirrors: []http.HandlerFunc{status(206)}, asked: 1, fails: "206 Partial Content"},
		{name: "altered", mirrors: []http.HandlerFunc{altered}, asked: 1, fails: "checksum differs"},
		{name: "altered, then the mirror", mirrors: []http.HandlerFunc{altered, whole}, asked: 2},
		{name: "another length", mirrors: []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5")
			w.Write([]byte("login"))
		}}, asked: 1, fails: "have 5 bytes, want 300000"},
		{name: "endless", mirrors: []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
			for range 20 {
				w.Write(make([]byte, 100_000))
				w.(http.Flusher).Flush()
			}
		}}, asked: 1, fails: "have more than 300000 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int64
			f := File{Path: filepath.Join(t.TempDir(), "sub", "file"), Size: int64(len(content)), Check: checkContent}
			for _, h := range c.mirrors {
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					h(w, r)
				}))
				defer s.Close()
				f.URLs = append(f.URLs, s.URL+"/file")
			}
			if c.part != nil {
				os.MkdirAll(filepath.Dir(f.Path), 0o755)
				os.WriteFile(f.part(), c.part, 0o644)
			}
			last := int64(-1)
			f.Progress = func(done int64) { last = done }
			err := quick().get(t.Context(), f)
			if int(asked.Load()) != c.asked {
				t.Errorf("%d requests, want %d", asked.Load(), c.asked)
			}
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) || !strings.Contains(err.Error(), f.URLs[0]) {
					t.Fatalf("have error %v, want the URL and %q", err, c.fails)
				}
				if length(f.Path) != 0 {
					t.Error("a file that failed has its name")
				}
				if c.kept > 0 && length(f.part()) != c.kept {
					t.Errorf("%d bytes kept, want %d", length(f.part()), c.kept)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(b, content) {
				t.Fatalf("wrong content, %v", err)
			}
			if length(f.part()) != 0 {
				t.Error("the part is still there")
			}
			if c.asked > 0 && last != f.Size {
				t.Errorf("progress ended at %d, want %d", last, f.Size)
			}
		})
	}
}

// Of a file whose length is not known, the server's counts, or the end of the answer. A
// download that broke off begins anew.
func TestUnknownLength(t *testing.T) {
	unsaid := func(w http.ResponseWriter, _ *http.Request) {
		w.Write(content[:1000])
		w.(http.Flusher).Flush()
		w.Write(content[1000:])
	}
	brokenOff := func(w http.ResponseWriter, _ *http.Request) {
		w.Write(content[:1000])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	large := func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "5000000000") }
	for name, c := range map[string]struct {
		server http.HandlerFunc
		fails  string
	}{
		"said":       {whole, ""},
		"unsaid":     {unsaid, ""},
		"cut":        {inTurn(cut(1000), whole), ""},
		"broken off": {inTurn(brokenOff, unsaid), ""},
		"altered":    {altered, "checksum differs"},
		"large":      {large, "have 5000000000 bytes, want at most 1073741824"},
	} {
		s := httptest.NewServer(c.server)
		defer s.Close()
		f := File{Path: filepath.Join(t.TempDir(), "file"), URLs: []string{s.URL}, Check: checkContent}
		os.WriteFile(f.part(), content[:500], 0o644)
		err := quick().get(t.Context(), f)
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: have %v, want %s", name, err, c.fails)
			}
			continue
		}
		if have, _ := os.ReadFile(f.Path); err != nil || !bytes.Equal(have, content) {
			t.Errorf("%s: have %d bytes, %v, want the file", name, len(have), err)
		}
	}
}

func TestGetIsOnce(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		whole(w, r)
	}))
	defer s.Close()
	f := File{Path: filepath.Join(t.TempDir(), "file"), URLs: []string{s.URL}, Size: int64(len(content)), Check: checkContent}
	done := make(chan error)
	for range 4 {
		go func() { done <- quick().get(t.Context(), f) }()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("four at once made %d requests, want 1", asked.Load())
	}
}

func TestCancelKeepsThePart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:5000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer s.Close()
	f := File{Path: filepath.Join(t.TempDir(), "file"), URLs: []string{s.URL}, Size: int64(len(content)), Check: checkContent}
	f.Progress = func(done int64) {
		if done == 5000 {
			cancel()
		}
	}
	if err := quick().get(ctx, f); !errors.Is(err, context.Canceled) {
		t.Fatalf("have %v, want context.Canceled", err)
	}
	if n := length(f.part()); n != 5000 {
		t.Errorf("%d bytes kept, want 5000", n)
	}
}

func TestStall(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:5000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer s.Close()
	f := File{Path: filepath.Join(t.TempDir(), "file"), URLs: []string{s.URL}, Size: int64(len(content)), Check: checkContent}
	g := quick()
	g.stall = 50 * time.Millisecond
	if err := g.get(t.Context(), f); err == nil || !strings.Contains(err.Error(), "no byte came for 50ms") {
		t.Fatalf("have %v, want a stall", err)
	}
}

func TestDiskFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil || runtime.GOOS == "windows" {
		t.Skip("this system has no /dev/full")
	}
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		whole(w, r)
	}))
	defer s.Close()
	f := File{Path: filepath.Join(t.TempDir(), "file"), URLs: []string{s.URL, s.URL}, Size: int64(len(content)), Check: checkContent}
	if err := os.Symlink("/dev/full", f.part()); err != nil {
		t.Fatal(err)
	}
	err := quick().get(t.Context(), f)
	if err == nil || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), "kept in") {
		t.Errorf("have %v, want no space left, and where the part is", err)
	}
	if asked.Load() != 1 {
		t.Errorf("%d requests, want 1: no mirror can help", asked.Load())
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	err := quick().get(t.Context(), File{Path: filepath.Join(file, "x"), URLs: []string{"http://127.0.0.1:1/x"}})
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("have %v, want an error that names %s", err, file)
	}
}
