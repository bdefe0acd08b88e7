package text

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"unicode/utf8"

	"zoo/datasets"
)

// A tokenizer is a vocabulary that can encode a whole text.
type tokenizer interface {
	datasets.Vocabulary
	// tokens are those of a part of the text that the tokenizer was made for.
	tokens(part string) []int32
	// characters are how many characters of the text each token stands for, on average where
	// that differs; nil: each for one. Of a text that is not UTF-8, bytes count as characters.
	characters(isUTF8 bool) []float64
}

// newTokenizer makes the tokenizer that the options name, of a text that is cut into parts.
func (o *Options) newTokenizer(text string, parts [3]string) (tokenizer, error) {
	train := parts[datasets.Train]
	switch {
	case o.Tokenizer == "bytes":
		return byteVocabulary{}, nil
	case o.Tokenizer == "words":
		return wordsOf(train, o.Vocabulary)
	case o.Tokenizer == "characters":
		return charactersOf(text), nil
	case o.Merges == "":
		return trainBPE(train, o.Vocabulary)
	}
	file, err := os.Open(o.Merges)
	if err != nil {
		return nil, fmt.Errorf("data.merges: %w", err)
	}
	defer file.Close()
	b, err := readMerges(file)
	if err != nil {
		return nil, fmt.Errorf("data.merges: %s: %w", o.Merges, err)
	}
	return b, nil
}

// needsUTF8 says whether the text has to be UTF-8.
func (o *Options) needsUTF8() bool { return o.Tokenizer == "characters" || o.Tokenizer == "words" }

// identity is what of the options determines the dataset, with the content of the file of
// merges instead of its name.
func (o Options) identity(t tokenizer) Options {
	if b, ok := t.(*bpe); ok && o.Merges != "" {
		h := sha256.New()
		b.writeMerges(h)
		o.Merges = hex.EncodeToString(h.Sum(nil))
	}
	return o
}

// charactersIn is how many characters of a text begin in a part of it: of a text that is
// not UTF-8, each byte is one.
func charactersIn(part string, isUTF8 bool) float64 {
	if !isUTF8 {
		return float64(len(part))
	}
	n := 0
	for i := range len(part) {
		if utf8.RuneStart(part[i]) {
			n++
		}
	}
	return float64(n)
}

// decode joins the texts of tokens, with U+FFFD for a number that is not a token.
func decode(tokens []int, size int, text func(token int) string) string {
	var b []byte
	for _, t := range tokens {
		if t < 0 || t >= size {
			b = utf8.AppendRune(b, utf8.RuneError)
		} else {
			b = append(b, text(t)...)
		}
	}
	return string(b)
}

// widened are tokens as a network takes them.
func widened(tokens []int32) []int {
	wide := make([]int, len(tokens))
	for i, t := range tokens {
		wide[i] = int(t)
	}
	return wide
}
