package text

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// characters is a vocabulary of the characters of a text: Unicode's code points, in
// ascending order.
type characters struct {
	of    []rune         // of each token
	token map[rune]int32 // of each character
}

// charactersOf returns the vocabulary of a text, which is in UTF-8.
func charactersOf(text string) *characters {
	v := &characters{token: map[rune]int32{}}
	for _, c := range text {
		if _, ok := v.token[c]; !ok {
			v.token[c] = 0
			v.of = append(v.of, c)
		}
	}
	slices.Sort(v.of)
	for i, c := range v.of {
		v.token[c] = int32(i)
	}
	return v
}

// Size is the number of different characters.
func (v *characters) Size() int { return len(v.of) }

// tokens are those of the text that the vocabulary is of.
func (v *characters) tokens(text string) []int32 {
	tokens := make([]int32, 0, utf8.RuneCountInString(text))
	for _, c := range text {
		tokens = append(tokens, v.token[c])
	}
	return tokens
}

// Encode returns the token of each character. Characters that the vocabulary lacks, and
// bytes that are not UTF-8, are an error that says where they are and what there is.
func (v *characters) Encode(text string) ([]int, error) {
	if err := isUTF8(text); err != nil {
		return nil, err
	}
	tokens := make([]int, 0, len(text))
	var lacking []string
	said := map[rune]bool{}
	for _, c := range text {
		token, ok := v.token[c]
		tokens = append(tokens, int(token)) // a character that is lacking has a place, too
		if !ok && !said[c] {
			said[c] = true
			lacking = append(lacking, fmt.Sprintf("%q (character %d)", c, len(tokens)))
		}
	}
	if lacking != nil {
		return nil, fmt.Errorf("have %s, want characters that the text of the vocabulary has: %s", strings.Join(lacking, ", "), v)
	}
	return tokens, nil
}

// Decode returns the characters of tokens, and U+FFFD for a number that is not a token.
func (v *characters) Decode(tokens []int) string {
	return decode(tokens, len(v.of), func(t int) string { return string(v.of[t]) })
}

// characters implements tokenizer.
func (v *characters) characters(bool) []float64 { return nil }

// mostShown is how many characters an error lists: all of the usual Western text.
const mostShown = 150

// String lists the characters, as one quoted string; of very many, the first.
func (v *characters) String() string {
	if len(v.of) > mostShown {
		return fmt.Sprintf("%q and %d more", string(v.of[:mostShown]), len(v.of)-mostShown)
	}
	return fmt.Sprintf("%q", string(v.of))
}
