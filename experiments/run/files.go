package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"zoo/internal/atomicfile"
)

// A File is what a run recorded of one of its files.
type File struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func fileOf(b []byte) File {
	sum := sha256.Sum256(b)
	return File{int64(len(b)), hex.EncodeToString(sum[:])}
}

// A DamagedError says that a file of a run is not as the run left it.
type DamagedError struct {
	File string
	Why  string
	Err  error // nil, or what the system says
}

// What says which file it is, without the way out.
func (e *DamagedError) What() string {
	return fmt.Sprintf("%s is not as the run left it: %s", e.File, e.Why)
}

func (e *DamagedError) Error() string {
	return e.What() + "; put it back as it was, or give the command that trained the run again: it goes on from the checkpoints, and with --rerun from the beginning"
}

// Unwrap is what the system says.
func (e *DamagedError) Unwrap() error { return e.Err }

// WriteFile writes a file of the run's folder, and notes what it is for the status.
func (r *Run) WriteFile(name string, write func(io.Writer) error) error {
	var n counter
	h := sha256.New()
	err := atomicfile.WriteFile(filepath.Join(r.dir, name), func(w io.Writer) error {
		return write(io.MultiWriter(w, h, &n))
	})
	if err == nil {
		r.files[name] = File{int64(n), hex.EncodeToString(h.Sum(nil))}
	}
	return err
}

// A counter counts bytes.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// recorded are the files as they are now.
func (r *Run) recorded() map[string]File {
	if r.metrics == nil {
		return nil // before Resume, and so before they are known
	}
	files := maps.Clone(r.files)
	files[metricsFile] = File{r.size, hex.EncodeToString(r.sum.Sum(nil))}
	return files
}

// check compares the bytes of a file with what the status says of it. More of a file
// that only grows is right until the run is done.
func (s Status) check(dir, name string, b []byte) error {
	want, ok := s.Files[name]
	if !ok {
		return nil
	}
	if name == metricsFile && !Done(s.State) && int64(len(b)) > want.Bytes {
		b = b[:want.Bytes]
	}
	if have := fileOf(b); have != want {
		return s.damaged(dir, name, have)
	}
	return nil
}

func (s Status) damaged(dir, name string, have File) error {
	want := s.Files[name]
	return &DamagedError{File: filepath.Join(dir, name), Why: fmt.Sprintf("have %d bytes with SHA-256 %.12s, and recorded in %s are %d with %.12s", have.Bytes, have.SHA256, statusFile, want.Bytes, want.SHA256)}
}

// ReadFile reads a file of a run's folder, and compares it with what the run recorded.
func ReadFile(dir, name string) ([]byte, error) {
	s, err := ReadStatus(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) { // without a status nothing is recorded
		return nil, err
	}
	return s.read(dir, name)
}

func (s Status) read(dir, name string) ([]byte, error) {
	b, err := atomicfile.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, s.lost(dir, name, err)
	}
	return b, s.check(dir, name, b)
}

// lost is err, or that a file is missing which the run recorded.
func (s Status) lost(dir, name string, err error) error {
	if _, ok := s.Files[name]; ok && errors.Is(err, os.ErrNotExist) {
		return &DamagedError{File: filepath.Join(dir, name), Why: "it is missing", Err: err}
	}
	return err
}

// Verify compares a file, which may be large, with what the status records of it; ok
// is false where that is nothing.
func (s Status) Verify(dir, name string) (ok bool, err error) {
	want, ok := s.Files[name]
	if !ok {
		return false, nil
	}
	f, err := atomicfile.Open(filepath.Join(dir, name))
	if err != nil {
		return true, s.lost(dir, name, err)
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return true, err
	}
	if have := (File{n, hex.EncodeToString(h.Sum(nil))}); have != want {
		return true, s.damaged(dir, name, have)
	}
	return true, nil
}

// Verify compares all files of the run with what it recorded of them. A config.yaml
// that was changed is written anew, for the run knows what it says, and the notice says
// so.
func (r *Run) Verify() (notice string, err error) {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(r.status.Files)) {
		_, err := r.status.Verify(r.dir, name)
		var damaged *DamagedError
		if name == configFile && errors.As(err, &damaged) {
			notice = damaged.What() + "; it is written anew"
			err = r.restoreConfig()
		}
		errs = append(errs, err)
	}
	return notice, errors.Join(errs...)
}

// restoreConfig writes the config, and what it is into the status.
func (r *Run) restoreConfig() error {
	r.files = maps.Clone(r.status.Files)
	if err := r.writeConfig(); err != nil {
		return err
	}
	s := r.status
	s.Files = r.files
	return r.writeStatus(s)
}

// writeConfig writes config.yaml, unless it is there: readers need not wait for it.
func (r *Run) writeConfig() error {
	if b, err := atomicfile.ReadFile(filepath.Join(r.dir, configFile)); err == nil && bytes.Equal(b, r.options.Config) {
		r.files[configFile] = fileOf(b)
		return nil
	}
	return r.WriteFile(configFile, func(w io.Writer) error {
		_, err := w.Write(r.options.Config)
		return err
	})
}
