package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"

	"golang.org/x/sys/windows"
)

// inUse tells whether an error may be due to another program that has the file open.
// Windows says "access denied" where it cannot replace such a file, and where a
// removed one is still open.
var inUse = func(err error) bool {
	return slices.ContainsFunc([]error{
		windows.ERROR_SHARING_VIOLATION, windows.ERROR_ACCESS_DENIED, windows.ERROR_DELETE_PENDING, windows.ERROR_DIR_NOT_EMPTY,
	}, func(e error) bool { return errors.Is(err, e) })
}

// move renames, and waits until that is on the disk: folders cannot be synced here.
func move(from, to string) error {
	old, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	name, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	err = windows.MoveFileEx(old, name, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH)
	if err == nil {
		return nil
	}
	// These are denied too, and will be however long one waits.
	if attributes, e := windows.GetFileAttributes(name); e == nil {
		if attributes&windows.FILE_ATTRIBUTE_DIRECTORY != 0 {
			err = syscall.EISDIR
		} else if attributes&windows.FILE_ATTRIBUTE_READONLY != 0 {
			return fmt.Errorf("%s is read-only: remove it, or allow changes with attrib -r", to)
		}
	}
	return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
}
