package ops_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/exec"
	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

// optionalLengths is an op of sequences and, where there is a second input, their lengths.
func optionalLengths(f func(x, lengths *G.Node) (*G.Node, error)) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		if len(in) == 1 {
			return f(in[0], nil)
		}
		return f(in[0], in[1])
	}
}

var (
	mask     = optionalLengths(ops.Mask)
	reverse  = optionalLengths(ops.Reverse)
	takeLast = optionalLengths(ops.TakeLast)
)

func TestLengthsEqualPlainLoop(t *testing.T) {
	const n, steps, c = 5, 4, 3
	x := optest.Input{Shape: []int{n, steps, c}, Float: normals(n*steps*c, 1)}
	all := slices.Repeat([]int{steps}, n)
	for name, in := range map[string][]optest.Input{
		"lengths":       {x, {Shape: []int{n}, Int: []int{4, 0, 1, 2, 3}}},
		"a column":      {x, {Shape: []int{n, 1}, Int: []int{0, 3, 3, 4, 0}}},
		"all positions": {x},
	} {
		lengths := all
		if len(in) == 2 {
			lengths = in[1].Int
		}
		masked, reversed, last := make([]float64, len(x.Float)), slices.Clone(x.Float), make([]float64, n*c)
		for i, length := range lengths {
			for s := range length {
				for k := range c {
					v := x.Float[(i*steps+s)*c+k]
					masked[(i*steps+s)*c+k] = v
					reversed[(i*steps+length-1-s)*c+k] = v
					last[i*c+k] = v // of the last s
				}
			}
		}
		for _, c := range []struct {
			name string
			op   optest.Op
			want []float64
		}{{"mask", mask, masked}, {"reverse", reverse, reversed}, {"take-last", takeLast, last}} {
			if _, y := optest.Run(t, c.op, in...); !slices.Equal(y, c.want) {
				t.Errorf("%s, %s: have %v, want %v", c.name, name, y, c.want)
			}
			optest.Gradient(t, c.op, in...)
		}
	}
}

// No padding, whatever it is, comes through a mask or takes part in a gradient.
func TestMaskHidesNaN(t *testing.T) {
	nan := math.NaN()
	x := optest.Input{Shape: []int{2, 2, 1}, Float: []float64{1, nan, nan, nan}}
	c := newCall[float32](t, mask, x, optest.Input{Shape: []int{2}, Int: []int{1, 0}})
	equal(t, "output", c.forward(), []float32{1, 0, 0, 0})
	dout := c.upstream()
	copy(dout.V[1:], []float32{float32(nan), float32(nan), float32(nan)})
	equal(t, "gradient", c.grads(dout)[0].V, []float32{dout.V[0], 0, 0, 0})
}

func TestLengthsErrors(t *testing.T) {
	x, lengths := optest.Input{Shape: []int{3, 7, 2}}, func(v ...int) optest.Input { return optest.Input{Shape: []int{len(v)}, Int: v} }
	for name, op := range map[string]optest.Op{"reverse": reverse, "take-last": takeLast, "mask": mask} {
		wantError(t, op, name+": have lengths of type float32, want int", []int{3, 7, 2}, []int{3})
		for _, c := range []struct {
			in   []optest.Input
			want string
		}{
			{[]optest.Input{{Shape: []int{3, 7}}, lengths(1, 2, 3)}, "have input (3, 7), want (N, T, C)"},
			{[]optest.Input{x, lengths(1, 2)}, "have lengths (2), want (3), one for each example"},
			{[]optest.Input{x, {Shape: []int{3, 2}, Int: make([]int, 6)}}, "have lengths (3, 2), want (3), one for each example"},
		} {
			if _, err := build(tensor.Float32, op, c.in...); err == nil || err.Error() != name+": "+c.want {
				t.Errorf("have error %v, want %s: %s", err, name, c.want)
			}
		}
		for length, want := range map[int]string{
			9:  "have length 9 of example 2, want 0 to 7",
			-1: "have length -1 of example 2, want 0 to 7",
		} {
			y, err := build(tensor.Float32, op, x, lengths(0, 7, length))
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range y.Graph().Inputs() {
				v := tensor.New(tensor.Of(n.Dtype()), tensor.WithShape(n.Shape()...))
				if n.Dtype() == tensor.Int {
					copy(v.Data().([]int), []int{0, 7, length})
				}
				if err := G.Let(n, v); err != nil {
					t.Fatal(err)
				}
			}
			G.WithName("layer")(y)
			vm, err := exec.New(y.Graph(), G.Nodes{y})
			if err != nil {
				t.Fatal(err)
			}
			have := fmt.Sprint(vm.RunAll())
			if full := fmt.Sprintf("layer: %s of (3, 7, 2) (3): %s", name, want); have != full {
				t.Errorf("have error %s, want %s", have, full)
			}
		}
	}
}
