package task

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"zoo/datasets"
)

func TestTop5(t *testing.T) {
	logits := tensor.New(tensor.WithShape(4, 12), tensor.WithBacking(make([]float32, 48)))
	v := floats(logits)
	for i := range v {
		v[i] = float32(i % 12)
	}
	v[24+3] = float32(math.NaN())
	y := tensor.New(tensor.WithShape(4), tensor.WithBacking([]int{11, 7, 3, -1}))
	if h := hitsOf(logits, y); h != (hits{3, 1, 2}) {
		t.Errorf("have %+v, want 3 rows, 1 right and 2 among the first five", h)
	}
	clear(v)
	y = tensor.New(tensor.WithShape(4), tensor.WithBacking([]int{0, 4, 5, -1}))
	if h := hitsOf(logits, y); h != (hits{3, 1, 2}) {
		t.Errorf("of equal logits: have %+v, want 3 rows, the first right, and the first five", h)
	}
	sum := Sums{N: 4, More: []float64{0, 3}}
	if v := (Classification{}).Values(sum, datasets.Images(1, 1, 1, 11)); v["top5"] != 0.75 {
		t.Errorf("eleven classes: have %v, want a top5 of 0.75", v)
	}
	if v, has := (Classification{}).Values(sum, datasets.Images(1, 1, 1, 10))["top5"]; has {
		t.Errorf("ten classes have a top5 of %v", v)
	}
}

// The average over views is that of their probabilities, wherever the batches end.
func TestViewAverage(t *testing.T) {
	logits := []float32{0, 1, 2, 2, 0, 1, 1, 1, 5, 0, 0, 0}
	targets := []int{2, 2, 0, 0}
	want := 0.0
	for i := range 2 {
		a, b := Softmax(logits[6*i:6*i+3]), Softmax(logits[6*i+3:6*i+6])
		want -= math.Log((a[targets[2*i]] + b[targets[2*i]]) / 2)
	}
	for cut := range 5 {
		a, sum := viewAverage{views: 2, sum: make([]float64, 3)}, Sums{}
		a.add(&sum, logits[:3*cut], targets[:cut])
		a.add(&sum, append(slices.Clone(logits[3*cut:]), 9, 9, 9), append(slices.Clone(targets[cut:]), -1))
		if sum.N != 2 || math.Abs(sum.Loss-want) > 1e-12 {
			t.Errorf("cut at %d: have %+v, want 2 examples and loss %v", cut, sum, want)
		}
	}
}
