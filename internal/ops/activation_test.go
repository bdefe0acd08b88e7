package ops_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

var activations = map[string]optest.Op{
	"relu":            unary(ops.Relu),
	"leaky":           leaky(0.1),
	"leaky, negative": leaky(-0.5),
	"elu":             elu(1.5),
	"relu6":           unary(ops.Relu6),
	"hardsigmoid":     unary(ops.HardSigmoid),
	"hardswish":       unary(ops.HardSwish),
	"gelu":            unary(ops.GELU),
	"gelu-tanh":       unary(ops.GELUTanh),
	"silu":            unary(ops.SiLU),
	"sigmoid":         unary(ops.Sigmoid),
	"tanh":            unary(ops.Tanh),
	"scaled-tanh":     unary(ops.ScaledTanh),
}

func leaky(slope float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.Leaky(in[0], slope) }
}

func elu(alpha float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.ELU(in[0], alpha) }
}

// offZero returns values of both signs, away from the kink at 0.
func offZero(shape ...int) optest.Input {
	x := optest.Input{Shape: shape, Float: []float64{}}
	n := 1
	for _, s := range shape {
		n *= s
	}
	for i := range n {
		v := 0.1 + 2*math.Abs(math.Sin(float64(3*i+1)))
		if i*i%7 < 3 {
			v = -v
		}
		x.Float = append(x.Float, v)
	}
	return x
}

func TestActivationGradients(t *testing.T) {
	for name, op := range activations {
		t.Run(name, func(t *testing.T) { optest.Gradient(t, op, offZero(3, 2, 2, 3)) })
	}
	ends := optest.Input{Shape: []int{6}, Float: []float64{-7, -3.5, -2.9, 2.8, 3.2, 6.1}}
	for _, name := range []string{"relu6", "hardsigmoid", "hardswish"} {
		t.Run(name+", at the ends", func(t *testing.T) { optest.Gradient(t, activations[name], ends) })
	}
}

func TestActivationValues(t *testing.T) {
	x := []float64{-1e4, -30, -2, -1e-3, -1e-4, -1e-9, 0, 1e-12, 1e-4, 1e-3, 0.3, 2, 30, 1e4}
	hard := func(x float64) float64 { return math.Min(math.Max(x+3, 0), 6) / 6 }
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for name, f := range map[string]func(x float64) float64{
		"relu":            func(x float64) float64 { return math.Max(x, 0) },
		"leaky":           func(x float64) float64 { return math.Max(x, 0.1*x) },
		"leaky, negative": func(x float64) float64 { return math.Max(x, -0.5*x) },
		"elu":             func(x float64) float64 { return math.Max(x, 0) + math.Min(0, 1.5*math.Expm1(x)) },
		"relu6":           func(x float64) float64 { return math.Min(math.Max(x, 0), 6) },
		"hardsigmoid":     hard,
		"hardswish":       func(x float64) float64 { return x * hard(x) },
		"gelu":            func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 },
		"silu":            func(x float64) float64 { return x * sigmoid(x) },
		"sigmoid":         sigmoid,
		"tanh":            math.Tanh,
		"scaled-tanh":     func(x float64) float64 { return 1.7159 * math.Tanh(2*x/3) },
	} {
		_, have := optest.Run(t, activations[name], optest.Input{Shape: []int{len(x)}, Float: x})
		for i, v := range x {
			if want := f(v); math.Abs(have[i]-want) > 1e-12*math.Abs(want) {
				t.Errorf("%s(%g): have %g, want %g", name, v, have[i], want)
			}
		}
	}
}

func TestActivationGoldens(t *testing.T) {
	for name, golden := range map[string]optest.Golden{
		"gelu":      {First: []float64{-0.0040496941, -0.0455002639, -0.1586552539, 0, 0.8413447461, 1.9544997361}, Sum: 5.583589576, SumSq: 13.530906599},
		"gelu-tanh": {First: []float64{-0.0036373921, -0.0454023059, -0.1588080094, 0, 0.8411919906, 1.9545976941}, Sum: 5.584304585, SumSq: 13.533539573},
	} {
		_, y := optest.Run(t, activations[name], optest.Input{Shape: []int{7}, Float: []float64{-3, -2, -1, 0, 1, 2, 3}})
		golden.Equal(t, y)
	}
}

// NaN must reach the output, and no gradient may hide it.
func TestActivationsPropagateNaN(t *testing.T) {
	for name, op := range activations {
		c := newCall[float32](t, op, optest.Input{Shape: []int{3}, Float: []float64{math.NaN(), 1, -1}})
		y := c.forward()
		if y[0] == y[0] || y[1] != y[1] || y[2] != y[2] {
			t.Errorf("%s: have %v, want NaN in the first place only", name, y)
		}
	}
}

func TestActivationKinks(t *testing.T) {
	for _, c := range []struct {
		op   optest.Op
		at   float64
		want float32
	}{
		{unary(ops.Relu), 0, 0}, {leaky(0.25), 0, 0.25}, {leaky(-0.25), 0, -0.25}, {elu(1.5), 0, 1.5},
		{unary(ops.Relu6), 0, 0}, {unary(ops.Relu6), 6, 0},
		{unary(ops.HardSigmoid), -3, 0}, {unary(ops.HardSigmoid), 3, 0},
		{unary(ops.HardSwish), -3, 0}, {unary(ops.HardSwish), 3, 1},
	} {
		k := newCall[float32](t, c.op, optest.Input{Shape: []int{1}, Float: []float64{c.at}})
		k.forward()
		dout := ops.Tensor[float32]{Shape: []int{1}, V: []float32{1}}
		if d := k.grads(dout)[0].V[0]; d != c.want {
			t.Errorf("%s: gradient at %v: have %v, want %v", k.kernel.Name(), c.at, d, c.want)
		}
	}
}

func TestELUError(t *testing.T) {
	wantError(t, elu(-1), "elu: have alpha -1, want at least 0", []int{2})
}

func TestPReLU(t *testing.T) {
	op := binary(ops.PReLU)
	optest.Gradient(t, op, offZero(2, 2, 3, 4), optest.Input{Shape: []int{4}})
	optest.Gradient(t, op, offZero(5, 3), optest.Input{Shape: []int{1}})
	_, y := optest.Run(t, op, optest.Input{Shape: []int{2, 2}, Float: []float64{-1, -2, 3, 0}}, optest.Input{Shape: []int{2}, Float: []float64{0.5, 0.25}})
	equal(t, "prelu", y, []float64{-0.5, -0.5, 3, 0})
	wantError(t, op, "prelu: have slope (2), want (3) or (1)", []int{4, 3}, []int{2})
}
