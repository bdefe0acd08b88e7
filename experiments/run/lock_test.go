package run

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestHeld(t *testing.T) {
	root := t.TempDir()
	r := open(t, root, Options{})
	resume(t, r)
	_, err := Open(root, "x-s1", "abc", Options{})
	var held *HeldError
	if !errors.As(err, &held) || held.Dir != r.Dir() || held.Holder.PID != os.Getpid() {
		t.Fatalf("have error %v", err)
	}
	host, _ := os.Hostname()
	for _, want := range []string{r.Dir(), "process", host, "2024-03-01 12:00:01"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
	// A lock file that says nothing is still a lock.
	must(t, os.WriteFile(filepath.Join(r.Dir(), "lock"), []byte(`{"pid": 1`), 0o666))
	if _, err := Open(root, "x-s1", "abc", Options{}); !errors.As(err, &held) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("have error %v", err)
	}
	must(t, r.Close())
	must(t, open(t, root, Options{}).Close())
}

// Those who only read do not keep a run from being opened.
func TestReadersDoNotBlock(t *testing.T) {
	root := t.TempDir()
	r := open(t, root, Options{})
	resume(t, r)
	must(t, r.Close())
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if _, err := Read(r.Dir()); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for range 20 {
		r, err := Open(root, "x-s1", "abc", Options{})
		if err != nil {
			t.Fatal(err)
		}
		must(t, r.Close())
	}
	close(stop)
	wg.Wait()
}
