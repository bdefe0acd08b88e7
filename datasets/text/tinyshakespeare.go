package text

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"

	"zoo/datasets"
	"zoo/internal/memory"
	"zoo/internal/origin"
)

// shakespeareFile has 40,000 lines of Shakespeare's plays, which are in the public domain.
//
//go:embed tinyshakespeare.txt.gz
var shakespeareFile []byte

// What is known of the text.
const (
	shakespeareLength     = 1_115_394
	shakespeareVocabulary = 65
	shakespeareSum        = origin.Checksum("sha256:86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed")
)

// embedded is where it is.
const embedded = "in the program itself"

func init() { datasets.Register("tinyshakespeare", source{}) }

// source is the Source of tinyshakespeare, or of another text in its place.
type source struct{}

func defaults() *Options { return &Options{Length: 64, Val: 0.05, Test: 0.05} }

// Info implements datasets.Source. Numbers are those of the defaults.
func (source) Info() datasets.Info {
	o := defaults()
	p := o.cut(shakespeareLength)
	return datasets.Info{
		Name: "tinyshakespeare", Title: "Shakespeare, character by character", Task: "language",
		Train: o.windows(datasets.Train, p), Test: o.windows(datasets.Test, p),
		Shape: []int{o.Length}, Classes: shakespeareVocabulary,
		From:    "part of the program; data.root takes any other file of text",
		Licence: "public domain",
		Cite:    "Karpathy 2015, The unreasonable effectiveness of recurrent neural networks: char-rnn's tinyshakespeare",
		Where:   embedded,
	}
}

func (source) Options() datasets.Options { return defaults() }

// Open implements datasets.Source.
func (s source) Open(_ context.Context, root string, o datasets.Options, _ datasets.Progress) (datasets.Dataset, error) {
	text, err := read(root)
	if err != nil {
		return nil, err
	}
	d, err := newCorpus(s.Info().Name, text, *o.(*Options))
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Get implements datasets.Source: there is nothing to fetch.
func (s source) Get(ctx context.Context, root string, o datasets.Options, progress datasets.Progress) (string, error) {
	return s.Verify(ctx, root, o, progress)
}

// Verify implements datasets.Source.
func (source) Verify(_ context.Context, root string, _ datasets.Options, _ datasets.Progress) (string, error) {
	where := root
	if root == "" {
		where = embedded
	}
	_, err := read(root)
	return where, err
}

// read returns the text of a file, or of the program itself.
func read(root string) (string, error) {
	if root == "" {
		return shakespeare()
	}
	data, err := readFile(root)
	if err != nil {
		return "", err
	}
	text, err := parse(data)
	if err != nil {
		return "", fmt.Errorf("%s: %w", root, err)
	}
	return text, nil
}

// shakespeare unpacks and checks the text that is embedded.
func shakespeare() (string, error) {
	z, err := gzip.NewReader(bytes.NewReader(shakespeareFile))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return "", err
	}
	h := shakespeareSum.Hash()
	h.Write(text)
	return string(text), shakespeareSum.Check(h)
}

// bytesEach is how much memory a byte of a text takes while it is read: twice itself, and
// a token.
const bytesEach = 6

// readFile reads a file that fits into memory.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder: want a file of text", name)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file: want a file of text", name)
	case info.Size() > int64(memory.Limit()/bytesEach):
		return nil, fmt.Errorf("%s has %s and takes %d times as much memory, of which %s can be had: take a part of it", name, memory.Text(int(info.Size())), bytesEach, memory.Text(memory.Limit()))
	}
	return os.ReadFile(name)
}

// parse reads what should be text.
func parse(data []byte) (string, error) {
	if len(data) == 0 {
		return "", errors.New("the file is empty: want text")
	}
	text := string(data)
	return text, isUTF8(text)
}
