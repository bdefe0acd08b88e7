package text

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"unicode/utf8"

	"zoo/datasets"
	"zoo/internal/random"
)

// corpus is the dataset of a text.
type corpus struct {
	name       string
	options    Options
	sum        [sha256.Size]byte // of the text
	tokenizer  tokenizer
	characters []float64 // that each token stands for; nil: one
	tokens     [3][]int32
}

// newCorpus applies the options to a text.
func newCorpus(name, text string, o Options) (*corpus, error) {
	if o.needsUTF8() {
		if err := isUTF8(text); err != nil {
			return nil, err
		}
	}
	parts := o.parts(text)
	t, err := o.newTokenizer(text, parts)
	if err != nil {
		return nil, err
	}
	d := &corpus{name: name, options: o, sum: sha256.Sum256([]byte(text)), tokenizer: t, characters: t.characters(utf8.ValidString(text))}
	for s, part := range parts {
		d.tokens[s] = t.tokens(part)
	}
	return d, o.fit(d.tokens)
}

func (d *corpus) Spec() datasets.Spec {
	return datasets.Tokens(d.options.Length, d.tokenizer.Size())
}

func (d *corpus) Len(s datasets.Split) int        { return d.options.windows(s, len(d.tokens[s])) }
func (d *corpus) Stream() bool                    { return d.options.Stream }
func (d *corpus) Vocabulary() datasets.Vocabulary { return d.tokenizer }

// Checksum is that of the options and of the text. Where it is, or the merges are, does not
// count.
func (d *corpus) Checksum() string {
	head, err := json.Marshal(struct {
		Name    string
		Options Options
		Text    string
	}{d.name, d.options.identity(d.tokenizer), hex.EncodeToString(d.sum[:])})
	if err != nil {
		panic(err) // numbers and strings always marshal
	}
	sum := sha256.Sum256(head)
	return hex.EncodeToString(sum[:])
}

func (d *corpus) Batches(ctx context.Context, p datasets.Plan) iter.Seq2[datasets.Batch, error] {
	return func(yield func(datasets.Batch, error) bool) {
		n := d.Len(p.Split)
		batches, err := p.Count(n)
		if err != nil {
			yield(datasets.Batch{}, fmt.Errorf("%s: %w", d.name, err))
			return
		}
		window := func(k, row int) int { return k*p.Size + row } // of a row of batch k
		text := d.tokens[p.Split]
		switch {
		case d.options.Stream:
			window = func(k, row int) int { return row*batches + k }
		case p.Training:
			order := random.Permutation(n, random.ForOrder, p.Seed, uint64(p.Epoch))
			r := random.New(random.ForOffset, p.Seed, uint64(p.Epoch))
			text = text[r.Below(d.options.Length):]
			window = func(k, row int) int { return order[k*p.Size+row] }
		}
		fill := func(b *datasets.Batch, k int) error {
			b.Index, b.Characters = k, 0
			rows := 0
			for rows < p.Size && window(k, rows) < n {
				d.read(b, rows, text, window(k, rows))
				rows++
			}
			b.Pad(rows)
			return nil
		}
		newBatch := func() *datasets.Batch { return datasets.NewBatch(d.Spec(), p.Size) }
		datasets.Prefetch(ctx, newBatch, p.First, batches, fill)(yield)
	}
}

// read writes a window of a text into a row of a batch.
func (d *corpus) read(b *datasets.Batch, row int, text []int32, window int) {
	x, y := datasets.Row[int](b.X[0], row), datasets.Row[int](b.Y[0], row) // (T), (T)
	text = text[window*len(x):]
	for t := range x {
		if t+1 < len(text) {
			x[t], y[t] = int(text[t]), int(text[t+1])
			if d.characters != nil {
				b.Characters += d.characters[y[t]]
			}
		} else {
			x[t], y[t] = 0, -1
		}
	}
}
