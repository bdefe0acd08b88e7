package text

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"zoo/datasets"
)

func TestMerges(t *testing.T) {
	// The first lines of GPT-2's own file are of this kind: Ġ is a blank, Ċ a new line.
	const file = "#version: 0.2\nĠ t\nh e\nĠt he\nĊ Ċ\nÃ ©\n"
	for _, other := range []string{file, strings.ReplaceAll(file, "\n", "\r\n"), strings.Replace(file, "0.2", "0.2 - Trained by someone", 1), file + "\n\n"} {
		b, err := readMerges(strings.NewReader(other))
		if err != nil {
			t.Fatalf("%q: %v", other, err)
		}
		if have := b.text[256:]; !slices.Equal(have, []string{" t", "he", " the", "\n\n", "é"}) {
			t.Errorf("have %q", have)
		}
		var out bytes.Buffer
		if err := b.writeMerges(&out); err != nil || out.String() != file {
			t.Errorf("have %q, %v, want %q", out.String(), err, file)
		}
	}
}

func TestBadMerges(t *testing.T) {
	for file, want := range map[string]string{
		"":                                             "have no merges, want #version: 0.2 and then a pair in each line",
		"#version: 0.2\n":                              "have no merges",
		"a b\n":                                        `line 1: have "a b", want #version: 0.2`,
		"#version: 0.1\na b\n":                         `line 1: have "#version: 0.1", want #version: 0.2`,
		"#version: 0.2\na b\nab\n":                     `line 3: have 1 columns in "ab", want 2 with one blank between them`,
		"#version: 0.2\na b c\n":                       `line 2: have 3 columns in "a b c", want 2`,
		"#version: 0.2\na  b\n":                        `line 2: have 3 columns in "a  b", want 2`,
		"#version: 0.2\na b\nab bc\nb c\n":             `line 3: "bc" is not known: want a byte, or what a line before makes`,
		"#version: 0.2\nw 世\n":                         `line 2: "世" is not known`,
		"#version: 0.2\na \n":                          `line 2: "" is not known`,
		"#version: 0.2\na b\nb c\na b\n":               `line 4: makes "ab", as line 2 does: want each once`,
		"#version: 0.2\na b\nb c\na bc\nab c\n":        `line 5: makes "abc", as line 4 does: want each once`,
		"#version: 0.2\na b\n\nb c\n":                  "line 3: is empty, and others follow it: want a pair",
		"#version: 0.2\n" + strings.Repeat("a", 2<<20): "line 2: is too long for a pair",
	} {
		if _, err := readMerges(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.50q: have %v, want %s", file, err, want)
		}
	}
}

// Merges that were written make the same dataset, wherever they are.
func TestWriteMerges(t *testing.T) {
	learned := Options{Tokenizer: "bpe", Vocabulary: 280, Length: 9, Val: 0.1}
	d := open(t, prose(), learned)
	read := Options{Tokenizer: "bpe", Length: 9, Val: 0.1}
	var sums []string
	for _, name := range []string{"a", "b"} {
		read.Merges = filepath.Join(t.TempDir(), name)
		var out bytes.Buffer
		if err := WriteMerges(&out, d); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(read.Merges, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		e := open(t, prose(), read)
		if have, want := e.(*corpus).tokens, d.(*corpus).tokens; !slices.Equal(have[0], want[0]) || !slices.Equal(have[1], want[1]) {
			t.Error("the tokens differ from those of the encoding that was learned")
		}
		sums = append(sums, e.Checksum())
	}
	if sums[0] != sums[1] || sums[0] == d.Checksum() {
		t.Error("the checksum depends on where the merges are, or not on the options")
	}
	if err := os.WriteFile(read.Merges, []byte(mergesVersion+"\nt h\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if open(t, prose(), read).Checksum() == sums[0] {
		t.Error("other merges have the same checksum")
	}
	long, err := trainBPE(prose(), 290)
	if err != nil {
		t.Fatal(err)
	}
	for range 2000 { // however long the file is, each write is of whole characters
		long.merges = append(long.merges, long.merges[0])
	}
	if err := long.writeMerges(wholeWrites{t}); err != nil {
		t.Error(err)
	}
	if err := WriteMerges(failing{}, d); err == nil {
		t.Error("an error of writing is lost")
	}
	if err := WriteMerges(&bytes.Buffer{}, open(t, prose(), Options{Length: 9})); err == nil || err.Error() != "data.tokenizer: have characters, which merges nothing, want bpe" {
		t.Errorf("have error %v", err)
	}
	if err := WriteMerges(&bytes.Buffer{}, struct{ datasets.Dataset }{}); err == nil {
		t.Error("data that are no text have merges")
	}
}

// wholeWrites is a writer of UTF-8.
type wholeWrites struct{ t *testing.T }

func (w wholeWrites) Write(p []byte) (int, error) {
	if !utf8.Valid(p) {
		w.t.Error("a write ends within a character")
	}
	return len(p), nil
}

// failing is a writer on a full disk.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

// What is read is an error, or written as it was read but for the end of lines.
func FuzzMerges(f *testing.F) {
	for _, seed := range []string{"", mergesVersion, mergesVersion + "\nĠ t\nh e\nĠt he\n", mergesVersion + "\na a\naa aa\n\n", mergesVersion + "\r\na b\r\n"} {
		f.Add([]byte(seed), "the tea aaaa")
	}
	f.Fuzz(func(t *testing.T, file []byte, text string) {
		b, err := readMerges(bytes.NewReader(file))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := b.writeMerges(&out); err != nil {
			t.Fatal(err)
		}
		again, err := readMerges(&out)
		if err != nil || !slices.Equal(again.merges, b.merges) {
			t.Fatalf("%q is written so that it is read as %v, %v", file, again, err)
		}
		tokens := b.tokens(text)
		if have := b.Decode(widened(tokens)); have != text {
			t.Fatalf("%q is decoded to %q", text, have)
		}
		if want := b.naive(text); !slices.Equal(tokens, want) {
			t.Fatalf("%q: have %v, want %v", text, tokens, want)
		}
	})
}
