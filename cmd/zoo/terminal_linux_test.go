package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/sys/unix"
)

func init() { programs["terminal"] = func() { os.Exit(terminal(os.Args[1:])) } }

// terminal COLUMNS command ...: runs the command on two terminals of this width, one for its
// output and one for its messages, and passes on what they show. A line that does not fit is
// an error.
func terminal(args []string) int {
	width, err := strconv.Atoi(args[0])
	if err != nil {
		panic(err)
	}
	c := exec.Command(args[1], args[2:]...)
	var shown sync.WaitGroup
	var wide atomic.Bool
	open := func(to *os.File) *os.File {
		person, program, err := openTerminal(uint16(width))
		if err != nil {
			panic(err)
		}
		shown.Go(func() {
			b, _ := io.ReadAll(person) // the error says that the command has ended
			for line := range strings.FieldsFuncSeq(string(b), func(r rune) bool { return r == '\n' || r == '\r' }) {
				if n := text.StringWidth(line); n > width {
					fmt.Fprintf(to, "a line of %d columns on a terminal of %d: %s\n", n, width, line)
					wide.Store(true)
				}
			}
			fmt.Fprint(to, strings.ReplaceAll(string(b), "\r\n", "\n"))
		})
		return program
	}
	out, messages := open(os.Stdout), open(os.Stderr)
	c.Stdin, c.Stdout, c.Stderr = out, out, messages
	if err := c.Start(); err != nil {
		panic(err)
	}
	out.Close()
	messages.Close()
	shown.Wait()
	c.Wait()
	if wide.Load() {
		return 99
	}
	return c.ProcessState.ExitCode()
}

// openTerminal opens a terminal: person is the end of its user, program that of a program.
func openTerminal(width uint16) (person, program *os.File, err error) {
	person, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(person.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: width})
	}
	if err != nil {
		return nil, nil, err
	}
	program, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	return person, program, err
}
