// Package bars is a data set that needs no files: images with some bars, all of them
// horizontal or all of them vertical, in noise (after Földiák 1990).
package bars

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"math/rand/v2"

	"zoo/datasets"
)

// Options are the keys of the data set.
type Options struct {
	Side  int     `doc:"side of the images in pixels"`
	Bars  int     `doc:"how many bars an image has"`
	Noise float64 `doc:"standard deviation of the noise; a bar is 1"`
	Train int     `doc:"how many training examples there are"`
	Val   int     `doc:"how many validation examples there are"`
	Test  int     `doc:"how many test examples there are"`
}

func init() { datasets.Register("bars", source{}) }

// Check implements datasets.Options.
func (o *Options) Check(datasets.Info) (ps []datasets.Problem) {
	if o.Side < 2 || o.Side > 256 {
		ps = append(ps, datasets.Problem{Key: "side", Message: fmt.Sprintf("have %d, want 2 to 256 pixels", o.Side)})
	}
	if o.Bars < 1 || o.Bars >= o.Side {
		ps = append(ps, datasets.Problem{Key: "bars", Message: fmt.Sprintf("have %d, want at least 1, and fewer than the %d lines of an image", o.Bars, o.Side)})
	}
	if o.Train < 1 {
		ps = append(ps, datasets.Problem{Key: "train", Message: fmt.Sprintf("have %d, want at least 1", o.Train)})
	}
	return ps
}

// Preview implements datasets.Options.
func (o *Options) Preview(datasets.Info) datasets.Preview {
	spec := o.spec()
	return datasets.Preview{Spec: &spec, Train: o.Train, NoVal: o.Val == 0, Sizes: []string{"side"}}
}

func (o *Options) spec() datasets.Spec { return datasets.Images(o.Side, o.Side, 1, 2) }

type source struct{}

func (source) Info() datasets.Info {
	return datasets.Info{
		Name: "bars", Title: "Horizontal or vertical bars in noise", Train: 2000, Test: 500, Shape: []int{8, 8, 1}, Classes: 2,
		From: "this program", Where: "this program", Embedded: true, Licence: "none needed", Cite: "after Földiák 1990",
	}
}

func (source) Options() datasets.Options {
	return &Options{Side: 8, Bars: 2, Noise: 0.3, Train: 2000, Val: 100, Test: 500}
}

func (source) Open(_ context.Context, _ string, o datasets.Options, _ datasets.Progress) (datasets.Dataset, error) {
	return dataset{*o.(*Options)}, nil
}

func (source) Get(context.Context, string, datasets.Options, datasets.Progress) (string, error) {
	return "this program", nil
}

func (s source) Verify(ctx context.Context, root string, o datasets.Options, p datasets.Progress) (string, error) {
	return s.Get(ctx, root, o, p)
}

type dataset struct{ o Options }

func (d dataset) Spec() datasets.Spec { return d.o.spec() }
func (d dataset) Classes() []string   { return []string{"horizontal", "vertical"} }
func (d dataset) Checksum() string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "bars 1: %+v", d.o)))
}

func (d dataset) Len(s datasets.Split) int {
	return [...]int{datasets.Train: d.o.Train, datasets.Val: d.o.Val, datasets.Test: d.o.Test}[s]
}

// Batches implements datasets.Dataset.
func (d dataset) Batches(ctx context.Context, p datasets.Plan) iter.Seq2[datasets.Batch, error] {
	n := d.Len(p.Split)
	count, err := p.Count(n)
	if err != nil {
		return func(yield func(datasets.Batch, error) bool) { yield(datasets.Batch{}, fmt.Errorf("bars: %w", err)) }
	}
	number := func(i int) int { return i }
	if p.Training {
		order := rand.New(rand.NewPCG(p.Seed, uint64(p.Epoch))).Perm(n)
		number = func(i int) int { return order[i] }
	}
	newBatch := func() *datasets.Batch { return datasets.NewBatch(d.Spec(), p.Size) }
	return datasets.Prefetch(ctx, newBatch, p.First, count, func(b *datasets.Batch, k int) error {
		b.Index = k
		first := k * p.Size
		rows := min(p.Size, n-first)
		for i := range rows {
			datasets.Row[int](b.Y[0], i)[0] = d.draw(datasets.Row[float32](b.X[0], i), p.Split, number(first+i))
		}
		b.Pad(rows)
		return nil
	})
}

// draw makes an example (Side, Side, 1), which depends on nothing but its part and its
// number, and returns its class.
func (d dataset) draw(image []float32, s datasets.Split, number int) (class int) {
	r := rand.New(rand.NewPCG(uint64(s), uint64(number)))
	clear(image)
	class = r.IntN(2)
	for _, line := range r.Perm(d.o.Side)[:d.o.Bars] {
		for i := range d.o.Side {
			at := line*d.o.Side + i
			if class == 1 {
				at = i*d.o.Side + line
			}
			image[at] = 1
		}
	}
	for i := range image {
		image[i] += float32(d.o.Noise * r.NormFloat64())
	}
	return class
}
