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

// A File is what a run recorded about one of its files.
type File struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// fileOf is the record of a file with these bytes.
func fileOf(b []byte) File {
	sum := sha256.Sum256(b)
	return File{int64(len(b)), hex.EncodeToString(sum[:])}
}

// A DamagedError says that a file of a run is not as the run left it: edited, cut, missing
// or another run's.
type DamagedError struct {
	File string
	Why  string
	Err  error // of the system, or nil
}

// What says which file it is and what is wrong, but not what to do about it.
func (e *DamagedError) What() string {
	return fmt.Sprintf("%s is not as the run left it: %s", e.File, e.Why)
}

// Error says what is wrong and what to do about it.
func (e *DamagedError) Error() string {
	return e.What() + "; restore it, or repeat the command that trained the run: it continues from the checkpoints, and with --rerun starts from the beginning"
}

// Unwrap is the error of the system, or nil.
func (e *DamagedError) Unwrap() error { return e.Err }

// WriteFile writes a file of the run's folder, and records its size and SHA-256 for the
// status.
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

// recorded are the run's files as they are now.
func (r *Run) recorded() map[string]File {
	if r.metrics == nil {
		return nil // before Resume nothing is known
	}
	files := maps.Clone(r.files)
	files[metricsFile] = File{r.size, hex.EncodeToString(r.sum.Sum(nil))}
	return files
}

// check compares the bytes of a file with what the status says about it. Until the run is
// done the records may have grown since.
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
	return &DamagedError{File: filepath.Join(dir, name), Why: fmt.Sprintf("have %d bytes with SHA-256 %.12s, but %s records %d with %.12s", have.Bytes, have.SHA256, statusFile, want.Bytes, want.SHA256)}
}

// ReadFile reads a file of a run's folder, and compares it with what the run recorded.
func ReadFile(dir, name string) ([]byte, error) {
	s, err := ReadStatus(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) { // without a status there are no records
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

// lost is err, or a [*DamagedError] if err says that a recorded file is missing.
func (s Status) lost(dir, name string, err error) error {
	if _, ok := s.Files[name]; ok && errors.Is(err, os.ErrNotExist) {
		return &DamagedError{File: filepath.Join(dir, name), Why: "it is missing", Err: err}
	}
	return err
}

// Verify compares a file, which may be large, with what the status records about it; ok is
// false if it records nothing.
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

// Verify compares all files of the run with what it recorded about them. It writes a
// config.yaml that was changed again, as the run knows its content, and the notice says so.
func (r *Run) Verify() (notice string, err error) {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(r.status.Files)) {
		_, err := r.status.Verify(r.dir, name)
		var damaged *DamagedError
		if name == configFile && errors.As(err, &damaged) {
			notice = damaged.What() + "; it was written again"
			err = r.restoreConfig()
		}
		errs = append(errs, err)
	}
	return notice, errors.Join(errs...)
}

// restoreConfig writes the config, and records it in the status.
func (r *Run) restoreConfig() error {
	r.files = maps.Clone(r.status.Files)
	if err := r.writeConfig(); err != nil {
		return err
	}
	s := r.status
	s.Files = r.files
	return r.writeStatus(s)
}

// writeConfig writes config.yaml unless it is there already, so that no reader finds it
// missing for a moment.
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
