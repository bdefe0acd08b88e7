// Package synthetic has the datasets that the program makes: sequences on which it shows
// what a network can remember. Importing it registers them.
//
// An example depends only on the seed, the part and its number in that part. It is made when
// a batch needs it, and nothing is stored. So examples have no limit but patience, and the
// validation part stays the same whatever the size of the training part.
// (Of short sequences with few symbols there are few: then two parts have equal ones.)
package synthetic

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

// A recipe is the options of a dataset, which say how its examples are made.
type recipe interface {
	datasets.Options
	// sizes are how many examples the parts have, and their seed.
	sizes() Examples
	// specs are those of the buckets, the longest first: one if there are no buckets.
	specs() []datasets.Spec
	// fits is the number of the shortest bucket that an example fits into.
	fits(r random.Stream) int
	// draw writes an example into a row of a batch, of a bucket that it fits into. Both
	// get all that is random of the example from the same stream.
	draw(r random.Stream, b *datasets.Batch, row int)
}

// source is the Source of a dataset that is made.
type source struct {
	info     datasets.Info
	defaults func() recipe
}

// here is where all these datasets are.
const here = "made by the program itself"

// register adds a dataset. Its defaults give the numbers that describe it.
func register(info datasets.Info, defaults func() recipe) {
	o := defaults()
	spec := o.specs()[0]
	info.From, info.Where, info.Licence, info.Embedded = here, here, "none needed: made by the program", true
	info.Train, info.Test = o.sizes().Train, o.sizes().Test
	info.Shape, info.Classes = spec.Inputs[0].Shape, spec.Classes()
	datasets.Register(info.Name, source{info, defaults})
}

func (s source) Info() datasets.Info       { return s.info }
func (s source) Options() datasets.Options { return s.defaults() }

// Open implements datasets.Source.
func (s source) Open(_ context.Context, _ string, o datasets.Options, _ datasets.Progress) (datasets.Dataset, error) {
	made := o.(recipe)
	return &sequences{name: s.info.Name, recipe: made, buckets: made.specs()}, nil
}

// Get implements datasets.Source: there is nothing to fetch.
func (s source) Get(context.Context, string, datasets.Options, datasets.Progress) (string, error) {
	return here, nil
}

// Verify implements datasets.Source.
func (s source) Verify(context.Context, string, datasets.Options, datasets.Progress) (string, error) {
	return here, nil
}

// sequences is the dataset of a recipe.
type sequences struct {
	name    string
	recipe  recipe
	buckets []datasets.Spec // the longest first
}

func (d *sequences) Spec() datasets.Spec    { return d.buckets[0] }
func (d *sequences) Specs() []datasets.Spec { return d.buckets }

func (d *sequences) Len(s datasets.Split) int {
	n := d.recipe.sizes()
	return [...]int{datasets.Train: n.Train, datasets.Val: n.Val, datasets.Test: n.Test}[s]
}

// stream is what is random of example i of a part. The part is a word of its own, so that
// no example is in two parts.
func (d *sequences) stream(s datasets.Split, i int) random.Stream {
	return random.New(random.ForExample, d.recipe.sizes().Seed, uint64(s), uint64(i))
}

func (d *sequences) Batches(ctx context.Context, p datasets.Plan) iter.Seq2[datasets.Batch, error] {
	return func(yield func(datasets.Batch, error) bool) {
		batches, err := d.arrange(p)
		if err != nil {
			yield(datasets.Batch{}, fmt.Errorf("%s: %w", d.name, err))
			return
		}
		rooms := map[*datasets.Batch][]*datasets.Batch{} // of a batch, the tensors for each bucket
		newBatch := func() *datasets.Batch {
			b := new(datasets.Batch)
			for _, spec := range d.buckets {
				rooms[b] = append(rooms[b], datasets.NewBatch(spec, p.Size))
			}
			return b
		}
		fill := func(b *datasets.Batch, k int) error {
			bucket, examples := batches[k].bucket, batches[k].examples
			*b = *rooms[b][bucket]
			b.Index, b.Bucket = k, bucket
			for row, i := range examples {
				d.recipe.draw(d.stream(p.Split, i), b, row)
			}
			b.Pad(len(examples))
			return nil
		}
		datasets.Prefetch(ctx, newBatch, p.First, len(batches), fill)(yield)
	}
}

// An arranged batch has examples of one bucket, by their numbers in the part.
type arranged struct {
	bucket   int
	examples []int
}

// arrange says which examples each batch of an epoch has. In evaluation the shortest
// bucket comes first, and the last batch of each may not be full. In training the batches
// come in random order; what does not fill a batch of its bucket goes, padded, with the
// next longer ones, so that there are as many batches as without buckets.
func (d *sequences) arrange(p datasets.Plan) ([]arranged, error) {
	n := d.Len(p.Split)
	count, err := p.Count(n)
	if err != nil {
		return nil, err
	}
	inBucket := make([][]int, len(d.buckets))
	for _, i := range d.order(p, n) {
		k := d.recipe.fits(d.stream(p.Split, i))
		inBucket[k] = append(inBucket[k], i)
	}
	batches := make([]arranged, 0, count+len(inBucket))
	var left []int
	for k := len(inBucket) - 1; k >= 0; k-- {
		left = append(left, inBucket[k]...)
		for len(left) >= p.Size || len(left) > 0 && !p.Training {
			full := min(p.Size, len(left))
			batches = append(batches, arranged{k, left[:full:full]})
			left = left[full:]
		}
	}
	if p.Training && len(inBucket) > 1 {
		mixed := make([]arranged, len(batches))
		for i, k := range random.Permutation(len(batches), random.ForBatches, p.Seed, uint64(p.Epoch)) {
			mixed[i] = batches[k]
		}
		batches = mixed
	}
	return batches, nil
}

// order is the order of the n examples of a part in an epoch.
func (d *sequences) order(p datasets.Plan, n int) []int {
	if p.Training {
		return random.Permutation(n, random.ForOrder, p.Seed, uint64(p.Epoch))
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// Checksum is that of the options, which with the program determine all examples, and of
// the first example of each part, which tells programs that make others apart.
func (d *sequences) Checksum() string {
	h := sha256.New()
	head, err := json.Marshal(struct {
		Name    string
		Options recipe
	}{d.name, d.recipe})
	if err != nil {
		panic(err) // numbers always marshal
	}
	h.Write(head)
	b := datasets.NewBatch(d.Spec(), 1)
	for s := datasets.Train; s <= datasets.Test; s++ {
		d.recipe.draw(d.stream(s, 0), b, 0)
		fmt.Fprintln(h, b.X[0].Data(), b.Y[0].Data())
	}
	return hex.EncodeToString(h.Sum(nil))
}
