package text

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"zoo/datasets"
	"zoo/internal/memory"
	"zoo/internal/origin"
)

// lengths are how many characters the texts have that are known.
var lengths = map[string]int{"tinyshakespeare": shakespeareLength, "austen": austenLength, "brown": brownLength}

// A document is a part of a text that has a name of its own, such as a file.
type document struct{ name, text string }

// source is the Source of a text.
type source struct {
	info   datasets.Info
	origin *origin.Origin // nil: the text is in the program, or at the user's root
	// read returns the documents of the text, which follow one another, from a place.
	read func(ctx context.Context, at string) ([]document, error)
}

// register adds a dataset. The defaults give the numbers that describe a known text.
func register(s source) {
	s.info.Task = "language"
	o := Defaults()
	if n := lengths[s.info.Name]; n > 0 {
		counts := o.cut(n)
		s.info.Train, s.info.Test = o.windows(datasets.Train, counts[datasets.Train]), o.windows(datasets.Test, counts[datasets.Test])
	}
	s.info.Shape = []int{o.Length}
	datasets.Register(s.info.Name, s)
}

// Info implements datasets.Source.
func (s source) Info() datasets.Info {
	info := s.info
	info.Where = s.origin.Where()
	if info.Embedded {
		info.Where = origin.Embedded
	}
	return info
}

// Options implements datasets.Source.
func (source) Options() datasets.Options {
	o := Defaults()
	return &o
}

// Open implements datasets.Source.
func (s source) Open(ctx context.Context, root string, o datasets.Options, progress datasets.Progress) (datasets.Dataset, error) {
	at, err := s.origin.Ensure(ctx, root, progress)
	if err != nil {
		return nil, err
	}
	options := *o.(*Options)
	text, err := s.text(ctx, at, options)
	if err != nil {
		return nil, err
	}
	d, err := newCorpus(s.info.Name, text, options)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Get implements datasets.Source.
func (s source) Get(ctx context.Context, root string, o datasets.Options, progress datasets.Progress) (string, error) {
	if _, err := s.origin.Ensure(ctx, root, progress); err != nil {
		return "", err
	}
	return s.Verify(ctx, root, o, progress)
}

// Verify implements datasets.Source.
func (s source) Verify(ctx context.Context, root string, o datasets.Options, _ datasets.Progress) (string, error) {
	at, err := s.origin.Locate(root)
	if err != nil {
		return "", err
	}
	if s.info.Embedded {
		at.Path = origin.Embedded
	}
	_, err = s.text(ctx, at, *o.(*Options))
	return at.Path, err
}

// text reads the documents in a place, and joins them.
func (s source) text(ctx context.Context, at origin.Place, o Options) (string, error) {
	documents, err := s.read(ctx, at.Path)
	if err != nil {
		return "", at.Explain(ctx, err)
	}
	if o.needsUTF8() {
		var wrong []error
		for _, d := range documents {
			if err := isUTF8(d.text); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", d.name, err))
			}
		}
		if wrong != nil {
			return "", fmt.Errorf("%w, or set data.tokenizer=bytes or bpe, which take any file", errors.Join(wrong...))
		}
	}
	text := join(documents)
	if text == "" {
		return "", fmt.Errorf("%s is empty: want text", at.Path)
	}
	return text, nil
}

// join puts documents one after the other, each but the last with a new line at its end.
func join(documents []document) string {
	if len(documents) == 1 {
		return documents[0].text
	}
	var b strings.Builder
	for i, d := range documents {
		b.WriteString(d.text)
		if i+1 < len(documents) && d.text != "" && !strings.HasSuffix(d.text, "\n") {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// checkSum compares a text with its checksum.
func checkSum(want origin.Checksum, text string) error {
	h := want.Hash()
	io.WriteString(h, text)
	return want.Check(h)
}

// bytesEach is how much memory a byte of a text takes while it is read: twice itself, and
// a token.
const bytesEach = 6

// fitsMemory is an error if a text of n bytes at a place does not.
func fitsMemory(at string, n int64) error {
	if limit := memory.Limit(); n > int64(limit/bytesEach) {
		return fmt.Errorf("%s has %s and takes %d times as much memory, of which %s can be had: take a part of it", at, memory.Text(int(n)), bytesEach, memory.Text(limit))
	}
	return nil
}

// readFile reads a file that fits into memory.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file: want a file of text, or a folder of .txt files", name)
	}
	if err := fitsMemory(name, info.Size()); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}
