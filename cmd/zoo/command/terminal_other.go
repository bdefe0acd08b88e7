//go:build !windows

package command

import (
	"os"

	"golang.org/x/term"
)

// Lines may be as wide as the terminal.
const columnsLeftFree = 0

// The progress bar clears its line by overwriting it, which works on any terminal.
const barUsesEscapes = false

// showsBar tells whether a file is a terminal.
func showsBar(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
