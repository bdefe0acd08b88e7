package command

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible writes what would steer a terminal as Go writes it in a string: the escape
// sequences and other control characters of labels, file names and class names, what
// turns the direction of a line, and bytes that are no UTF-8. New lines and tabs stay.
func visible(s string) string {
	if !strings.ContainsFunc(s, steers) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1, steers(r) && r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case steers(r) && r != utf8.RuneError:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// steers tells whether a rune does more than stand in its line. utf8.RuneError may be
// a byte that is no UTF-8.
func steers(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError)
}
