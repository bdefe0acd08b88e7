package datasets

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

// numbers are sequences of pairs of numbers, each with one number for a target.
var numbers = Spec{
	Inputs:  []Field{{Name: "pairs", Dtype: tensor.Float32, Shape: []int{5, 2}}},
	Targets: []Field{{Name: "sum", Dtype: tensor.Float32, Shape: []int{1}}},
}

func TestOfLength(t *testing.T) {
	for _, c := range []struct {
		spec            Spec
		positions       int
		inputs, targets string // with 3 positions
	}{
		{Tokens(5, 7), 5, "[3]", "[3]"},
		{numbers, 5, "[3 2]", "[1]"},
		{Images(28, 28, 1, 10), 0, "", ""},
		{Spec{}, 0, "", ""},
	} {
		if have := c.spec.Positions(); have != c.positions {
			t.Errorf("%v: have %d positions, want %d", c.spec, have, c.positions)
		}
		if c.positions == 0 {
			continue
		}
		was := fmt.Sprint(c.spec)
		short := c.spec.OfLength(3)
		if in, target := fmt.Sprint(short.Inputs[0].Shape), fmt.Sprint(short.Targets[0].Shape); in != c.inputs || target != c.targets {
			t.Errorf("%v: have inputs %s and targets %s, want %s and %s", c.spec, in, target, c.inputs, c.targets)
		}
		if fmt.Sprint(c.spec) != was {
			t.Errorf("have %v afterwards, want %s", c.spec, was)
		}
	}
}

func TestRandomBatch(t *testing.T) {
	batch := func(s Spec) (x, y *tensor.Dense) {
		xs, ys := RandomBatch(s, 4, rand.New(rand.NewPCG(1, 1)), tensor.Float64)
		return xs[0], ys[0]
	}
	x, y := batch(Tokens(5, 7))
	for i, v := range x.Data().([]int) {
		if v < 0 || v >= 7 {
			t.Errorf("token %d: have %d, want one below 7", i, v)
		}
	}
	if have := fmt.Sprint(x.Shape(), y.Shape(), y.Data().([]int)[5:9]); have != "(4, 5) (4, 5) [5 6 0 1]" {
		t.Errorf("have %s", have)
	}
	x, y = batch(numbers)
	if have := fmt.Sprint(x.Shape(), x.Dtype(), y.Shape(), y.Dtype()); have != "(4, 5, 2) float64 (4, 1) float64" {
		t.Errorf("have %s", have)
	}
	again, _ := batch(numbers)
	if fmt.Sprint(x.Data()) != fmt.Sprint(again.Data()) {
		t.Error("the same source of random numbers gives other examples")
	}
}
