//go:build !windows

package command

import (
	"os"

	"golang.org/x/term"
)

// continuation ends a line of a command that continues on the next: all shells understand it.
const continuation = ` \`

// columnsLeftFree is 0: lines may be as wide as the terminal.
const columnsLeftFree = 0

// barUsesEscapes is false: the progress bar clears its line by overwriting it, which works
// on any terminal.
const barUsesEscapes = false

// showsBar tells whether a file is a terminal.
func showsBar(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
