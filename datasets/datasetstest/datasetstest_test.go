package datasetstest

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/datasets"
)

// numbers are a dataset of 20 numbers and their parity, of which a test breaks something.
type numbers struct {
	plan  func(*datasets.Plan)  // changes what is asked for
	batch func(*datasets.Batch) // changes what is returned
	wrap  func(Batches) Batches // changes the iteration
	sum   func() string
}

// Batches is an iteration over batches.
type Batches = iter.Seq2[datasets.Batch, error]

func (numbers) Spec() datasets.Spec {
	return datasets.Spec{
		Inputs:  []datasets.Field{{Name: "number", Dtype: tensor.Float32, Shape: []int{1}}},
		Targets: []datasets.Field{datasets.Label(2)},
	}
}

func (numbers) Len(s datasets.Split) int { return [...]int{20, 5, 0}[s] }

func (d numbers) Checksum() string {
	if d.sum != nil {
		return d.sum()
	}
	return strings.Repeat("0a", 32)
}

func (d numbers) Batches(ctx context.Context, p datasets.Plan) Batches {
	if d.plan != nil {
		d.plan(&p)
	}
	n := d.Len(p.Split)
	count, err := p.Count(n)
	if err != nil {
		return d.wrapped(func(yield func(datasets.Batch, error) bool) { yield(datasets.Batch{}, err) })
	}
	order := rand.New(rand.NewPCG(p.Seed, uint64(p.Epoch))).Perm(n)
	newBatch := func() *datasets.Batch { return datasets.NewBatch(d.Spec(), p.Size) }
	return d.wrapped(datasets.Prefetch(ctx, newBatch, p.First, count, func(b *datasets.Batch, k int) error {
		b.Index = k
		rows := min(p.Size, n-k*p.Size)
		for i := range rows {
			number := k*p.Size + i
			if p.Training {
				number = order[number]
			}
			datasets.Row[float32](b.X[0], i)[0] = float32(number)
			datasets.Row[int](b.Y[0], i)[0] = number % 2
		}
		b.Pad(rows)
		if d.batch != nil {
			d.batch(b)
		}
		return nil
	}))
}

func (d numbers) wrapped(all Batches) Batches {
	if d.wrap == nil {
		return all
	}
	return d.wrap(all)
}

// A recorder keeps what is reported to it.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// reported is what Check says of a dataset.
func reported(t *testing.T, d datasets.Dataset) string {
	r, done := &recorder{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		Check(r, d)
	}()
	<-done
	return strings.Join(r.said, "\n")
}

func TestCheck(t *testing.T) {
	if said := reported(t, numbers{}); said != "" {
		t.Errorf("a good dataset is reported:\n%s", said)
	}
	sums := 0
	stopped := make(chan struct{})
	defer close(stopped)
	for want, d := range map[string]numbers{
		"have checksum \"12\", want a SHA-256": {sum: func() string { return "12" }},
		"always the same":                      {sum: func() string { sums++; return fmt.Sprintf("%064x", sums) }},
		"evaluation of val depends on seed or epoch": {plan: func(p *datasets.Plan) {
			if p.Split == datasets.Val && p.Seed > 0 && p.Size > 0 {
				p.Training, p.Split = true, datasets.Train
			}
		}},
		"evaluation of train with 6 at once has 18 examples, want the 20 of any size": {batch: func(b *datasets.Batch) {
			if len(b.Y[0].Data().([]int)) == 6 && b.Index == 3 {
				b.Pad(0)
			}
		}},
		"have batch 0, want 1":                             {batch: func(b *datasets.Batch) { b.Index = 0 }},
		"batch 0 has 2 examples":                           {batch: func(b *datasets.Batch) { b.N = max(b.N, 2) }},
		"is of bucket 1, want one of 1":                    {batch: func(b *datasets.Batch) { b.Bucket = 1 }},
		"have 0 tensors, want one for each of":             {batch: func(b *datasets.Batch) { b.Y = nil }},
		"class: have (1, 2) of int, want (1) of int":       {batch: func(b *datasets.Batch) { b.Y = datasets.NewBatch(datasets.Tokens(2, 2), b.Y[0].Shape()[0]).Y }},
		"class: have 2 in row 0, want -1 to 1":             {batch: func(b *datasets.Batch) { datasets.Row[int](b.Y[0], 0)[0] = 2 }},
		"number: have +Inf in row 0, want a finite number": {batch: func(b *datasets.Batch) { datasets.Row[float32](b.X[0], 0)[0] = float32(math.Inf(1)) }},
		"batch 0 has NaN in its inputs":                    {batch: func(b *datasets.Batch) { datasets.Row[float32](b.X[0], 0)[0] = float32(math.NaN()) }},
		"number: have [7] in row 20, where padding begins with row 20": {batch: func(b *datasets.Batch) {
			if size := b.X[0].Shape()[0]; b.N < size {
				datasets.Row[float32](b.X[0], size-1)[0] = 7
			}
		}},
		"an epoch that is resumed with batch 2 differs": {plan: func(p *datasets.Plan) {
			if p.Training && p.First > 0 {
				p.Epoch++
			}
		}},
		"another seed gives the same batches":  {plan: func(p *datasets.Plan) { p.Seed = 1 }},
		"another epoch gives the same batches": {plan: func(p *datasets.Plan) { p.Epoch = 1 }},
		"have a batch, want an error":          {plan: func(p *datasets.Plan) { p.First = max(p.First, 0) }},
		"2 things are yielded, want only an error": {wrap: func(all Batches) Batches {
			return func(yield func(datasets.Batch, error) bool) {
				for b, err := range all {
					if !yield(b, err) || err != nil && !yield(b, err) {
						return
					}
				}
			}
		}},
		"as the last error of a loop whose context is cancelled": {wrap: func(all Batches) Batches {
			return func(yield func(datasets.Batch, error) bool) {
				for b, err := range all {
					if err != nil || !yield(b, nil) {
						return
					}
				}
			}
		}},
		"goroutines after loops that have ended": {wrap: func(all Batches) Batches {
			go func() { <-stopped }()
			return all
		}},
	} {
		if said := reported(t, d); !strings.Contains(said, want) {
			t.Errorf("have\n%s\nwant %s", said, want)
		}
	}
}
