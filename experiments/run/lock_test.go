package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
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
	// What is locked cannot be read on Windows, not even by the process that has the lock.
	if s := read(t, r.Dir(), "lock"); s != "" && runtime.GOOS != "windows" {
		t.Errorf("the file that is locked holds %q", s)
	}
	// A lock is a lock even if its holder is unknown.
	must(t, os.WriteFile(filepath.Join(r.Dir(), "holder.json"), []byte(`{"pid": 1`), 0o666))
	if _, err := Open(root, "x-s1", "abc", Options{}); !errors.As(err, &held) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("have error %v", err)
	}
	must(t, r.Close())
	must(t, open(t, root, Options{}).Close())
}

// Readers do not keep a run from being opened.
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

// Readers do not keep a run from being written, and what they read is complete.
func TestReadersWhileTraining(t *testing.T) {
	r := open(t, t.TempDir(), Options{})
	resume(t, r)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
				}
				if rec, err := Read(r.Dir()); err != nil || rec.Status.State != Running {
					t.Errorf("have state %q, error %v", rec.Status.State, err)
					return
				}
			}
		})
	}
	for step := range 50 {
		must(t, r.Log(Metric{Step: step, Split: "train"}))
		must(t, r.WriteSummary(Summary{"steps": step}))
		must(t, r.SetStatus(Status{State: Running, Step: step}))
	}
	close(stop)
	wg.Wait()
}

// TestOneFolderForOneID: all processes that open a run get the same folder, whatever name
// they would give it, even if they open it at the same time.
func TestOneFolderForOneID(t *testing.T) {
	root := t.TempDir()
	var wait sync.WaitGroup
	var got atomic.Int64
	for i := range 4 {
		wait.Go(func() {
			r, err := Open(root, fmt.Sprintf("name%d", i), "abc", Options{})
			if err == nil {
				got.Add(1)
				time.Sleep(2 * patience) // the others give up meanwhile
				err = r.Close()
			} else if errors.As(err, new(*HeldError)) {
				err = nil
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	dirs, err := filepath.Glob(filepath.Join(root, "*-abc"))
	if err != nil || len(dirs) != 1 || got.Load() == 0 {
		t.Fatalf("have the folders %v, %v", dirs, err)
	}
	r, err := Open(root, "other", "abc", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Dir() != dirs[0] {
		t.Errorf("have %s, want %s", r.Dir(), dirs[0])
	}
	if found, err := Find(root, "abc"); found != dirs[0] || err != nil {
		t.Errorf("found %q, %v", found, err)
	}
	if found, err := Find(filepath.Join(root, "none"), "abc"); found != "" || err != nil {
		t.Errorf("found %q, %v in a folder that is not there", found, err)
	}
}
