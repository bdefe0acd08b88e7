package strict

import (
	"bytes"
	"io"
	"regexp"
	"unicode/utf8"
)

var yamlPrefix = regexp.MustCompile(`^yaml: (line \d+: )?`)

// notYAML reports a syntax error. The line in the yaml package's message is that
// of the enclosing construct, often off by one, and missing on the first
// line; the line where reading stopped is the one to look at.
func (p *parser) notYAML(err error, read, data []byte) {
	line := 1 + bytes.Count(bytes.TrimRight(read, " \r\n"), []byte("\n"))
	reason := yamlPrefix.ReplaceAllString(err.Error(), "")
	if lines := bytes.Split(data, []byte("\n")); line <= len(lines) {
		text := lines[line-1]
		indent := text[:len(text)-len(bytes.TrimLeft(text, " \t"))]
		if tab := bytes.IndexByte(indent, '\t'); tab >= 0 {
			p.report(p.place(line, tab+1), p.key, "not YAML: a tab, where YAML indents with spaces only")
			return
		}
	}
	p.report(p.place(line, 0), p.key, "not YAML: %s", clip(reason, 200))
}

func notUTF8(data []byte) (line, column int, bad bool) {
	line, column = 1, 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return line, column, true
		}
		if i, column = i+size, column+1; r == '\n' {
			line, column = line+1, 1
		}
	}
	return 0, 0, false
}

// A byteReader gives one byte at a time, so that the yaml package reads no
// further than it looks and its position can be told from the count.
type byteReader struct {
	data []byte
	read int
}

func (r *byteReader) Read(b []byte) (int, error) {
	if r.read == len(r.data) {
		return 0, io.EOF
	}
	n := copy(b[:min(1, len(b))], r.data[r.read:])
	r.read += n
	return n, nil
}
