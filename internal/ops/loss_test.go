package ops_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func crossEntropy(l ops.Loss) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.SoftmaxCrossEntropy(in[0], in[1], l) }
}

func squaredError(on, off float64) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.SquaredError(in[0], in[1], on, off) }
}

func classes(t ...int) optest.Input { return optest.Input{Shape: []int{len(t)}, Int: t} }

var lossOps = map[string]optest.Op{
	"plain":     crossEntropy(ops.Loss{}),
	"smoothed":  crossEntropy(ops.Loss{Smoothing: 0.1}),
	"rubbish":   crossEntropy(ops.Loss{Rubbish: new(0.5)}),
	"both":      crossEntropy(ops.Loss{Smoothing: 0.2, Rubbish: new(-3.0)}),
	"squared":   squaredError(1, -1),
	"squared 2": squaredError(0.7, 0.1),
}

func TestLossGradients(t *testing.T) {
	for name, op := range lossOps {
		t.Run(name, func(t *testing.T) {
			optest.Gradient(t, op, optest.Input{Shape: []int{5, 4}}, classes(0, -1, 3, 2, 3))
		})
	}
}

func TestCrossEntropyGoldens(t *testing.T) {
	z := optest.Input{Shape: []int{3, 5}, Float: optest.Det(15, 1.3, 0.2)}
	for name, golden := range map[string]optest.Golden{
		"plain":    {First: []float64{1.8652536294}, Sum: 1.865253629, SumSq: 3.479171102},
		"smoothed": {First: []float64{1.8611182393}, Sum: 1.861118239, SumSq: 3.463761101},
	} {
		_, loss := optest.Run(t, lossOps[name], z, classes(0, 3, 4))
		golden.Equal(t, loss)
	}
}

func mixedCrossEntropy(l ops.Loss) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		return ops.MixedCrossEntropy(in[0], in[1], in[2], in[3], l)
	}
}

func TestMixedCrossEntropy(t *testing.T) {
	targets, others := classes(0, -1, 3, 2, 3), classes(1, -1, 3, 0, 2)
	for name, l := range map[string]ops.Loss{"plain": {}, "smoothed": {Smoothing: 0.1}, "rubbish": {Rubbish: new(0.5)}} {
		t.Run(name, func(t *testing.T) {
			share := optest.Input{Shape: []int{1}, Float: []float64{0.3}}
			optest.Gradient(t, mixedCrossEntropy(l), optest.Input{Shape: []int{5, 4}}, targets, others, share)
			z := optest.Input{Shape: []int{5, 4}, Float: optest.Det(20, 1.3, 0.2)}
			_, first := optest.Run(t, crossEntropy(l), z, targets)
			_, second := optest.Run(t, crossEntropy(l), z, others)
			_, mixed := optest.Run(t, mixedCrossEntropy(l), z, targets, others, share)
			closeTo(t, "mixture", mixed, []float64{0.3*first[0] + 0.7*second[0]}, 1e-14)
			// All of the first is the first, to the bit.
			_, whole := optest.Run(t, mixedCrossEntropy(l), z, targets, others, optest.Input{Shape: []int{1}, Float: []float64{1}})
			closeTo(t, "share 1", whole, first, 0)
		})
	}
}

// Equal logits cost ln K, at any offset, and a perfect smoothed output costs the
// entropy of the smoothed target.
func TestCrossEntropyIdentities(t *testing.T) {
	for _, c := range []struct {
		k      int
		offset float64
		want   float64
	}{{10, 0, 2.302585093}, {65, 1e4, 4.174387270}, {1000, -1e4, 6.907755279}} {
		z := optest.Input{Shape: []int{1, c.k}, Float: constant(c.k, c.offset).Float}
		if _, loss := optest.Run(t, lossOps["plain"], z, classes(c.k-1)); math.Abs(loss[0]-c.want) > 1e-9 {
			t.Errorf("%d classes: have %.9f, want %.9f", c.k, loss[0], c.want)
		}
	}
	z := optest.Input{Shape: []int{1, 10}, Float: constant(10, math.Log(0.01)).Float}
	z.Float[3] = math.Log(0.91)
	if _, loss := optest.Run(t, lossOps["smoothed"], z, classes(3)); math.Abs(loss[0]-0.500288) > 1e-6 {
		t.Errorf("floor of label smoothing: have %.6f, want 0.500288", loss[0])
	}
}

