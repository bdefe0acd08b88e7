package command

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// output is standard output or standard error, and remembers the first error of a write. It
// escapes control characters in what is written (see visible). A process ends quietly if it
// writes results into a pipe without a reader.
type output struct {
	file *os.File // not embedded: everything must pass through Write
	err  error
}

// Fd is the file descriptor, by which libraries find out whether this is a terminal.
func (o *output) Fd() uintptr { return o.file.Fd() }

func (o *output) Write(b []byte) (int, error) {
	_, err := o.file.WriteString(visible(string(b)))
	if nobodyReads(err) && o.file == os.Stdout {
		os.Exit(exitFailed)
	}
	if o.err == nil {
		o.err = err
	}
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

// lines is an output for people. On a terminal, lines that are wider than it are wrapped;
// elsewhere they stay unchanged.
type lines struct {
	*output
	held string // the beginning of a line that has not ended
}

func (l *lines) Write(b []byte) (int, error) {
	all := l.held + string(b)
	l.held = ""
	if terminalWidth(l) > 0 {
		end := strings.LastIndexByte(all, '\n') + 1
		all, l.held = all[:end], all[end:]
	}
	if err := l.fit(all); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Flush writes the last line, if it has no newline.
func (l *lines) Flush() error {
	last := l.held
	l.held = ""
	return l.fit(last)
}

// fit writes text, wrapped on a terminal.
func (l *lines) fit(all string) error {
	var b strings.Builder
	width := terminalWidth(l)
	for line := range strings.SplitAfterSeq(visible(all), "\n") {
		if text, ended := strings.CutSuffix(line, "\n"); width > 0 {
			b.WriteString(strings.Join(wrap(text, width), "\n"))
			if ended {
				b.WriteString("\n")
			}
		} else {
			b.WriteString(spaces.Replace(line))
		}
	}
	_, err := io.WriteString(l.output, b.String())
	return err
}

// unwrapped is the output below w that wraps no lines: for JSON and other text for
// programs.
func unwrapped(w io.Writer) io.Writer {
	if l, ok := w.(*lines); ok {
		return l.output
	}
	return w
}

// printJSON writes a value as JSON that people can read.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(unwrapped(w))
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// paragraph writes a text with every line indented.
func paragraph(w io.Writer, indent, s string) {
	for line := range strings.Lines(s) {
		fmt.Fprintln(w, indent+strings.TrimSpace(line))
	}
}

// terminalWidth is the number of columns that a line may have on the terminal w, or 0 if w
// is not a terminal.
func terminalWidth(w io.Writer) int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return max(0, width-columnsLeftFree)
}
