package problem

import (
	"slices"
	"testing"
)

func TestCall(t *testing.T) {
	for _, c := range []struct {
		in, name string
		args     []float64
		bad      bool
	}{
		{in: "tanh", name: "tanh"},
		{in: " normal( 0.01 ) ", name: "normal", args: []float64{0.01}},
		{in: "range(-0.1,1.175)", name: "range", args: []float64{-0.1, 1.175}},
		{in: "", bad: true},
		{in: "(1)", bad: true},
		{in: "f(1", bad: true},
		{in: "f(1)x", bad: true},
		{in: "f()", bad: true},
		{in: "f(a)", bad: true},
	} {
		name, args, err := Call(c.in)
		if (err != nil) != c.bad || !c.bad && (name != c.name || !slices.Equal(args, c.args)) {
			t.Errorf("Call(%q) = %q, %v, %v", c.in, name, args, err)
		}
	}
}
