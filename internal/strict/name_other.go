//go:build !windows

package strict

import "io/fs"

// errNoName does not occur: every text can be the name of a file.
var errNoName = fs.ErrNotExist
