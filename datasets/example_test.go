package datasets_test

import (
	"context"
	"fmt"
	"iter"

	"gorgonia.org/tensor"

	"zoo/datasets"
)

// squareOptions are the keys that the data set has in a config's section data.
type squareOptions struct {
	Train int `doc:"how many numbers there are"`
}

// Check implements datasets.Options.
func (o *squareOptions) Check(datasets.Info) (ps []datasets.Problem) {
	if o.Train < 1 {
		ps = append(ps, datasets.Problem{Key: "train", Message: fmt.Sprintf("have %d, want at least 1", o.Train)})
	}
	return ps
}

// Preview implements datasets.Options.
func (o *squareOptions) Preview(datasets.Info) datasets.Preview {
	spec := squareSpec
	return datasets.Preview{Spec: &spec, Train: o.Train, NoVal: true}
}

// An example is a number (1), and its target, the number's square (1).
var squareSpec = datasets.Spec{
	Inputs:  []datasets.Field{{Name: "number", Dtype: tensor.Float32, Shape: []int{1}}},
	Targets: []datasets.Field{{Name: "square", Dtype: tensor.Float32, Shape: []int{1}}},
}

// squares is the source of the data set: it needs no files.
type squares struct{}

func (squares) Info() datasets.Info {
	return datasets.Info{Name: "squares", Title: "Numbers and their squares", Task: "regression", Embedded: true, Where: "the program"}
}

func (squares) Options() datasets.Options { return &squareOptions{Train: 100} }

func (squares) Open(_ context.Context, _ string, o datasets.Options, _ datasets.Progress) (datasets.Dataset, error) {
	return squareSet{*o.(*squareOptions)}, nil
}

func (squares) Get(context.Context, string, datasets.Options, datasets.Progress) (string, error) {
	return "the program", nil
}

func (squares) Verify(context.Context, string, datasets.Options, datasets.Progress) (string, error) {
	return "the program", nil
}

// squareSet is the data set with its options.
type squareSet struct{ squareOptions }

func (squareSet) Spec() datasets.Spec      { return squareSpec }
func (o squareSet) Len(datasets.Split) int { return o.Train }
func (o squareSet) Checksum() string       { return fmt.Sprint("squares ", o.Train) }

// Batches implements datasets.Dataset. The examples of an evaluation and of a training come
// in the same order here.
func (o squareSet) Batches(ctx context.Context, p datasets.Plan) iter.Seq2[datasets.Batch, error] {
	count, err := p.Count(o.Train)
	if err != nil {
		return func(yield func(datasets.Batch, error) bool) { yield(datasets.Batch{}, err) }
	}
	newBatch := func() *datasets.Batch { return datasets.NewBatch(squareSpec, p.Size) }
	return datasets.Prefetch(ctx, newBatch, p.First, count, func(b *datasets.Batch, k int) error {
		b.Index = k
		rows := min(p.Size, o.Train-k*p.Size)
		for i := range rows {
			x := float32(k*p.Size + i)
			datasets.Row[float32](b.X[0], i)[0] = x
			datasets.Row[float32](b.Y[0], i)[0] = x * x
		}
		b.Pad(rows)
		return nil
	})
}

// A data set is registered once, from an init function. Its options are then keys of a
// config's section data.
func ExampleRegister() {
	datasets.Register("squares", squares{})

	section := datasets.Named("squares")
	section.Options().(*squareOptions).Train = 4
	ctx := context.Background()
	d, err := datasets.Open(ctx, section, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for b, err := range d.Batches(ctx, datasets.Plan{Split: datasets.Train, Size: 2, Seed: 1, Epoch: 1, Training: true}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(b.X[0].Data(), b.Y[0].Data())
	}
	// Output:
	// [0 1] [0 1]
	// [2 3] [4 9]
}