// LeCun et al. 1998: y[target] + log(e⁻ʲ + Σ e⁻ʸ), with logits −y.
func TestCrossEntropyRubbish(t *testing.T) {
	y, target, j := []float64{3, 0.5, 7}, 1, 0.5
	sum := math.Exp(-j)
	z := optest.Input{Shape: []int{1, 3}}
	for _, v := range y {
		sum += math.Exp(-v)
		z.Float = append(z.Float, -v)
	}
	_, loss := optest.Run(t, lossOps["rubbish"], z, classes(target))
	closeTo(t, "loss", loss, []float64{y[target] + math.Log(sum)}, 1e-14)
}

// Rows of the gradient sum to 0, and rows that do not count have none.
func TestCrossEntropyGradientRows(t *testing.T) {
	for _, name := range []string{"plain", "smoothed"} {
		c := newCall[float32](t, lossOps[name], optest.Input{Shape: []int{4, 6}}, classes(0, -1, 5, 2))
		c.forward()
		d := c.grads(ops.Tensor[float32]{V: []float32{1}})[0].V
		for r := range 4 {
			var sum, size float64
			for _, v := range d[r*6 : (r+1)*6] {
				sum += float64(v)
				size += math.Abs(float64(v))
			}
			if math.Abs(sum) > 1e-7 || (size == 0) != (r == 1) {
				t.Errorf("%s: row %d: have sum %g and magnitude %g", name, r, sum, size)
			}
		}
	}
}

func TestLossWithoutTargets(t *testing.T) {
	for name, op := range lossOps {
		c := newCall[float32](t, op, optest.Input{Shape: []int{2, 3}}, classes(-1, -1))
		equal(t, name, c.forward(), []float32{0})
		equal(t, name+"'s gradient", c.grads(ops.Tensor[float32]{V: []float32{1}})[0].V, make([]float32, 6))
	}
}

// The mean is only over the rows that count.
func TestLossCountsRows(t *testing.T) {
	for name, op := range lossOps {
		z := []float64{0.3, -1, 2, 9, 9, 9, 1, 0.5, 0}
		_, all := optest.Run(t, op, optest.Input{Shape: []int{3, 3}, Float: z}, classes(2, -1, 0))
		_, first := optest.Run(t, op, optest.Input{Shape: []int{1, 3}, Float: z[:3]}, classes(2))
		_, last := optest.Run(t, op, optest.Input{Shape: []int{1, 3}, Float: z[6:]}, classes(0))
		closeTo(t, name, all, []float64{(first[0] + last[0]) / 2}, 1e-14)
	}
}

func TestSquaredErrorValue(t *testing.T) {
	_, loss := optest.Run(t, lossOps["squared"], optest.Input{Shape: []int{1, 3}, Float: []float64{0.5, -1, 0}}, classes(0))
	closeTo(t, "Σ(y − t)²", loss, []float64{0.25 + 0 + 1}, 1e-15)
}

func TestLossExtremes(t *testing.T) {
	z := optest.Input{Shape: []int{2, 3}, Float: []float64{1000, -1000, 0, -2e4, 0, 2e4}}
	c := newCall[float32](t, lossOps["plain"], z, classes(1, 2))
	equal(t, "loss", c.forward(), []float32{1000})
	equal(t, "gradient", c.grads(ops.Tensor[float32]{V: []float32{1}})[0].V, []float32{0.5, -0.5, 0, 0, 0, 0})

	low := optest.Input{Shape: []int{1, 3}, Float: constant(3, -2000).Float}
	equal(t, "loss far beyond the rubbish class", newCall[float32](t, lossOps["rubbish"], low, classes(1)).forward(), []float32{1999.5})

	z.Float[0] = math.NaN()
	c = newCall[float32](t, lossOps["plain"], z, classes(1, 2))
	if loss := c.forward()[0]; loss == loss {
		t.Errorf("a NaN logit: have loss %v, want NaN", loss)
	}
}

// A target that is not a class is an error of the run that names it.
func TestBadTargets(t *testing.T) {
	for name, op := range lossOps {
		for bad, want := range map[int]string{
			3:  "have target 3 in row 1, want a class from 0 to 2, or -1 for a row that does not count",
			-2: "have target -2 in row 1, want a class from 0 to 2, or -1 for a row that does not count",
		} {
			n, err := build(tensor.Float32, op, optest.Input{Shape: []int{2, 3}}, classes(0, bad))
			if err != nil {
				t.Fatal(err)
			}
			z := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(make([]float32, 6)))
			_, err = n.Op().Do(z, tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{0, bad})))
			if err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%s: have error %v, want one that ends in %q", name, err, want)
			}
		}
	}
}

