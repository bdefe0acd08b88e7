package text

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// unknown is what the token of all words that are not in the vocabulary is decoded to. Its
// blank is that before most words. No piece of a text is this, so it cannot be confused.
const unknown = " <unk>"

// words is a vocabulary of the pieces of a text that are most frequent. Token 0 stands for
// all others.
type words struct {
	of    []string
	token map[string]int32
	mean  float64 // characters of those that token 0 stands for in the training part, on average
}

// wordsOf returns the vocabulary of size tokens that a training part gives: the most frequent
// pieces, of equally frequent ones the smaller by its bytes.
func wordsOf(train string, size int) (*words, error) {
	counts := map[string]int{}
	for p := range pieces(train) {
		counts[p]++
	}
	if size > len(counts)+1 {
		return nil, fmt.Errorf("data.vocabulary: have %d, want at most %d: the training part has %d different words, and one token stands for all others", size, len(counts)+1, len(counts))
	}
	order := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	w := &words{of: append([]string{unknown}, order[:size-1]...), token: make(map[string]int32, size), mean: 1}
	for i, p := range w.of[1:] {
		w.token[p] = int32(i + 1)
	}
	n, characters := 0, 0.0
	for _, p := range order[size-1:] {
		n += counts[p]
		characters += float64(counts[p]) * charactersIn(p, true)
	}
	if n > 0 {
		w.mean = characters / float64(n)
	}
	return w, nil
}

// Size is the number of words, and one.
func (w *words) Size() int { return len(w.of) }

// Encode returns the tokens of the words of a text, which is in UTF-8.
func (w *words) Encode(text string) ([]int, error) {
	if err := isUTF8(text); err != nil {
		return nil, err
	}
	return widened(w.tokens(text)), nil
}

func (w *words) tokens(part string) (tokens []int32) {
	for p := range pieces(part) {
		tokens = append(tokens, w.token[p]) // 0 if it is unknown
	}
	return tokens
}

// Decode returns the words of tokens, <unk> for token 0, and U+FFFD for a number that is
// not a token.
func (w *words) Decode(tokens []int) string {
	return decode(tokens, len(w.of), func(t int) string { return w.of[t] })
}

// characters implements tokenizer.
func (w *words) characters(isUTF8 bool) []float64 {
	of := []float64{w.mean}
	for _, p := range w.of[1:] {
		of = append(of, charactersIn(p, isUTF8))
	}
	return of
}
