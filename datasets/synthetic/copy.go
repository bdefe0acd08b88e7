package synthetic

import (
	"zoo/datasets"
	"zoo/internal/random"
)

// Copy is the copy memory task: some symbols, then length − 1 blanks and a delimiter, and
// then the symbols are wanted again, while the input is blank. Before that, blanks are
// wanted. A network that remembers nothing has a loss of S·ln 8 / (T + 2S) for S symbols
// and a length of T.
type Copy struct {
	Examples
	Symbols int `doc:"how many symbols are to be remembered, each of 8 kinds"`
	Length  int `doc:"how long they are to be remembered: the blanks between the symbols and their copy, of which the last is the delimiter"`
}

// The tokens of copy are the blank, the symbols and the delimiter.
const (
	kinds         = 8
	copyDelimiter = kinds + 1
)

func init() {
	register(datasets.Info{
		Name: "copy", Title: "Symbols to be repeated after a pause", Task: "labelling",
		Cite: "Arjovsky, Shah and Bengio 2016, Unitary evolution recurrent neural networks; as in Bai et al. 2018",
	}, func() recipe { return &Copy{usual, 5, 20} })
}

// Check implements datasets.Options.
func (o *Copy) Check(datasets.Info) []datasets.Problem {
	return o.check(limit{"symbols", o.Symbols, 1, maxLength}, limit{"length", o.Length, 1, maxLength})
}

// Preview implements datasets.Options.
func (o *Copy) Preview(datasets.Info) datasets.Preview { return preview(o, "length", "symbols") }

func (o *Copy) specs() []datasets.Spec {
	return []datasets.Spec{labels(o.Length+2*o.Symbols, copyDelimiter+1)}
}

func (o *Copy) draw(r random.Stream, b *datasets.Batch, row int) {
	x, y := datasets.Row[int](b.X[0], row), datasets.Row[int](b.Y[0], row) // (T + 2S), (T + 2S)
	clear(x)
	clear(y)
	for i := range o.Symbols {
		x[i] = symbol(&r, kinds)
	}
	x[o.Symbols+o.Length-1] = copyDelimiter
	copy(y[o.Symbols+o.Length:], x[:o.Symbols])
}
