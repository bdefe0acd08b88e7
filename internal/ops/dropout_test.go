package ops_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func dropout(p float64, seed, step uint64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		return ops.Dropout(in[0], p, seed, func() uint64 { return step })
	}
}

// dropped returns which of n elements are dropped.
func dropped(t *testing.T, n int, p float64, seed, step uint64) []bool {
	t.Helper()
	c := newCall[float32](t, dropout(p, seed, step), optest.Input{Shape: []int{n}, Float: constant(n, 1).Float})
	mask := make([]bool, n)
	for i, v := range c.forward() {
		if mask[i] = v == 0; !mask[i] && v != float32(1/(1-p)) {
			t.Fatalf("element %d: have %v, want 0 or 1/(1 − %v)", i, v, p)
		}
	}
	return mask
}

func TestDropoutGradient(t *testing.T) {
	optest.Gradient(t, dropout(0.4, 3, 5), optest.Input{Shape: []int{4, 5, 6}})
}

// The number of dropped elements, and of agreements between the masks of two
// steps, of two seeds and of neighbours, is binomial: within 4 deviations.
func TestDropoutStatistics(t *testing.T) {
	const n = 1 << 18
	binomial := func(what string, count int, p float64) {
		t.Helper()
		if z := (float64(count) - n*p) / math.Sqrt(n*p*(1-p)); math.Abs(z) > 4 {
			t.Errorf("%s: have %d of %d, which is %.1f deviations from %.4f", what, count, n, z, p)
		}
	}
	for _, p := range []float64{0.1, 0.5, 0.9} {
		base := dropped(t, n, p, 1, 1)
		count := 0
		for _, d := range base {
			if d {
				count++
			}
		}
		binomial("dropped", count, p)
		for what, other := range map[string][]bool{
			"agreement with the next step": dropped(t, n, p, 1, 2),
			"agreement with another seed":  dropped(t, n, p, 2, 1),
			"agreement of neighbours":      append(base[1:], base[0]),
			"agreement of rows of 64":      append(base[64:], base[:64]...),
		} {
			count := 0
			for i := range base {
				if base[i] == other[i] {
					count++
				}
			}
			binomial(what, count, p*p+(1-p)*(1-p))
		}
	}
}

// The step is read once a forward pass, and Backward drops what Forward dropped.
func TestDropoutSteps(t *testing.T) {
	step := uint64(0)
	op := func(in ...*G.Node) (*G.Node, error) {
		return ops.Dropout(in[0], 0.5, 7, func() uint64 { step++; return step })
	}
	c := newCall[float32](t, op, optest.Input{Shape: []int{1000}, Float: constant(1000, 1).Float})
	for want := uint64(1); want <= 2; want++ {
		y := c.forward()
		d := c.grads(ops.Tensor[float32]{Shape: c.out.Shape, V: c.in[0].V})
		equal(t, "mask of the gradient", d[0].V, y)
		if step != want {
			t.Errorf("have %d calls of step, want %d", step, want)
		}
		for i, d := range dropped(t, 1000, 0.5, 7, want) {
			if d != (y[i] == 0) {
				t.Fatalf("step %d: the mask is not that of (seed, step, index)", want)
			}
		}
	}
}

func TestDropoutOfZeroIsTheInput(t *testing.T) {
	g := G.NewGraph()
	x := G.NewVector(g, G.Float32, G.WithShape(3), G.WithName("x"))
	if y, err := ops.Dropout(x, 0, 1, nil); y != x || err != nil {
		t.Errorf("have %v and error %v, want x", y, err)
	}
	wantError(t, dropout(1, 1, 1), "dropout: have probability 1, want it in [0, 1)", []int{3})
}
