package use

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/weights"
	"zoo/nn"
	"zoo/nn/generate"
)

// A Writer continues texts, or other sequences of tokens, with a network.
type Writer struct {
	vocabulary datasets.Vocabulary // nil: the tokens are of no text
	source     generate.Source
	rows       int
	context    int // positions that a text may have; 0: any number
}

// Data opens the data of the reference, which say what tokens are.
func (r ModelReference) Data(ctx context.Context, progress datasets.Progress) (datasets.Dataset, error) {
	if r.Config == nil {
		return nil, fmt.Errorf("%s is a model and has no vocabulary: name a run or an experiment, whose data have one", r.Model.Name)
	}
	return datasets.Open(ctx, r.Config.Data, progress)
}

// Text is the vocabulary of the reference's data. It is an error if the data are no text.
func (r ModelReference) Text(data datasets.Dataset) (datasets.Vocabulary, error) {
	spec := data.Spec()
	text, ok := data.(datasets.Textual)
	if !ok {
		in := spec.Inputs[0]
		return nil, fmt.Errorf("%s is not a text: have %s %v, want tokens of a vocabulary", r.Config.Data.Name, in.Name, tensor.Shape(in.Shape))
	}
	v := text.Vocabulary()
	if v.Size() != spec.Classes() {
		return nil, fmt.Errorf("%s: have a vocabulary of %d tokens, want the %d of the network", r.Config.Data.Name, v.Size(), spec.Classes())
	}
	return v, nil
}

// Condition is what a network of tokens is given besides them: the class of that name in
// rows rows, or nothing if the data have no classes as an input and none is named.
func (r ModelReference) Condition(data datasets.Dataset, class string, rows int) ([]*tensor.Dense, error) {
	var names []string
	if d, ok := data.(datasets.Conditioned); ok {
		names = d.Conditions()
	}
	number := slices.Index(names, class)
	switch {
	case len(names) == 0 && class == "":
		return nil, nil
	case len(names) == 0:
		return nil, fmt.Errorf("have class %q, and a network that is not given classes: leave it out, or train one with data.condition=class", class)
	case class == "":
		return nil, fmt.Errorf("want a class (--class) for the network, one of %s", strings.Join(names, ", "))
	case number < 0:
		return nil, fmt.Errorf("have class %q, want one of %s", class, strings.Join(names, ", "))
	}
	return []*tensor.Dense{tensor.New(tensor.WithShape(rows), tensor.WithBacking(slices.Repeat([]int{number}, rows)))}, nil
}

// Writer returns a Writer of rows sequences at once, with the weights w, for data of the
// spec: of texts with the vocabulary v, which is nil for others. further is what Condition
// returns. With window it computes every position of the latest ones anew for each token;
// otherwise only the newest, and its sequences have no more tokens than the network has
// positions, and one.
func (r ModelReference) Writer(ctx context.Context, v datasets.Vocabulary, spec datasets.Spec, w *weights.File, rows int, window bool, further ...*tensor.Dense) (*Writer, error) {
	mode, one := nn.Step, spec.OfLength(1)
	_, outline, err := r.Outline(ctx, mode, one, 1)
	if err != nil {
		return nil, err
	}
	writer := &Writer{vocabulary: v, rows: rows, context: outline.Context()}
	length := writer.context
	if length == 0 {
		length = spec.Positions()
	}
	if window {
		mode, one, writer.context = nn.Infer, spec.OfLength(length), 0
	}
	p, program, err := r.Build(ctx, mode, one, rows)
	if err != nil {
		return nil, err
	}
	if err := w.Load(p, r.Model, spec, false); err != nil {
		return nil, err
	}
	program.HoldWeights(true)
	if window {
		writer.source = generate.Window(program, length, further...)
	} else {
		writer.source = generate.Cached(program, further...)
	}
	return writer, nil
}

// Room is how many tokens can follow a prompt of that many; −1: any number.
func (w *Writer) Room(prompt int) int {
	if w.context == 0 {
		return -1
	}
	return max(0, w.context+1-prompt)
}

// check says whether n tokens can follow a prompt.
func (w *Writer) check(prompt []int, n int) error {
	if room := w.Room(len(prompt)); room >= 0 && n > room {
		return fmt.Errorf("have %d tokens to write after a prompt of %d, want at most %d: the network has %d positions; with a window (--window) it goes on",
			n, len(prompt), room, w.context)
	}
	return nil
}

// Tokens continues a prompt by n tokens, in each row in another way. It yields the next
// token of each row.
func (w *Writer) Tokens(ctx context.Context, prompt []int, n int, o generate.Sampling) iter.Seq2[[]int, error] {
	if err := w.check(prompt, n); err != nil {
		return func(yield func([]int, error) bool) { yield(nil, err) }
	}
	return generate.Sample(ctx, w.source, slices.Repeat([][]int{prompt}, w.rows), n, o)
}

// Sample continues a text by n tokens, in each row in another way. It yields the next
// piece of each row's text. A character whose bytes are several tokens comes with the last of
// them, so a piece may be empty; only the last piece may end within a character.
func (w *Writer) Sample(ctx context.Context, prompt []int, n int, o generate.Sampling) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		held := make([]string, w.rows) // the beginning of a character
		left := n
		for tokens, err := range w.Tokens(ctx, prompt, n, o) {
			if err != nil {
				yield(nil, err)
				return
			}
			left--
			pieces := make([]string, w.rows)
			for i, token := range tokens {
				text := held[i] + w.vocabulary.Decode([]int{token})
				cut := len(text)
				if left > 0 {
					cut = wholeCharacters(text)
				}
				pieces[i], held[i] = text[:cut], text[cut:]
			}
			if !yield(pieces, nil) {
				return
			}
		}
	}
}

// wholeCharacters is the length of a text without what may be the beginning of a character
// at its end.
func wholeCharacters(text string) int {
	for i := len(text) - 1; i >= max(0, len(text)-utf8.UTFMax); i-- {
		if utf8.RuneStart(text[i]) {
			if utf8.FullRuneInString(text[i:]) {
				break
			}
			return i
		}
	}
	return len(text)
}

// A Continuation is a text that follows a prompt.
type Continuation struct {
	Text  string   `json:"text"`            // without the prompt
	LogP  *float64 `json:"log_p,omitempty"` // of a search: the logarithm of its probability
	Score *float64 `json:"score,omitempty"` // and what it was ranked by
}

// Search returns the likeliest continuations of a prompt by length tokens that a beam of
// all rows finds, the best first.
func (w *Writer) Search(ctx context.Context, prompt []int, length int, penalty float64) ([]Continuation, error) {
	if err := w.check(prompt, length); err != nil {
		return nil, err
	}
	found, err := generate.Search(ctx, w.source, prompt, generate.Beam{Width: w.rows, Length: length, End: -1, Penalty: penalty})
	if err != nil {
		return nil, err
	}
	var all []Continuation
	for _, h := range found {
		all = append(all, Continuation{w.vocabulary.Decode(h.Tokens), &h.LogP, &h.Score})
	}
	return all, nil
}
