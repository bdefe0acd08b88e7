package command

import (
	"os"

	"golang.org/x/sys/windows"
)

// continuation ends a line of a command that continues on the next: the shells of Windows have no
// common sign for it.
const continuation = ""

// columnsLeftFree is 1: a console goes to the next line when the last column is written,
// and again when the line ends.
const columnsLeftFree = 1

// barUsesEscapes is true: the progress bar clears its line by an escape sequence. Without,
// it would only return to the beginning of the line, and a shorter line would not cover it.
const barUsesEscapes = true

// showsBar tells whether a file is a console that can be made to understand escape
// sequences.
func showsBar(f *os.File) bool {
	var mode uint32
	if windows.GetConsoleMode(windows.Handle(f.Fd()), &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(windows.Handle(f.Fd()), mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
