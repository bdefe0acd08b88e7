package text

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// contractions are those that GPT-2's pattern cuts off, in its order.
var contractions = []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}

// pieces cuts a text as GPT-2 does before it merges bytes (Radford et al. 2019; the pattern
// is in the file encoder.py of its code). At each place, the first of these that fits is the
// next piece:
//
//   - a contraction: 's 't 're 've 'm 'll 'd;
//   - letters, with one blank before them if there is one;
//   - digits and other numbers, likewise;
//   - other signs that are not white space, likewise;
//   - white space up to the end of the text, or up to the last sign before what is not
//     white space, if that leaves any;
//   - one sign of white space.
//
// A byte that is not UTF-8 is an "other sign". The pieces together are the text.
func pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text != "" {
			n := piece(text)
			if !yield(text[:n]) {
				return
			}
			text = text[n:]
		}
	}
}

// piece is the length in bytes of the first piece of a text, which is not empty.
func piece(text string) int {
	if text[0] == '\'' {
		for _, c := range contractions {
			if strings.HasPrefix(text, c) {
				return len(c)
			}
		}
	}
	n := 0
	if text[0] == ' ' {
		n = 1
	}
	if kind, _ := kindOf(text[n:]); kind != space {
		return n + run(text[n:], kind)
	}
	n = run(text, space)
	if n == len(text) {
		return n
	}
	if _, last := utf8.DecodeLastRuneInString(text[:n]); last < n {
		return n - last
	}
	return n
}

// The kinds of signs that a piece has in common.
const (
	space = iota // and the end of a text
	letter
	number
	other
)

// kindOf is the kind of the first sign of a text, and its length in bytes.
func kindOf(text string) (kind, size int) {
	if text == "" {
		return space, 0
	}
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case unicode.IsLetter(r):
		return letter, size
	case unicode.IsSpace(r):
		return space, size
	case unicode.IsNumber(r):
		return number, size
	}
	return other, size
}

// run is the length in bytes of the signs of one kind at the beginning of a text.
func run(text string, kind int) (n int) {
	for n < len(text) {
		k, size := kindOf(text[n:])
		if k != kind {
			break
		}
		n += size
	}
	return n
}
