package command

import (
	"errors"

	"golang.org/x/sys/windows"
)

// nobodyReads tells whether a write failed because the pipe has no reader any more.
func nobodyReads(err error) bool {
	return errors.Is(err, windows.ERROR_NO_DATA) || errors.Is(err, windows.ERROR_BROKEN_PIPE)
}
