package text

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"zoo/datasets"
	"zoo/datasets/datasetstest"
)

// prose is a text of a few thousand words, always the same.
func prose() string {
	var b strings.Builder
	words := []string{"the", "then", "there", "other", "wither", "naïve", "she's", "we'll", "42", "1961", "—", "so..."}
	state := uint32(1)
	for i := range 3000 {
		state = state*1664525 + 1013904223
		b.WriteString(words[state>>24%uint32(len(words))])
		b.WriteByte(" \n"[min(1, i%11/10)])
	}
	return b.String()
}

func TestTokenizersAreDatasets(t *testing.T) {
	for _, o := range []Options{{Tokenizer: "bytes"}, {Tokenizer: "words", Vocabulary: 9}, {Tokenizer: "bpe", Vocabulary: 270}} {
		o.Length, o.Val, o.Test = 11, 0.2, 0.1
		d := open(t, prose()[:2000], o)
		datasetstest.Check(t, d)
		s := datasets.Named("text")
		s.Root, *s.Options().(*Options) = "elsewhere", o
		if p := s.Preview(); p.Spec == nil || fmt.Sprint(*p.Spec) != fmt.Sprint(d.Spec()) || p.Train != 0 {
			t.Errorf("%s: have the preview %+v, want the spec %v", o.Tokenizer, p, d.Spec())
		}
	}
}

// The parts are the same text whatever a token is, and their tokens are decoded to it.
func TestParts(t *testing.T) {
	text := prose()
	n := utf8.RuneCountInString(text)
	for _, o := range []Options{{Tokenizer: "characters"}, {Tokenizer: "bytes"}, {Tokenizer: "words", Vocabulary: 9}, {Tokenizer: "bpe", Vocabulary: 290}} {
		o.Length, o.Val, o.Test = 8, 0.2, 0.1
		parts := o.parts(text)
		if v, w := utf8.RuneCountInString(parts[1]), utf8.RuneCountInString(parts[2]); v != n/5 || w != n/10 || strings.Join(parts[:], "") != text {
			t.Fatalf("have %d and %d characters for validation and testing, want a fifth and a tenth of %d", v, w, n)
		}
		d := open(t, text, o).(*corpus)
		for s, part := range parts {
			have := d.tokenizer.Decode(widened(d.tokens[s]))
			if o.Tokenizer == "words" {
				if want := slices.Collect(pieces(part)); len(d.tokens[s]) != len(want) || !strings.Contains(have, unknown) {
					t.Errorf("words: have %d tokens, want %d, some of them unknown", len(d.tokens[s]), len(want))
				}
			} else if have != part {
				t.Errorf("%s: have %q, want %q", o.Tokenizer, have, part)
			}
		}
	}
}

// The targets of an evaluation stand for all characters of its tokens but those of the first.
func TestCharactersOfTargets(t *testing.T) {
	latin := strings.ReplaceAll(prose()[:3000], "ï", "\xef") // is not UTF-8: bytes count
	for _, c := range []struct {
		name, text string
		o          Options
		characters func(string) int
	}{
		{"bytes", prose(), Options{Tokenizer: "bytes"}, utf8.RuneCountInString},
		{"words", prose(), Options{Tokenizer: "words", Vocabulary: 25}, utf8.RuneCountInString},
		{"unknown words", prose(), Options{Tokenizer: "words", Vocabulary: 3}, utf8.RuneCountInString},
		{"bpe", prose(), Options{Tokenizer: "bpe", Vocabulary: 280}, utf8.RuneCountInString},
		{"Latin-1", latin, Options{Tokenizer: "bpe", Vocabulary: 280}, func(s string) int { return len(s) }},
	} {
		c.o.Length = 16
		d := open(t, c.text, c.o)
		have := 0.0
		for b, err := range d.Batches(t.Context(), datasets.Plan{Size: 5}) {
			if err != nil {
				t.Fatal(err)
			}
			have += b.Characters
		}
		// The windows of an evaluation begin with the first token, which is no target.
		tokens := d.(*corpus).tokens[0][:1+16*d.Len(datasets.Train)]
		text := func(n int) string { return d.(*corpus).tokenizer.Decode(widened(tokens[:n])) }
		most := 2.0 // a cut within a character
		if c.o.Tokenizer == "words" {
			all := slices.Collect(pieces(c.text))
			text = func(n int) string { return strings.Join(all[:n], "") }
			most = 0.01 * float64(len(c.text)) // an unknown word counts as long as they are on average
		}
		want := float64(c.characters(text(len(tokens))) - c.characters(text(1)))
		if math.Abs(have-want) > most {
			t.Errorf("%s: have %v characters, want %v", c.name, have, want)
		}
	}
	for b := range open(t, prose(), Options{Length: 16}).Batches(t.Context(), datasets.Plan{Size: 5}) {
		if b.Characters != 0 {
			t.Fatalf("have %v for tokens that are characters, want 0", b.Characters)
		}
	}
}

