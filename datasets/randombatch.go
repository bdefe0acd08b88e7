package datasets

import (
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// RandomBatch makes examples that mean nothing, to measure and to test networks with:
// inputs x and targets y, (rows, shape...) each, as a Spec has them. Numbers are drawn
// from a normal distribution, and are of type floats. Tokens are drawn from 0 to Size−1;
// classes are 0 to Size−1 in turn.
func RandomBatch(s Spec, rows int, r *rand.Rand, floats tensor.Dtype) (x, y []*tensor.Dense) {
	token := func(size, _ int) int { return r.IntN(size) }
	class := func(size, i int) int { return i % size }
	for _, f := range s.Inputs {
		x = append(x, random(f, rows, r, floats, token))
	}
	for _, f := range s.Targets {
		y = append(y, random(f, rows, r, floats, class))
	}
	return x, y
}

// random fills a field of a batch. integer is value i of those that are 0 to size−1.
func random(f Field, rows int, r *rand.Rand, floats tensor.Dtype, integer func(size, i int) int) *tensor.Dense {
	dtype := f.Dtype
	if dtype != tensor.Int {
		dtype = floats
	}
	t := tensor.New(tensor.Of(dtype), tensor.WithShape(append([]int{rows}, f.Shape...)...))
	switch v := t.Data().(type) {
	case []int:
		for i := range v {
			v[i] = integer(f.Size, i)
		}
	case []float32:
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
	case []float64:
		for i := range v {
			v[i] = r.NormFloat64()
		}
	}
	return t
}
