//go:build !windows

package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// inUse is never the reason: a file that is open can be renamed, replaced and removed.
var inUse = func(error) bool { return false }

// move renames, and then syncs the folder, which makes the rename last.
func move(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// syncFolder makes the renames in dir last. Some network file systems cannot
// sync a folder and say EINVAL: nothing more can be done there.
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
