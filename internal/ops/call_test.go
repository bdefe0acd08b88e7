package ops_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

// build returns op on inputs of the given shapes in a new float graph.
func build(dtype tensor.Dtype, op optest.Op, in ...optest.Input) (*G.Node, error) {
	g := G.NewGraph()
	var nodes []*G.Node
	for i, x := range in {
		d := dtype
		if x.Int != nil {
			d = tensor.Int
		}
		nodes = append(nodes, G.NewTensor(g, d, len(x.Shape), G.WithShape(x.Shape...), G.WithName(fmt.Sprint("in", i))))
	}
	return op(nodes...)
}

// wantError checks that op on inputs of the given shapes fails with that error.
func wantError(t *testing.T, op optest.Op, want string, shapes ...[]int) {
	t.Helper()
	var in []optest.Input
	for _, s := range shapes {
		in = append(in, optest.Input{Shape: s})
	}
	if _, err := build(tensor.Float32, op, in...); err == nil || err.Error() != want {
		t.Errorf("on %v: have error %v\nwant %s", shapes, err, want)
	}
}

// A call is a kernel with its arguments, called without a graph.
type call[F f32.Float] struct {
	ctx    *ops.Ctx[F]
	kernel ops.Kernel
	in     []ops.Tensor[F]
	out    ops.Tensor[F]
}

// newCall builds op. Inputs without values get normal random ones.
func newCall[F f32.Float](t testing.TB, op optest.Op, in ...optest.Input) *call[F] {
	t.Helper()
	dtype := tensor.Float32
	if _, ok := any(F(0)).(float64); ok {
		dtype = tensor.Float64
	}
	n, err := build(dtype, op, in...)
	if err != nil {
		t.Fatal(err)
	}
	f := n.Op().(*ops.Forward[F])
	c := &call[F]{ctx: ops.NewCtx[F](), kernel: f.Kernel, out: ops.Tensor[F]{Shape: f.Output()}}
	c.out.V = garbage[F](f.Output().TotalSize())
	r := rand.New(rand.NewPCG(5, 6))
	for _, x := range in {
		a := ops.Tensor[F]{Shape: x.Shape, I: x.Int}
		if x.Int == nil {
			a.V = make([]F, a.Shape.TotalSize())
			for i := range a.V {
				switch {
				case x.Float != nil:
					a.V[i] = F(x.Float[i])
				case x.Positive:
					a.V[i] = F(0.5 + r.Float64())
				default:
					a.V[i] = F(r.NormFloat64())
				}
			}
		}
		c.in = append(c.in, a)
	}
	return c
}

func (c *call[F]) forward() []F {
	ops.RunForward(c.kernel, c.ctx, c.out, c.in)
	return c.out.V
}

// upstream is a fixed random gradient of the output.
func (c *call[F]) upstream() ops.Tensor[F] {
	r := rand.New(rand.NewPCG(7, 8))
	d := ops.Tensor[F]{Shape: c.out.Shape, V: make([]F, len(c.out.V))}
	for i := range d.V {
		d.V[i] = F(r.NormFloat64())
	}
	return d
}

// backward returns the gradients that wanted names, nil for the others. Of the
// inputs and the output it shows the kernel what Reads names.
func (c *call[F]) backward(dout ops.Tensor[F], wanted func(i int) bool) []ops.Tensor[F] {
	reads, readsOut := c.kernel.Reads()
	din := make([]ops.Tensor[F], len(c.in))
	in := make([]ops.Tensor[F], len(c.in))
	for i, x := range c.in {
		din[i].Shape, in[i].Shape = x.Shape, x.Shape
		if x.I == nil && wanted(i) {
			din[i].V = garbage[F](len(x.V))
		}
		if slices.Contains(reads, i) {
			in[i] = x
		}
	}
	out := ops.Tensor[F]{Shape: c.out.Shape}
	if readsOut {
		out = c.out
	}
	ops.RunBackward(c.kernel, c.ctx, din, dout, out, in)
	return din
}

func (c *call[F]) grads(dout ops.Tensor[F]) []ops.Tensor[F] {
	return c.backward(dout, func(int) bool { return true })
}

// garbage is what a reused buffer may hold.
func garbage[F f32.Float](n int) []F {
	v := make([]F, n)
	for i := range v {
		v[i] = F(math.NaN())
	}
	return v
}

// equal compares bits, so that NaNs of a forgotten element show.
func equal[F f32.Float](t *testing.T, what string, have, want []F) {
	t.Helper()
	if len(have) != len(want) {
		t.Errorf("%s: have %d values, want %d", what, len(have), len(want))
		return
	}
	for i := range have {
		if !(have[i] == want[i]) {
			t.Errorf("%s: value %d: have %v, want %v", what, i, have[i], want[i])
			return
		}
	}
}

// close compares to an absolute and relative tolerance.
func closeTo[F f32.Float](t *testing.T, what string, have, want []F, tolerance float64) {
	t.Helper()
	for i := range have {
		h, w := float64(have[i]), float64(want[i])
		if !(math.Abs(h-w) <= tolerance*(1+math.Abs(w))) {
			t.Errorf("%s: value %d: have %v, want %v", what, i, h, w)
			return
		}
	}
}
