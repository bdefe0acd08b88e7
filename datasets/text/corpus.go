package text

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"

	"zoo/datasets"
	"zoo/internal/random"
)

// corpus is the dataset of a text.
type corpus struct {
	name       string
	options    Options
	sum        [sha256.Size]byte // of the text
	vocabulary *characters
	tokens     []int32
	parts      parts
}

// newCorpus applies the options to a text.
func newCorpus(name, text string, o Options) (*corpus, error) {
	v := charactersOf(text)
	d := &corpus{name: name, options: o, sum: sha256.Sum256([]byte(text)), vocabulary: v, tokens: v.tokens(text)}
	d.parts = o.cut(len(d.tokens))
	return d, o.fit(d.parts)
}

func (d *corpus) Spec() datasets.Spec {
	return datasets.Tokens(d.options.Length, d.vocabulary.Size())
}

func (d *corpus) Len(s datasets.Split) int        { return d.options.windows(s, d.parts) }
func (d *corpus) Stream() bool                    { return d.options.Stream }
func (d *corpus) Vocabulary() datasets.Vocabulary { return d.vocabulary }

// Checksum is that of the options and of the text. Where it is does not count.
func (d *corpus) Checksum() string {
	head, err := json.Marshal(struct {
		Name    string
		Options Options
		Text    string
	}{d.name, d.options, hex.EncodeToString(d.sum[:])})
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
		text := d.tokens[d.parts[p.Split].from:d.parts[p.Split].to]
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
			b.Index = k
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
		} else {
			x[t], y[t] = 0, -1
		}
	}
}
