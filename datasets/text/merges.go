package text

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"zoo/datasets"
)

// mergesVersion is the first line of a file of merges. Some writers say more after it.
const mergesVersion = "#version: 0.2"

// symbolOf is the character that stands for a byte in a file of merges: visible bytes are
// those of Latin-1, and the others, in their order, the characters from U+0100 on.
var symbolOf = func() (symbol [256]rune) {
	next := rune(0x100)
	for b := range symbol {
		if isVisible(byte(b)) {
			symbol[b] = rune(b)
		} else {
			symbol[b] = next
			next++
		}
	}
	return symbol
}()

// symbols are bytes as a file of merges has them.
func symbols(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(symbolOf[text[i]])
	}
	return b.String()
}

// readMerges reads a file of merges in GPT-2's format: the version, and then a line for each
// merge, with what is on its left, a blank, and what is on its right. Each of the two is a
// byte, or what a line before makes. Empty lines at the end do not count.
func readMerges(r io.Reader) (*bpe, error) {
	b := newBPE()
	token, madeIn := map[string]int32{}, map[string]int{} // of what the lines have; the line that makes it
	for i, text := range b.text {
		token[symbols(text)] = int32(i)
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	empty := 0 // the first empty line
	n := 0
	for lines.Scan() {
		n++
		line := lines.Text()
		bad := func(format string, args ...any) (*bpe, error) {
			return nil, fmt.Errorf("line %d: %s", n, fmt.Sprintf(format, args...))
		}
		if n == 1 {
			if !strings.HasPrefix(line, mergesVersion) {
				return bad("have %.40q, want %s", line, mergesVersion)
			}
			continue
		}
		if line == "" {
			if empty == 0 {
				empty = n
			}
			continue
		}
		if empty > 0 {
			n = empty
			return bad("is empty, and others follow it: want a pair")
		}
		sides := strings.Split(line, " ")
		if len(sides) != 2 {
			return bad("have %d columns in %.80q, want 2 with one blank between them", len(sides), line)
		}
		var p pair
		for i, at := range []*int32{&p.left, &p.right} {
			t, ok := token[sides[i]]
			if !ok {
				return bad("%.80q is not known: want a byte, or what a line before makes", sides[i])
			}
			*at = t
		}
		made := sides[0] + sides[1]
		if before, ok := madeIn[made]; ok {
			return bad("makes %.80q, as line %d does: want each once", made, before)
		}
		if len(b.text) == maxVocabulary {
			return bad("have more than %d merges", maxVocabulary-bytesOfBPE)
		}
		token[made], madeIn[made] = int32(len(b.text)), n
		b.merge(p)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d: is too long for a pair", n+1)
	} else if err != nil {
		return nil, err
	}
	if len(b.merges) == 0 {
		return nil, fmt.Errorf("have no merges, want %s and then a pair in each line", mergesVersion)
	}
	return b, nil
}

// writeMerges writes the file that readMerges reads, at once: no write ends within a
// character.
func (b *bpe) writeMerges(w io.Writer) error {
	var file strings.Builder
	fmt.Fprintln(&file, mergesVersion)
	for _, p := range b.merges {
		fmt.Fprintln(&file, symbols(b.text[p.left]), symbols(b.text[p.right]))
	}
	_, err := io.WriteString(w, file.String())
	return err
}

// WriteMerges writes the merges of a text whose tokenizer is bpe, in GPT-2's format. Data of
// another kind are an error.
func WriteMerges(w io.Writer, d datasets.Dataset) error {
	c, ok := d.(*corpus)
	if !ok {
		return errors.New("the data are not a text")
	}
	b, ok := c.tokenizer.(*bpe)
	if !ok {
		return fmt.Errorf("data.tokenizer: have %s, which merges nothing, want bpe", c.options.Tokenizer)
	}
	return b.writeMerges(w)
}