func TestWords(t *testing.T) {
	w, err := wordsOf("to be, or not to be: that is to be", 4)
	if err != nil {
		t.Fatal(err)
	}
	// " be" is there three times, " to" twice, and of the others the smallest is " is".
	if want := []string{unknown, " be", " to", " is"}; !slices.Equal(w.of, want) {
		t.Errorf("have %q, want %q", w.of, want)
	}
	tokens, err := w.Encode("so to be, or is")
	if have := w.Decode(tokens); err != nil || have != " <unk> to be <unk> <unk> is" {
		t.Errorf("have %q, %v", have, err)
	}
	if have := w.Decode([]int{-1, 4, 1}); have != "\ufffd\ufffd be" {
		t.Errorf("have %q", have)
	}
	if _, err := w.Encode("to\xff"); err == nil || !strings.Contains(err.Error(), "byte 3 (0xff, in line 1) is not UTF-8") {
		t.Errorf("have error %v", err)
	}
	// Token 0 stands for: to , or not : that, of 2+1+3+4+1+5 characters.
	if w.mean != 16./6 {
		t.Errorf("have %v characters of an unknown word, want %v", w.mean, 16./6)
	}
	// Text that looks like the unknown is not decoded as one token.
	if tokens, _ := w.Encode(unknown); len(tokens) < 2 {
		t.Errorf("have %v for %q", tokens, unknown)
	}
}

func TestTokenizerErrors(t *testing.T) {
	merges := filepath.Join(t.TempDir(), "none")
	short := "to be or not to be"
	for name, c := range map[string]struct {
		text string
		o    Options
		want string
	}{
		"misspelt":            {short, Options{Tokenizer: "word", Length: 2}, `data.tokenizer: have "word", want characters, bytes, words or bpe`},
		"capital":             {short, Options{Tokenizer: "BPE", Vocabulary: 300, Length: 2}, `data.tokenizer: have "BPE", want characters, bytes, words or bpe`},
		"characters, number":  {short, Options{Vocabulary: 5, Length: 2}, "data.vocabulary: have 5, want 0: characters are as many as there are; words and bpe take a number"},
		"negative":            {short, Options{Vocabulary: -1, Length: 2}, "data.vocabulary: have -1, want at least 0"},
		"no words":            {short, Options{Tokenizer: "words", Length: 2}, "data.vocabulary: have 0, want at least 2: one token stands for the words that are not in it"},
		"only bytes":          {short, Options{Tokenizer: "bpe", Vocabulary: 256, Length: 2}, "data.vocabulary: have 256, want at least 257: 256 bytes, and what is merged of them; or set data.merges"},
		"huge":                {short, Options{Tokenizer: "bpe", Vocabulary: 1 << 21, Length: 2}, "data.vocabulary: have 2097152, want at most 1048576"},
		"number and merges":   {short, Options{Tokenizer: "bpe", Vocabulary: 300, Merges: merges, Length: 2}, "data.vocabulary: have 300, and merges, which say how many tokens there are: leave it at 0"},
		"merges of words":     {short, Options{Tokenizer: "words", Vocabulary: 3, Merges: merges, Length: 2}, "and tokenizer words, which merges nothing: set data.tokenizer=bpe, or leave it out"},
		"no merges":           {short, Options{Tokenizer: "bpe", Merges: merges, Length: 2}, "data.merges: "},
		"too many words":      {short, Options{Tokenizer: "words", Vocabulary: 9, Length: 2}, "data.vocabulary: have 9, want at most 6: the training part has 5 different words, and one token stands for all others"},
		"too many merges":     {"to be to be to be", Options{Tokenizer: "bpe", Vocabulary: 300, Length: 2}, "data.vocabulary: have 300, want at most 260: then no two tokens follow one another twice"},
		"nothing to merge":    {"a", Options{Tokenizer: "bpe", Vocabulary: 300, Length: 2}, "take a longer text, or data.tokenizer=bytes"},
		"one character":       {"a", Options{Length: 2}, "data.length: have windows of 2 tokens, and 1 tokens in the train part, want at least 4: lower data.length, or take a longer text"},
		"one byte":            {"a", Options{Tokenizer: "bytes", Length: 2}, "data.length: have windows of 2 tokens, and 1 tokens in the train part"},
		"one word":            {"a", Options{Tokenizer: "words", Vocabulary: 2, Length: 2}, "data.length: have windows of 2 tokens, and 1 tokens in the train part"},
		"words, not UTF-8":    {"caf\xe9 caf\xe9", Options{Tokenizer: "words", Vocabulary: 2, Length: 2}, "byte 4 (0xe9, in line 1) is not UTF-8: convert the text to UTF-8, or set data.tokenizer=bytes or bpe"},
		"fewer words than ch": {"the window has few words", Options{Tokenizer: "words", Vocabulary: 2, Length: 8}, "have windows of 8 tokens, and 5 tokens in the train part, want at least 16"},
	} {
		_, err := datasets.Open(t.Context(), section(t, c.text, c.o), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: have\n%v\nwant\n%s", name, err, c.want)
		}
	}
	for _, o := range []Options{{Tokenizer: "bytes", Length: 2}, {Tokenizer: "bpe", Vocabulary: 257, Length: 2}} {
		if _, err := datasets.Open(t.Context(), section(t, "\xff\xfe\x00\xff\xfe\x00\xff\xfe", o), nil); err != nil {
			t.Errorf("%s: have %v for bytes that are not UTF-8", o.Tokenizer, err)
		}
	}
}

