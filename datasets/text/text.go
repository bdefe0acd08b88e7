// Package text has the datasets that are texts, of which a network learns to predict the
// next token. Importing it registers them.
//
// A text is cut in order, by its characters: first comes the training part, then val, then
// test. Then each part is made into tokens: characters, bytes, words, or byte pairs. So the
// parts are the same whatever a token is, and metrics of a character can be compared.
//
// A part is read in windows of length tokens, each with the tokens that come next as its
// targets. In evaluation the windows follow one another from the beginning of the part, and
// the last is padded: every token of the part but the first is predicted once. In training
// they begin at an offset below length that depends on (seed, epoch), follow one another, and
// come in an order that depends on (seed, epoch). Of the training part, what is less than a
// window at its end is left out.
//
// With stream, row i of a batch goes on where row i of the batch before ended, so that a
// network can carry its state from batch to batch. The windows are then dealt out to as many
// streams as a batch has rows, each of which has windows that follow one another.
package text

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zoo/datasets"
)

// Options are the keys of a text.
type Options struct {
	Tokenizer  string  `doc:"what a token is"`
	Vocabulary int     `doc:"how many different tokens there are, of words and of bpe; 0 for characters, for bytes and with merges, which have a number of their own"`
	Merges     string  `doc:"of bpe: a file of merges in GPT-2's format, instead of learning them from the training part; empty: they are learned"`
	Length     int     `doc:"how many tokens a window has"`
	Val        float64 `doc:"share of the text for validation, which follows the training part; 0: none"`
	Test       float64 `doc:"share of the text for testing, which is its end; 0: none"`
	Stream     bool    `doc:"row i of a batch goes on where row i of the batch before ended, in place of windows in random order"`
}

// Defaults are the options of a config that says nothing but the name of the dataset.
func Defaults() Options {
	return Options{Tokenizer: "characters", Length: 64, Val: 0.05, Test: 0.05}
}

// tokenizers are the values of the key tokenizer.
var tokenizers = []datasets.Choice{
	{Form: "characters", Doc: "the characters that the text has, in UTF-8"},
	{Form: "bytes", Doc: "256 bytes, of any file"},
	{Form: "words", Doc: "the pieces that GPT-2's pattern cuts a text into (letters, digits or other signs, each with the blank before it; contractions such as 's; white space): the vocabulary − 1 most frequent of the training part, and <unk> for all others"},
	{Form: "bpe", Doc: "byte pair encoding as GPT-2's: the 256 bytes, and what comes of merging, within such pieces of the training part, the most frequent pairs until there are vocabulary tokens"},
}

// Describe are the choices of keys with what they stand for.
func (o *Options) Describe() map[string][]datasets.Choice {
	return map[string][]datasets.Choice{"tokenizer": tokenizers}
}

// The largest values that make sense; anything larger is a typing error.
const (
	maxLength     = 1 << 16
	maxVocabulary = 1 << 20
)

