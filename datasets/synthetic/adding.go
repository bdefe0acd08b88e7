package synthetic

import (
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/internal/random"
)

// Adding is the adding problem: of a sequence of numbers from 0 to 1, two are marked, one
// in each half, and their sum is wanted. The mean squared error of the constant 1, the
// best that a network without memory can do, is 1/6.
type Adding struct {
	Examples
	Length int `doc:"how many numbers a sequence has"`
}

func init() {
	register(datasets.Info{
		Name: "adding", Title: "The sum of two marked numbers of a sequence", Task: "regression",
		Cite: "Hochreiter and Schmidhuber 1997, Long short-term memory; as in Le et al. 2015 and Bai et al. 2018",
	}, func() recipe { return &Adding{usual, 50} })
}

// Check implements datasets.Options.
func (o *Adding) Check(datasets.Info) []datasets.Problem {
	return o.check(limit{"length", o.Length, 2, maxLength})
}

// Preview implements datasets.Options.
func (o *Adding) Preview(datasets.Info) datasets.Preview { return preview(o, "length") }

func (o *Adding) specs() []datasets.Spec {
	return []datasets.Spec{{
		Inputs:  []datasets.Field{{Name: "numbers and marks", Dtype: tensor.Float32, Shape: []int{o.Length, 2}}},
		Targets: []datasets.Field{{Name: "sum", Dtype: tensor.Float32, Shape: []int{1}}},
	}}
}

func (o *Adding) draw(r random.Stream, b *datasets.Batch, row int) {
	x, y := datasets.Row[float32](b.X[0], row), datasets.Row[float32](b.Y[0], row) // (T, 2), (1)
	for t := range o.Length {
		x[2*t], x[2*t+1] = float32(r.Next()>>40)/(1<<24), 0 // below 1: a float32 has 24 bits
	}
	half := o.Length / 2
	first, second := r.Below(half), half+r.Below(o.Length-half)
	x[2*first+1], x[2*second+1] = 1, 1
	y[0] = x[2*first] + x[2*second]
}
