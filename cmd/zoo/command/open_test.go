package command

import (
	"path/filepath"
	"testing"
)

// A file that cannot be opened is an error, so that the user is told where it is.
func TestOpenFile(t *testing.T) {
	if err := openFile(t.Context(), filepath.Join(t.TempDir(), "no page.html")); err == nil {
		t.Error("a file that is not there was opened")
	}
}
