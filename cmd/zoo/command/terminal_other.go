//go:build !windows

package command

import (
	"os"

	"golang.org/x/term"
)

// The end of a line after which a command goes on: what all shells take for it.
const goesOn = ` \`

// Lines may be as wide as the terminal.
const columnsLeftFree = 0

// The progress bar clears its line by overwriting it, which works on any terminal.
const barUsesEscapes = false

// showsBar tells whether a file is a terminal.
func showsBar(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
