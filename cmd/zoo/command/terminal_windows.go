package command

import (
	"os"

	"golang.org/x/sys/windows"
)

// The end of a line after which a command goes on: its shells have no sign in common.
const goesOn = ""

// A console goes to the next line when the last column is written, and another time
// when the line ends: it stays free.
const columnsLeftFree = 1

// The progress bar clears its line by an escape sequence: without, it only goes back to
// the beginning of the line on Windows, and what is shorter does not cover the bar.
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
