// Package atomicfile writes files that are either whole or not there: into a
// temporary file of the same folder, then fsync, then rename. Whatever happens
// on the way (an error, a full disk, a kill, a power cut), the old file stands.
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
	"syscall"
)

// WriteFile replaces the file name by what write writes, or creates it. The
// writer is buffered. On an error, of write or of the system, the temporary
// file is removed and the old file stands. Several processes may write the
// same name at once: the last rename wins, with a whole file.
func WriteFile(name string, write func(io.Writer) error) error {
	tmp, err := writeTemporary(name, write)
	if err != nil {
		return err
	}
	if err := rename(tmp, name); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

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
		return syncFolder(filepath.Dir(name))
	}
	if err := syncFolder(filepath.Dir(name)); err != nil {
		return errors.Join(err, os.Remove(old))
	}
	if err := rename(old, Previous(name)); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

// RemoveTemporaries removes what killed writers left in dir. Call it only
// where no one else can be writing, such as under the lock of a run. A folder
// that is not there has none.
func RemoveTemporaries(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && strings.HasSuffix(e.Name(), suffix) {
			errs = append(errs, os.Remove(filepath.Join(dir, e.Name())))
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

var link = os.Link // a test stands in for a file system without links

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
	err := os.Rename(tmp, name)
	if err != nil {
		os.Remove(tmp)
	}
	return err
}

// syncFolder makes the renames in dir last. Some network file systems cannot
// sync a folder and say EINVAL: there is no more to be done there.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, f.Close())
}
