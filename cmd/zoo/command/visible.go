package command

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible escapes, as Go does in strings, what would control a terminal: escape sequences
// and other control characters in labels, file names and class names, characters that change
// the direction of text, and bytes that are not UTF-8. Newlines and tabs stay.
func visible(s string) string {
	if !strings.ContainsFunc(s, controls) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1, controls(r) && r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case controls(r) && r != utf8.RuneError:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// controls tells whether a rune does more than be shown. utf8.RuneError may be a byte that
// is not UTF-8.
func controls(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError)
}
