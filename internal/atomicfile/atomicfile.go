// Package atomicfile writes files that are either whole or not there: into a
// temporary file of the same folder, then fsync, then rename. Whatever happens
// on the way (an error, a full disk, a kill, a power cut), the old file remains.
//
// On Windows a file cannot be renamed, replaced or removed while another program has it
// open without allowing that, such as a virus scanner for a moment. So there this package
// tries to rename, replace and remove again for some seconds, and code that reads files
// which other processes replace uses [Open] and [ReadFile].
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// WriteFile replaces the file name by what write writes, or creates it. The
// writer is buffered. On an error, of write or of the system, the temporary
// file is removed and the old file remains. Several processes may write the
// same name at once: the last rename wins, with a whole file. A device or a pipe,
// such as /dev/stdout, is not replaced but written to.
func WriteFile(name string, write func(io.Writer) error) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return writeThrough(name, write)
	}
	tmp, err := writeTemporary(name, write)
	if err != nil {
		return err
	}
	return rename(tmp, name)
}

// writeThrough writes to what cannot be replaced.
func writeThrough(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	return errors.Join(write(w), w.Flush(), f.Close())
}

// Rename moves a file to another name in the same file system, and replaces the
// file that has that name. When it returns nil, the move is on the disk.
func Rename(from, to string) error { return patiently(func() error { return move(from, to) }) }

// Open opens a file for reading.
func Open(name string) (f *os.File, err error) {
	err = patiently(func() error {
		f, err = os.Open(name)
		return err
	})
	return f, err
}

// ReadFile reads a whole file.
func ReadFile(name string) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// RemoveAll removes a file, or a folder with all that is in it. It is not an error if
// there is none.
func RemoveAll(name string) error { return patiently(func() error { return os.RemoveAll(name) }) }

// Previous is the name under which WriteFileKeeping keeps the file it replaces.
func Previous(name string) string { return name + ".prev" }

// WriteFileKeeping is WriteFile, and the file it replaces is kept as
// Previous(name). The former previous file goes only after the new one is on
// the disk under its name, so that if either of the two was good before the
// call, one is good at every instant of it.
func WriteFileKeeping(name string, write func(io.Writer) error) error {
	tmp, err := writeTemporary(name, write)
	if err != nil {
		return err
	}
	old, err := secondName(name)
	if err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	if err := rename(tmp, name); err != nil {
		if old != "" {
			err = errors.Join(err, os.Remove(old))
		}
		return err
	}
	if old == "" {
		return nil
	}
	return rename(old, Previous(name))
}

// RemoveTemporaries removes what killed writers left in dir. Call it only
// where no one else can be writing, such as under the lock of a run. It does nothing
// if there is no such folder.
func RemoveTemporaries(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && strings.HasSuffix(e.Name(), suffix) {
			errs = append(errs, patiently(func() error { return os.Remove(filepath.Join(dir, e.Name())) }))
		}
	}
	return errors.Join(errs...)
}

const suffix = ".tmp" // of temporary files, which also begin with a dot

func temporaryName(name string) string {
	return filepath.Join(filepath.Dir(name), fmt.Sprintf(".%s.%08x%s", filepath.Base(name), rand.Uint32(), suffix))
}

// create makes a new file beside name. os.CreateTemp would make it private to
// the user, and a rename keeps that: the mode here is the umask's.
func create(name string) (*os.File, error) {
	for {
		f, err := os.OpenFile(temporaryName(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, os.ErrExist) {
			return f, err
		}
	}
}

// writeTemporary writes a whole and synced file beside name.
func writeTemporary(name string, write func(io.Writer) error) (tmp string, err error) {
	f, err := create(name)
	if err != nil {
		return "", err
	}
	done := false
	defer func() {
		if !done { // an error, or a panic of write
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return "", err
	}
	if err := errors.Join(w.Flush(), f.Sync()); err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	done = true
	return f.Name(), nil
}

var link = os.Link // a test replaces it, as on a file system without links

// secondName gives the file name a second, temporary name; "" if there is no
// such file. Where the file system has no hard links the bytes are copied.
func secondName(name string) (string, error) {
	from, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer from.Close()
	second := temporaryName(name)
	if link(name, second) == nil {
		return second, nil
	}
	return writeTemporary(name, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	})
}

// rename moves the temporary file to its name, or removes it.
func rename(tmp, name string) error {
	err := Rename(tmp, name)
	if err != nil {
		os.Remove(tmp)
	}
	return err
}
