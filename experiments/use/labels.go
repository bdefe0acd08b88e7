package use

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// maxLabels is the size in bytes of the largest file of labels: far more than any has.
const maxLabels = 1 << 24

// ReadLabels reads a file of the names of classes, one a line, in the order of the
// classes: text in UTF-8, with line ends of any system.
func ReadLabels(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxLabels+1))
	if err != nil {
		return nil, err // names the file
	}
	labels, err := parseLabels(text)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	return labels, nil
}

// parseLabels splits a text into its lines. An error begins with the line's number.
func parseLabels(text []byte) (labels []string, err error) {
	switch {
	case len(text) > maxLabels:
		return nil, fmt.Errorf(" have more than %d bytes, want a text with a name a line", maxLabels)
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return nil, errors.New(" have text in UTF-16, want UTF-8: save it as that")
	case json.Valid(text):
		return nil, errors.New("1: have JSON, want a name a line")
	}
	for line := range strings.Lines(string(bytes.TrimPrefix(text, []byte("\ufeff")))) {
		labels = append(labels, strings.TrimSpace(line))
	}
	for len(labels) > 0 && labels[len(labels)-1] == "" {
		labels = labels[:len(labels)-1]
	}
	for i, l := range labels {
		switch {
		case l == "":
			return nil, fmt.Errorf("%d: have an empty line, want the name of class %d", i+1, i)
		case !utf8.ValidString(l) || strings.ContainsRune(l, 0):
			return nil, fmt.Errorf("%d: have %.40q, want text in UTF-8", i+1, l)
		}
	}
	if len(labels) == 0 {
		return nil, errors.New(" is empty, want a name a line")
	}
	return labels, nil
}
