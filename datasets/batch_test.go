package datasets

import (
	"fmt"
	"math"
	"testing"

	"gorgonia.org/tensor"
)

func TestPad(t *testing.T) {
	b := NewBatch(Spec{
		Inputs:  []Field{{Dtype: tensor.Float32, Shape: []int{2}}, {Dtype: tensor.Int, Shape: []int{1, 2}}},
		Targets: []Field{{Dtype: tensor.Float32}, {Dtype: tensor.Int, Shape: []int{2}, Size: 5}},
	}, 3)
	for _, x := range append(b.X, b.Y...) {
		for i := range 3 {
			if x.Dtype() == tensor.Int {
				fill(Row[int](x, i), 7)
			} else {
				fill(Row[float32](x, i), 7)
			}
		}
	}
	b.Pad(2)
	if have := fmt.Sprint(b.X[0].Data(), b.X[1].Data(), b.Y[0].Data(), b.Y[1].Data(), b.N); have != "[7 7 7 7 0 0] [7 7 7 7 0 0] [7 7 NaN] [7 7 7 7 -1 -1] 2" {
		t.Errorf("have %s, want the last row as padding", have)
	}
	if have := fmt.Sprint(b.X[0].Shape(), b.X[1].Shape(), b.Y[0].Shape(), b.Y[1].Shape()); have != "(3, 2) (3, 1, 2) (3) (3, 2)" {
		t.Errorf("have shapes %s", have)
	}
	if y := Row[float32](b.Y[0], 2); len(y) != 1 || !math.IsNaN(float64(y[0])) {
		t.Errorf("have %v, want the last row", y)
	}
}

func TestCount(t *testing.T) {
	for _, c := range []struct {
		p    Plan
		n    int
		want string
	}{
		{Plan{Size: 4}, 10, "3 <nil>"},
		{Plan{Size: 4}, 0, "0 <nil>"},
		{Plan{Size: 4, Training: true}, 10, "2 <nil>"},
		{Plan{Size: 4, Split: Val}, 8, "2 <nil>"},
		{Plan{}, 1, "0 have a batch of 0 examples, want at least 1"},
		{Plan{Size: 1, First: -2}, 1, "0 have batch -2 to begin with, want 0 or more"},
		{Plan{Size: 1, Split: Val, Training: true}, 1, "0 have the val part to train with, want train"},
		{Plan{Size: 5, Training: true}, 4, "0 have 4 training examples, want at least the 5 of one batch"},
	} {
		n, err := c.p.Count(c.n)
		if have := fmt.Sprint(n, err); have != c.want {
			t.Errorf("%+v of %d: have %s, want %s", c.p, c.n, have, c.want)
		}
	}
}
