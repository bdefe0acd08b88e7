package command

import (
	"regexp"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// The spaces of a command within a text, so that wrapping keeps it in one piece: between its
// words, and within quotes. They are noncharacters, which no other text contains; [lines]
// writes them as spaces.
const (
	nextWord = '\uFDD0'
	sameWord = '\uFDD1'
)

var spaces = strings.NewReplacer(string(nextWord), " ", string(sameWord), " ")

// command is a shell command as part of a text.
func command(words ...string) string {
	var quote rune // the quotation mark that is open
	escaped := false
	return strings.Map(func(r rune) rune {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case r == ' ' && quote == 0:
			return nextWord
		case r == ' ':
			return sameWord
		case r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		}
		return r
	}, strings.Join(words, " "))
}

// columns is the width of a line on a terminal.
func columns(s string) int { return text.StringWidthWithoutEscSequences(spaces.Replace(s)) }

// gaps separate the fields of a line: the columns of a list, numbers with their names.
var gaps = regexp.MustCompile(` {2,}`)

// wrap breaks a line that is wider than a terminal: between its fields if possible, else
// between words, and within words that are too long for any line. Lines after the first
// begin below the second field if the first is one word, else slightly to the right of the
// first. A command is broken only if it is too long for a line of its own, and then in a way
// that the shell understands.
func wrap(line string, width int) []string {
	line = strings.ReplaceAll(line, "\t", "    ")
	if columns(line) <= width {
		return []string{spaces.Replace(line)}
	}
	words := strings.Trim(line, " ")
	indent := len(line) - len(strings.TrimLeft(line, " "))
	fields, apart := gaps.Split(words, -1), gaps.FindAllString(words, -1)
	w := wrapper{width: width, hang: min(indent, width/2)}
	w.begin()
	if len(fields) > 1 {
		w.hang = min(indent+2, width/2)
		if second := indent + columns(fields[0]+apart[0]); !strings.Contains(fields[0], " ") && second <= width/2 {
			w.hang = second
		}
	}
	for i, f := range fields {
		gap := 0
		if i > 0 {
			gap = len(apart[i-1])
		}
		if w.used+gap+columns(f) > width && w.used+gap > w.hang {
			w.end()
		}
		for word := range strings.SplitSeq(f, " ") {
			w.add(gap, word)
			gap = 1
		}
	}
	w.end()
	return w.lines
}

// A wrapper fills lines.
type wrapper struct {
	width, hang int // hang is the indent of lines after the first
	lines       []string
	line        string
	used        int // columns of the line
	filled      bool
}

func (w *wrapper) begin() { w.line, w.used, w.filled = strings.Repeat(" ", w.hang), w.hang, false }

// end ends the line, unless there is nothing on it.
func (w *wrapper) end() {
	if w.filled {
		w.lines = append(w.lines, spaces.Replace(w.line))
		w.begin()
	}
}

func (w *wrapper) put(s string) {
	w.line += s
	w.used += columns(s)
	w.filled = true
}

// add adds a word after a gap of spaces, which is left out at the beginning of a line.
func (w *wrapper) add(gap int, word string) {
	n := columns(word)
	if w.used+gap+n > w.width && w.hang+n <= w.width {
		w.end()
	}
	if !w.filled {
		gap = 0
	}
	parts := strings.Split(word, string(nextWord))
	switch {
	case w.used+gap+n <= w.width:
		w.put(strings.Repeat(" ", gap) + word)
	case len(parts) > 1:
		for i, p := range parts {
			room := w.width - len(continuation)
			if i == len(parts)-1 {
				room = w.width
			}
			if w.used+gap+columns(p) > room && w.filled {
				if i > 0 {
					w.put(continuation)
				}
				w.end()
				gap = 0
			}
			width := w.width
			w.width = room
			w.add(gap, p)
			w.width, gap = width, 1
		}
	default: // no line is wide enough
		w.end()
		for _, r := range word {
			if n := columns(string(r)); w.used+n > w.width {
				w.end()
			}
			w.put(string(r))
		}
	}
}