// Check implements datasets.Options.
func (o *Options) Check(datasets.Info) (ps []datasets.Problem) {
	bad := func(key, format string, args ...any) {
		ps = append(ps, datasets.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	learned := o.Tokenizer == "words" || o.Tokenizer == "bpe" && o.Merges == ""
	switch o.Tokenizer {
	case "characters", "bytes", "words", "bpe":
	default:
		bad("tokenizer", "have %q, want characters, bytes, words or bpe", o.Tokenizer)
		learned = true // it may be
	}
	least := 0
	switch {
	case o.Tokenizer == "words":
		least = 2 // a word, and what stands for the others
	case o.Tokenizer == "bpe" && learned:
		least = bytesOfBPE + 1
	}
	switch {
	case o.Vocabulary < least && o.Tokenizer == "bpe":
		bad("vocabulary", "have %d, want at least %d: %d bytes, and what is merged of them; or set data.merges", o.Vocabulary, least, bytesOfBPE)
	case o.Vocabulary < least:
		bad("vocabulary", "have %d, want at least %d: one token stands for the words that are not in it", o.Vocabulary, least)
	case o.Vocabulary > maxVocabulary:
		bad("vocabulary", "have %d, want at most %d", o.Vocabulary, maxVocabulary)
	case o.Vocabulary != 0 && o.Tokenizer == "bpe" && !learned:
		bad("vocabulary", "have %d, and merges, which say how many tokens there are: leave it at 0", o.Vocabulary)
	case o.Vocabulary != 0 && !learned:
		bad("vocabulary", "have %d, want 0: %s are as many as there are; words and bpe take a number", o.Vocabulary, o.Tokenizer)
	}
	if o.Merges != "" && o.Tokenizer != "bpe" {
		bad("merges", "have %q, and tokenizer %s, which merges nothing: set data.tokenizer=bpe, or leave it out", o.Merges, o.Tokenizer)
	}
	switch {
	case o.Length < 1:
		bad("length", "have %d, want at least 1", o.Length)
	case o.Length > maxLength:
		bad("length", "have %d, want at most %d", o.Length, maxLength)
	}
	share := func(key string, have float64) {
		if !(have >= 0 && have < 1) {
			bad(key, "have %v, want a share of the text, at least 0 and less than 1", have)
		}
	}
	share("val", o.Val)
	share("test", o.Test)
	if o.Val < 1 && o.Test < 1 && o.Val+o.Test >= 1 {
		bad("test", "have %v, and %v for val, want less than 1 together: nothing is left to train with", o.Test, o.Val)
	}
	return ps
}

// Preview implements datasets.Options. The characters of a text of the user's are not known
// before it is read, nor are the merges of a file.
func (o *Options) Preview(i datasets.Info) datasets.Preview {
	p := datasets.Preview{NoVal: o.Val == 0, Sizes: []string{"length", "vocabulary"}}
	if o.Check(i) != nil {
		return p
	}
	size := o.Vocabulary
	switch o.Tokenizer {
	case "characters":
		size = i.Classes
		if n := lengths[i.Name]; n > 0 {
			p.Train = max(0, o.windows(datasets.Train, o.cut(n)[datasets.Train]))
		}
	case "bytes":
		size = 256
	}
	if size > 0 {
		spec := datasets.Tokens(o.Length, size)
		p.Spec = &spec
	}
	return p
}

// cut is how many of the n characters of a text the parts have.
func (o *Options) cut(n int) (parts [3]int) {
	parts[datasets.Test] = int(o.Test * float64(n))
	parts[datasets.Val] = int(o.Val * float64(n))
	parts[datasets.Train] = n - parts[datasets.Val] - parts[datasets.Test]
	return parts
}

// parts are those of a text. A byte that is not UTF-8 counts as a character.
func (o *Options) parts(text string) (parts [3]string) {
	counts := o.cut(utf8.RuneCountInString(text))
	for s := datasets.Train; s < datasets.Test; s++ {
		end := 0
		for range counts[s] {
			_, size := utf8.DecodeRuneInString(text[end:])
			end += size
		}
		parts[s], text = text[:end], text[end:]
	}
	parts[datasets.Test] = text
	return parts
}

// wanted says whether there is to be such a part.
func (o *Options) wanted(s datasets.Split) bool {
	return [...]bool{datasets.Train: true, datasets.Val: o.Val > 0, datasets.Test: o.Test > 0}[s]
}

// windows is how many windows are read of a part of n tokens, at least one window: a training
// part has them whole, and without stream at each offset.
func (o *Options) windows(s datasets.Split, n int) int {
	switch {
	case n == 0:
		return 0
	case s != datasets.Train:
		return (n - 1 + o.Length - 1) / o.Length
	case o.Stream:
		return (n - 1) / o.Length
	default:
		return n/o.Length - 1
	}
}

// fit is an error if a part that is wanted has no window.
func (o *Options) fit(tokens [3][]int32) error {
	var short []error
	for s := datasets.Train; s <= datasets.Test; s++ {
		least := o.Length + 1 // the last has a next token
		if s == datasets.Train && !o.Stream {
			least = 2 * o.Length // whatever the offset
		}
		if n := len(tokens[s]); o.wanted(s) && n < least {
			short = append(short, fmt.Errorf("data.length: have windows of %d tokens, and %d tokens in the %s part, want at least %d: lower data.length, or take a longer text", o.Length, n, s, least))
		}
	}
	return errors.Join(short...)
}

// isUTF8 is an error that says where a text is not.
func isUTF8(text string) error {
	if utf8.ValidString(text) {
		return nil
	}
	for i := 0; ; {
		c, size := utf8.DecodeRuneInString(text[i:])
		if c == utf8.RuneError && size == 1 {
			return fmt.Errorf("byte %d (0x%02x, in line %d) is not UTF-8: convert the text to UTF-8", i+1, text[i], 1+strings.Count(text[:i], "\n"))
		}
		i += size
	}
}
