package images

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/internal/problem"
	"zoo/internal/random"
)

// A reading is a parsed data.sequence: how a picture is read as a sequence.
type reading struct {
	word string // pixels, permuted or rows; empty: it stays a picture
	seed uint64 // of permuted
}

var readings = []datasets.Choice{
	{Form: "pixels", Doc: "a position for each pixel, row by row: (H·W, C) (Le et al. 2015)"},
	{Form: "permuted", Doc: "the same in a random order, which is one for all pictures and runs: permuted(1)"},
	{Form: "permuted(seed)", Doc: "in the random order of another seed"},
	{Form: "rows", Doc: "a position for each row of pixels: (H, W·C)"},
}

func parseReading(s string) (reading, error) {
	const want = "want pixels, permuted, permuted(seed) or rows, or nothing for pictures"
	if s == "" {
		return reading{}, nil
	}
	word, args, err := problem.Call(s)
	switch {
	case err != nil:
		return reading{}, fmt.Errorf("%w: %s", err, want)
	case (word == "pixels" || word == "rows") && args == nil:
		return reading{word: word}, nil
	case word == "permuted" && args == nil:
		return reading{word, 1}, nil
	case word == "permuted" && len(args) == 1:
		if seed := args[0]; seed >= 0 && seed <= math.MaxInt32 && seed == math.Trunc(seed) {
			return reading{word, uint64(seed)}, nil
		}
		return reading{}, fmt.Errorf("have %s, want a seed that is a whole number from 0 to %d", s, math.MaxInt32)
	}
	return reading{}, fmt.Errorf("have %q, %s", s, want)
}

// spec is that of images (h, w, c) that are read so.
func (r reading) spec(h, w, c, classes int) datasets.Spec {
	s := datasets.Images(h, w, c, classes)
	switch r.word {
	case "pixels", "permuted":
		s.Inputs = []datasets.Field{{Name: "pixels", Dtype: tensor.Float32, Shape: []int{h * w, c}}}
	case "rows":
		s.Inputs = []datasets.Field{{Name: "rows", Dtype: tensor.Float32, Shape: []int{h, w * c}}}
	}
	return s
}

// order is which pixel of h·w comes at each position; nil: they come row by row.
func (r reading) order(h, w int) []int {
	if r.word != "permuted" {
		return nil
	}
	return random.Permutation(h*w, random.ForPixels, r.seed)
}

// reorder puts pixels of c values into an order; buffer is overwritten.
func reorder(pixels []float32, c int, order []int, buffer *[]float32) {
	*buffer = append((*buffer)[:0], pixels...)
	for i, k := range order {
		copy(pixels[i*c:(i+1)*c], (*buffer)[k*c:])
	}
}