// Whatever a file holds, it is an error, or a text whose tokens are decoded to the same, and
// whose batches are as many as they should be.
func FuzzText(f *testing.F) {
	for i, seed := range []string{"", "to be", "\xff", "é\x00世\U0001F600", "\xed\xa0\x80", "a\r\nb", "\ufeffx\ufffd", "abc abc abc abc abc"} {
		f.Add(seed, i%4, 3*i, 1+i%3, 0.1, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, text string, tokenizer, vocabulary, length int, share float64, stream bool) {
		o := Options{Tokenizer: tokenizers[uint(tokenizer)%4].Form, Length: length, Val: share, Test: share / 2, Stream: stream}
		switch o.Tokenizer {
		case "words":
			o.Vocabulary = vocabulary
		case "bpe":
			o.Vocabulary = 256 + vocabulary
		}
		if o.Check(datasets.Info{}) != nil {
			return
		}
		d, err := newCorpus("text", text, o)
		if err != nil {
			return
		}
		tokens, err := d.tokenizer.Encode(text)
		have := d.tokenizer.Decode(tokens)
		if o.Tokenizer == "words" && slices.Contains(tokens, 0) {
			have = text
		}
		if err != nil || have != text {
			t.Fatalf("%q is decoded to %q; %v", text, have, err)
		}
		for s := datasets.Train; s <= datasets.Test; s++ {
			n := 0
			for b, err := range d.Batches(t.Context(), datasets.Plan{Split: s, Size: 2, Training: s == datasets.Train && d.Len(s) > 1}) {
				if err != nil {
					t.Fatal(err)
				}
				n += b.N
			}
			if s != datasets.Train && n != d.Len(s) || n > d.Len(s) {
				t.Fatalf("%s has %d windows, want %d", s, n, d.Len(s))
			}
		}
	})
}

// Whatever is to be encoded, it is an error, or decoded to the same, but for unknown words.
func FuzzEncode(f *testing.F) {
	for i, seed := range []string{"", "to be", "\xff", "Ω", "or not\xc3"} {
		f.Add("to be or not to be", seed, i)
	}
	f.Fuzz(func(t *testing.T, of, text string, tokenizer int) {
		o := Options{Tokenizer: tokenizers[uint(tokenizer)%4].Form}
		switch o.Tokenizer {
		case "words":
			o.Vocabulary = 3
		case "bpe":
			o.Vocabulary = 259
		}
		if o.needsUTF8() && !utf8.ValidString(of) {
			return
		}
		v, err := o.newTokenizer(of, [3]string{of})
		if err != nil {
			return
		}
		tokens, err := v.Encode(text)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error that says nothing")
			}
			return
		}
		if have := v.Decode(tokens); have != text && !strings.Contains(have, unknown) {
			t.Fatalf("%q is decoded to %q", text, have)
		}
	})
}
