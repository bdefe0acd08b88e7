// Package optest checks ops: gradients against central differences, values
// against goldens, and one virtual machine against another.
package optest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// An Op builds the op under test on its inputs.
type Op func(in ...*G.Node) (*G.Node, error)

// An Input is one argument of the op under test.
type Input struct {
	Shape    []int
	Float    []float64 // the values; nil takes normal random ones
	Int      []int     // set for an integer input, which has no gradient
	Positive bool      // random values in (0.5, 1.5), for ops with a kink at 0
}

// Run evaluates op in float64, on Gorgonia's own TapeMachine.
func Run(t testing.TB, op Op, in ...Input) (shape []int, out []float64) {
	t.Helper()
	c := newCase(t, tensor.Float64, op, in)
	c.run(t)
	v := c.value()
	return c.out.Shape(), v
}

// Gradient checks the gradients of op's float inputs, in float64 and float32,
// against central differences in float64 of the loss Σ out·r, with r random.
func Gradient(t *testing.T, op Op, in ...Input) {
	t.Helper()
	fill(in)
	want := numeric(t, op, in)
	for dtype, tolerance := range map[tensor.Dtype]float64{tensor.Float64: 1e-6, tensor.Float32: 5e-3} {
		c := newCase(t, dtype, op, in)
		grads, err := G.Grad(c.loss, c.wrt...)
		if err != nil {
			t.Fatalf("%v: gradient: %v", dtype, err)
		}
		c.run(t)
		for k, g := range grads {
			have := floats(g.Value())
			for i := range have {
				if d := math.Abs(have[i] - want[k][i]); !(d <= tolerance*(1+math.Abs(want[k][i]))) {
					t.Errorf("%v: gradient of %v at %d: have %.9g, want %.9g", dtype, c.wrt[k], i, have[i], want[k][i])
					break
				}
			}
		}
	}
}

// numeric returns the central differences with respect to every float input.
func numeric(t *testing.T, op Op, in []Input) (grads [][]float64) {
	const h = 1e-5
	loss := func() float64 {
		c := newCase(t, tensor.Float64, op, in)
		c.run(t)
		return floats(c.loss.Value())[0]
	}
	for _, x := range in {
		if x.Int != nil {
			continue
		}
		g := make([]float64, len(x.Float))
		for i, v := range x.Float {
			x.Float[i] = v + h
			up := loss()
			x.Float[i] = v - h
			g[i] = (up - loss()) / (2 * h)
			x.Float[i] = v
		}
		grads = append(grads, g)
	}
	return grads
}

func fill(in []Input) {
	r := rand.New(rand.NewPCG(1, 2))
	for k := range in {
		if in[k].Int != nil || in[k].Float != nil {
			continue
		}
		in[k].Float = make([]float64, tensor.Shape(in[k].Shape).TotalSize())
		for i := range in[k].Float {
			in[k].Float[i] = r.NormFloat64()
			if in[k].Positive {
				in[k].Float[i] = 0.5 + r.Float64()
			}
		}
	}
}

// A testCase is op in a graph, with the loss Σ out·r.
type testCase struct {
	g         *G.ExprGraph
	wrt       G.Nodes
	out, loss *G.Node
	read      G.Value
}

func newCase(t testing.TB, dtype tensor.Dtype, op Op, in []Input) *testCase {
	t.Helper()
	fill(in)
	c := &testCase{g: G.NewGraph()}
	var nodes []*G.Node
	for k, x := range in {
		name := fmt.Sprintf("in%d", k)
		if x.Int != nil {
			v := tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(append([]int{}, x.Int...)))
			nodes = append(nodes, G.NewTensor(c.g, tensor.Int, len(x.Shape), G.WithShape(x.Shape...), G.WithName(name), G.WithValue(v)))
			continue
		}
		n := G.NewTensor(c.g, dtype, len(x.Shape), G.WithShape(x.Shape...), G.WithName(name), G.WithValue(dense(dtype, x.Shape, x.Float)))
		nodes, c.wrt = append(nodes, n), append(c.wrt, n)
	}
	var err error
	if c.out, err = op(nodes...); err != nil {
		t.Fatal(err)
	}
	c.loss = c.out
	if !c.out.IsScalar() {
		r := rand.New(rand.NewPCG(3, 4))
		w := make([]float64, c.out.Shape().TotalSize())
		for i := range w {
			w[i] = r.NormFloat64()
		}
		n := G.NewTensor(c.g, dtype, c.out.Dims(), G.WithShape(c.out.Shape()...), G.WithName("r"), G.WithValue(dense(dtype, c.out.Shape(), w)))
		product, err := G.HadamardProd(c.out, n)
		if err != nil {
			t.Fatal(err)
		}
		if c.loss, err = G.Sum(product); err != nil {
			t.Fatal(err)
		}
	}
	G.Read(c.out, &c.read)
	return c
}

func (c *testCase) run(t testing.TB) {
	t.Helper()
	m := G.NewTapeMachine(c.g)
	defer m.Close()
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
}

func (c *testCase) value() []float64 { return floats(c.read) }

func dense(dtype tensor.Dtype, shape []int, v []float64) *tensor.Dense {
	if dtype == tensor.Float64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float64{}, v...)))
	}
	f := make([]float32, len(v))
	for i := range v {
		f[i] = float32(v[i])
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(f))
}

func floats(v G.Value) []float64 {
	switch d := v.Data().(type) {
	case []float64:
		return append([]float64{}, d...)
	case float64:
		return []float64{d}
	case float32:
		return []float64{float64(d)}
	case []float32:
		f := make([]float64, len(d))
		for i := range d {
			f[i] = float64(d[i])
		}
		return f
	}
	panic(fmt.Sprintf("optest: values of type %T", v.Data()))
}

// Det returns n values sin(a·i + 0.013·i² + b): the inputs of the goldens.
func Det(n int, a, b float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		x := float64(i)
		v[i] = math.Sin(a*x + 0.013*x*x + b)
	}
	return v
}

// A Golden is what is known of a result: its first values, sum and sum of squares.
type Golden struct {
	First      []float64
	Sum, SumSq float64
}

// Equal fails the test where v is not the golden's to within 1e-8.
func (g Golden) Equal(t *testing.T, v []float64) {
	t.Helper()
	var sum, sq float64
	for i, x := range v {
		sum += x
		sq += x * x
		if i < len(g.First) && math.Abs(x-g.First[i]) > 1e-8 {
			t.Errorf("value %d: have %.10f, want %.10f", i, x, g.First[i])
		}
	}
	if math.Abs(sum-g.Sum) > 1e-8 || math.Abs(sq-g.SumSq) > 1e-8 {
		t.Errorf("sum and sum of squares: have %.9f %.9f, want %.9f %.9f", sum, sq, g.Sum, g.SumSq)
	}
}
