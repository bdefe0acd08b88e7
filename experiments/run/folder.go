package run

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"zoo/internal/atomicfile"
)

// tagsFile holds the tags of a run, one per line. Training does not touch it.
const tagsFile = "tags"

// Tags are the words that a user has put on a run, sorted.
func Tags(dir string) ([]string, error) {
	b, err := atomicfile.ReadFile(filepath.Join(dir, tagsFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	tags := strings.Fields(string(b))
	slices.Sort(tags)
	return slices.Compact(tags), nil
}

// SetTags replaces the tags of a run.
func SetTags(dir string, tags []string) error {
	name := filepath.Join(dir, tagsFile)
	if len(tags) == 0 {
		return atomicfile.RemoveAll(name)
	}
	return atomicfile.WriteFile(name, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, strings.Join(tags, "\n"))
		return err
	})
}

// Size is the number of bytes in all files of a folder.
func Size(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, os.ErrNotExist) {
			return nil // a temporary file of a run in training
		}
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}

// Remove removes a run's folder and everything in it. If a running process holds it, the
// error is a [*HeldError], and nothing is removed.
func Remove(dir string) (err error) {
	// No other process finds or makes a folder meanwhile: see lockFolder.
	queue := flock.New(filepath.Join(filepath.Dir(dir), "."+lockFile), flock.SetPermissions(0o666))
	if err := queue.Lock(); err != nil {
		return fmt.Errorf("locking %s: %w", queue.Path(), err)
	}
	defer func() { err = errors.Join(err, queue.Close()) }()
	lock, err := acquire(dir, time.Now())
	if err != nil {
		return err
	}
	// The status goes first, as in discard; an open file cannot be removed on Windows.
	err = atomicfile.RemoveAll(filepath.Join(dir, statusFile))
	if err = errors.Join(err, lock.Close()); err != nil {
		return err
	}
	return atomicfile.RemoveAll(dir)
}