// The two targets of a row count, or neither.
func TestBadMixtures(t *testing.T) {
	for _, c := range []struct {
		others []int
		want   string
	}{
		{[]int{0, 2}, "have targets -1 and 2 in row 1, want two classes, or -1 twice for a row that does not count"},
		{[]int{-1, -1}, "have targets 0 and -1 in row 0, want two classes, or -1 twice for a row that does not count"},
		{[]int{3, -1}, "have target 3 in row 0, want a class from 0 to 2, or -1 for a row that does not count"},
	} {
		n, err := build(tensor.Float32, mixedCrossEntropy(ops.Loss{}), optest.Input{Shape: []int{2, 3}}, classes(0, -1), classes(c.others...), optest.Input{Shape: []int{1}})
		if err != nil {
			t.Fatal(err)
		}
		ints := func(v ...int) *tensor.Dense { return tensor.New(tensor.WithShape(2), tensor.WithBacking(v)) }
		z, share := tensor.New(tensor.WithShape(2, 3), tensor.Of(tensor.Float32)), tensor.New(tensor.WithShape(1), tensor.Of(tensor.Float32))
		if _, err = n.Op().Do(z, ints(0, -1), ints(c.others...), share); err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("have error %v, want one that ends in %q", err, c.want)
		}
	}
	for want, op := range map[string]func() (*G.Node, error){
		"mixed-cross-entropy: have other targets (3) and share (1), want (2) and (1)": func() (*G.Node, error) {
			return build(tensor.Float32, mixedCrossEntropy(ops.Loss{}), optest.Input{Shape: []int{2, 3}}, classes(0, 1), classes(0, 1, 2), optest.Input{Shape: []int{1}})
		},
		"mixed-cross-entropy: have targets of type float32, want int": func() (*G.Node, error) {
			return build(tensor.Float32, mixedCrossEntropy(ops.Loss{}), optest.Input{Shape: []int{2, 3}}, classes(0, 1), optest.Input{Shape: []int{2}}, optest.Input{Shape: []int{1}})
		},
		"mixed-cross-entropy: have label smoothing 1, want it in [0, 1)": func() (*G.Node, error) {
			return build(tensor.Float32, mixedCrossEntropy(ops.Loss{Smoothing: 1}), optest.Input{Shape: []int{2, 3}}, classes(0, 1), classes(0, 1), optest.Input{Shape: []int{1}})
		},
	} {
		if _, err := op(); err == nil || err.Error() != want {
			t.Errorf("have error %v, want %s", err, want)
		}
	}
}

func TestLossErrors(t *testing.T) {
	for _, c := range []struct {
		op   optest.Op
		z, y optest.Input
		want string
	}{
		{lossOps["plain"], optest.Input{Shape: []int{2, 3}}, classes(0), "cross-entropy: have scores (2, 3) and targets (1), want (..., K) and (...)"},
		{lossOps["squared"], optest.Input{Shape: []int{2, 3, 1}}, classes(0, 1), "squared-error: have scores (2, 3, 1) and targets (2), want (..., K) and (...)"},
		{lossOps["plain"], optest.Input{Shape: []int{2, 3}}, optest.Input{Shape: []int{2}}, "cross-entropy: have targets of type float32, want int"},
		{crossEntropy(ops.Loss{Smoothing: 1}), optest.Input{Shape: []int{2, 3}}, classes(0, 1), "cross-entropy: have label smoothing 1, want it in [0, 1)"},
	} {
		if _, err := build(tensor.Float32, c.op, c.z, c.y); err == nil || err.Error() != c.want {
			t.Errorf("have error %v, want %s", err, c.want)
		}
	}
}

func TestMeanSquaredError(t *testing.T) {
	op := binary(ops.MeanSquaredError)
	y := optest.Input{Shape: []int{2, 2}, Float: []float64{1, 2, 3, 4}}
	targets := optest.Input{Shape: []int{2, 2}, Float: []float64{0, 2, math.NaN(), 1}}
	if _, loss := optest.Run(t, op, y, targets); loss[0] != 10./3 {
		t.Errorf("have %v, want %v", loss[0], 10./3)
	}
	c := newCall[float64](t, op, y, targets)
	c.forward()
	if g := c.grads(ops.Tensor[float64]{V: []float64{3}})[0].V; !slices.Equal(g, []float64{2, 0, 0, 6}) {
		t.Errorf("have the gradient %v, want 2 0 0 6", g)
	}
	optest.Gradient(t, op, optest.Input{Shape: []int{3, 4}}, optest.Input{Shape: []int{3, 4}})
	wantError(t, op, "mean-squared-error: have outputs (2, 1) and targets (2), want equal shapes", []int{2, 1}, []int{2})
}
