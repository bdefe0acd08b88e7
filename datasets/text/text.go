// Package text has the datasets that are texts, of which a network learns to predict the
// next token. Importing it registers them.
//
// A text is cut in order: first comes the training part, then val, then test. A part is
// read in windows of length tokens, each with the tokens that come next as its targets.
//
// In evaluation the windows follow one another from the beginning of the part, and the last
// is padded: every token of the part but the first is predicted once. In training they
// begin at an offset below length that depends on (seed, epoch), follow one another, and
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

	"zoo/datasets"
)

// Options are the keys of a text.
type Options struct {
	Length int     `doc:"how many tokens a window has"`
	Val    float64 `doc:"share of the text for validation, which follows the training part; 0: none"`
	Test   float64 `doc:"share of the text for testing, which is its end; 0: none"`
	Stream bool    `doc:"row i of a batch goes on where row i of the batch before ended, in place of windows in random order"`
}

// maxLength is the longest window that makes sense; anything larger is a typing error.
const maxLength = 1 << 16

// Check implements datasets.Options.
func (o *Options) Check(datasets.Info) (ps []datasets.Problem) {
	bad := func(key, format string, args ...any) {
		ps = append(ps, datasets.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
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

// Preview implements datasets.Options. Of a text of the user's, the vocabulary is not
// known before it is read.
func (o *Options) Preview(i datasets.Info) datasets.Preview {
	p := datasets.Preview{NoVal: o.Val == 0, Sizes: []string{"length"}}
	if i.Where != embedded || o.Check(i) != nil {
		return p
	}
	spec := datasets.Tokens(o.Length, shakespeareVocabulary)
	p.Spec, p.Train = &spec, max(0, o.windows(datasets.Train, o.cut(shakespeareLength)))
	return p
}

// parts are where the parts of a text begin and end.
type parts [3]struct{ from, to int }

// cut divides a text of n tokens.
func (o *Options) cut(n int) parts {
	test := n - int(o.Test*float64(n))
	val := test - int(o.Val*float64(n))
	return parts{datasets.Train: {0, val}, datasets.Val: {val, test}, datasets.Test: {test, n}}
}

// tokens is how many a part has.
func (p parts) tokens(s datasets.Split) int { return p[s].to - p[s].from }

// wanted says whether there is to be such a part.
func (o *Options) wanted(s datasets.Split) bool {
	return [...]bool{datasets.Train: true, datasets.Val: o.Val > 0, datasets.Test: o.Test > 0}[s]
}

// windows is how many windows are read of a part of at least one window: a training part
// has them whole, and without stream at each offset.
func (o *Options) windows(s datasets.Split, p parts) int {
	switch n := p.tokens(s); {
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
func (o *Options) fit(p parts) error {
	var short []error
	for s := datasets.Train; s <= datasets.Test; s++ {
		least := o.Length + 1 // the last has a next token
		if s == datasets.Train && !o.Stream {
			least = 2 * o.Length // whatever the offset
		}
		if n := p.tokens(s); o.wanted(s) && n < least {
			short = append(short, fmt.Errorf("data.length: have windows of %d tokens, and %d tokens in the %s part, want at least %d: lower data.length, or take a longer text", o.Length, n, s, least))
		}
	}
	return errors.Join(short...)
}
