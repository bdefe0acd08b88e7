package nn

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"zoo/internal/ops"
)

// The largest relative errors of gradients, and of outputs in float32, which are what
// sums of some thousand numbers have.
const (
	mostError64 = 1e-6
	mostError32 = 5e-3
)

// CheckOp returns an error that says what is wrong with an op, or nil, for inputs of
// float64 (which op32 is given rounded) or int. It compares the gradients of op32 and op64
// with central differences of the output of op64, and checks what [Op] and [BatchedOp]
// demand: that everything is overwritten and no input is changed; that Backward reads what
// Reads names, and gives the same gradients if not all are needed; that a batched op gives
// the same examples in any company. The time grows with the square of the inputs' sizes:
// some dozens of values and three examples show what there is to see. There must be no kink,
// such as ReLU's at 0, within 1e-5 of a value.
func CheckOp(op32 Op[float32], op64 Op[float64], in ...*tensor.Dense) error {
	c32, err := newOpCheck(op32, in)
	if err != nil {
		return err
	}
	c64, err := newOpCheck(op64, in)
	if err != nil {
		return err
	}
	if !c32.out.Shape.Eq(c64.out.Shape) {
		return fmt.Errorf("%s: have outputs %v in float32 and %v in float64", op32.Name(), c32.out.Shape, c64.out.Shape)
	}
	if err := errors.Join(c32.contract(), c64.contract()); err != nil {
		return err
	}
	slopes := c64.slopes()
	return errors.Join(
		c32.near("output", c32.forward(), wide(c64.forward()), mostError32),
		c32.compare(slopes, mostError32),
		c64.compare(slopes, mostError64),
	)
}

// An opCheck is an op with arguments, without a graph.
type opCheck[F Float] struct {
	kernel    ops.Whole[F]
	ctx       *ops.Ctx[F]
	in        []Tensor[F]
	out, dout Tensor[F]
	doing     string // for errors
}

func newOpCheck[F Float](op Op[F], in []*tensor.Dense) (*opCheck[F], error) {
	c := &opCheck[F]{kernel: kernelOf(op), ctx: ops.NewCtx[F]()}
	var shapes []tensor.Shape
	for i, x := range in {
		t := Tensor[F]{Shape: x.Shape().Clone()}
		switch v := x.Data().(type) {
		case []float64:
			t.V = make([]F, len(v))
			for k := range v {
				t.V[k] = F(v[k])
			}
		case []int:
			t.I = slices.Clone(v)
		default:
			return nil, fmt.Errorf("%s: input %d: have %v of type %T, want a tensor of float64 or int", op.Name(), i, x.Dtype(), v)
		}
		c.in, shapes = append(c.in, t), append(shapes, t.Shape)
	}
	shape, err := c.kernel.Shape(shapes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.Name(), err)
	}
	c.out = Tensor[F]{Shape: shape, V: make([]F, shape.TotalSize())}
	c.dout = Tensor[F]{Shape: shape, V: make([]F, shape.TotalSize())}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range c.dout.V {
		c.dout.V[i] = F(r.NormFloat64())
	}
	return c, nil
}

// forward is the output, of the op as it is.
func (c *opCheck[F]) forward() []F {
	c.doing = "Forward"
	fill(c.out.V)
	c.kernel.Forward(c.ctx, c.out, c.in)
	return c.out.V
}

// backward is the gradients of the inputs that wanted names, nil for the others, after a
// forward computation.
func (c *opCheck[F]) backward(wanted func(i int) bool, run func(din []Tensor[F], out Tensor[F], in []Tensor[F])) []Tensor[F] {
	c.forward()
	reads, readsOut := c.kernel.Reads()
	din, in := make([]Tensor[F], len(c.in)), make([]Tensor[F], len(c.in))
	for i, x := range c.in {
		din[i].Shape, in[i].Shape = x.Shape, x.Shape
		if x.I == nil && wanted(i) {
			din[i].V = make([]F, len(x.V))
			fill(din[i].V)
		}
		if slices.Contains(reads, i) {
			in[i] = x
		}
	}
	out := Tensor[F]{Shape: c.out.Shape}
	if readsOut {
		out = c.out
	}
	c.doing = fmt.Sprintf("Backward, which has the values of inputs %v, as Reads says", reads)
	if readsOut {
		c.doing = fmt.Sprintf("Backward, which has the values of inputs %v and of the output, as Reads says", reads)
	}
	run(din, out, in)
	return din
}

// whole is Backward of all examples at once.
func (c *opCheck[F]) whole(din []Tensor[F], out Tensor[F], in []Tensor[F]) {
	c.kernel.Backward(c.ctx, din, c.dout, out, in)
}

// parts is Backward as an executor that knows no other op would run it.
func (c *opCheck[F]) parts(din []Tensor[F], out Tensor[F], in []Tensor[F]) {
	ops.RunBackward[F](c.kernel, c.ctx, din, c.dout, out, in)
}

// fill is what a buffer may hold before it is written.
func fill[F Float](v []F) {
	for i := range v {
		v[i] = F(math.NaN())
	}
}

func every(int) bool { return true }

// contract checks what an executor relies on.
func (c *opCheck[F]) contract() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s in %T of inputs %v: %s: %v", c.kernel.Name(), F(0), c.shapes(), c.doing, r)
		}
	}()
	var errs []error
	differ := func(what string, have, want []F, and string) {
		for i := range want {
			if have[i] != want[i] && (have[i] == have[i] || want[i] == want[i]) {
				errs = append(errs, fmt.Errorf("%s in %T: %s: have %v at %d, want %v%s", c.kernel.Name(), F(0), what, have[i], i, want[i], and))
				return
			}
		}
	}
	before := make([][]F, len(c.in))
	integers := make([][]int, len(c.in))
	for i, x := range c.in {
		before[i], integers[i] = slices.Clone(x.V), slices.Clone(x.I)
	}
	dout := slices.Clone(c.dout.V)

	out := slices.Clone(c.forward())
	if i := slices.IndexFunc(out, isNaN); i >= 0 {
		errs = append(errs, fmt.Errorf("%s in %T: output: have NaN at %d, want every value written, and inputs that give numbers", c.kernel.Name(), F(0), i))
	}
	differ("output of a second run", c.forward(), out, ", as in the first")
	all := c.backward(every, c.whole)
	for i, d := range all {
		if k := slices.IndexFunc(d.V, isNaN); k >= 0 {
			errs = append(errs, fmt.Errorf("%s in %T: gradient of input %d: have NaN at %d, want every value written", c.kernel.Name(), F(0), i, k))
		}
		one := c.backward(func(j int) bool { return j == i }, c.whole)[i]
		differ(fmt.Sprintf("gradient of input %d if only this is needed", i), one.V, d.V, "")
	}
	c.backward(func(int) bool { return false }, c.whole)

	fill(c.out.V)
	ops.RunForward[F](c.kernel, c.ctx, c.out, c.in)
	differ("output of some examples at a time", c.out.V, out, ", as of all at once")
	for i, d := range c.backward(every, c.parts) {
		differ(fmt.Sprintf("gradient of input %d, some examples at a time", i), d.V, all[i].V, ", as of all at once")
	}

	for i, x := range c.in {
		differ(fmt.Sprintf("input %d afterwards", i), x.V, before[i], ", as before")
		if !slices.Equal(x.I, integers[i]) {
			errs = append(errs, fmt.Errorf("%s in %T: input %d afterwards: have %v, want %v, as before", c.kernel.Name(), F(0), i, x.I, integers[i]))
		}
	}
	differ("the output's gradient afterwards", c.dout.V, dout, ", as before")
	return errors.Join(errs...)
}

func isNaN[F Float](v F) bool { return v != v }

func (c *opCheck[F]) shapes() (all []tensor.Shape) {
	for _, x := range c.in {
		all = append(all, x.Shape)
	}
	return all
}

// slopes are the central differences of Σ dout·out with respect to the float inputs.
func (c *opCheck[F]) slopes() [][]float64 {
	const h = 1e-5
	all := make([][]float64, len(c.in))
	for i, x := range c.in {
		all[i] = make([]float64, len(x.V))
		for k, v := range x.V {
			x.V[k] = v + h
			up := slices.Clone(c.forward())
			x.V[k] = v - h
			for j, down := range c.forward() {
				all[i][k] += float64(c.dout.V[j]) * float64(up[j]-down) / (2 * h)
			}
			x.V[k] = v
		}
	}
	return all
}

// compare compares the gradients with slopes.
func (c *opCheck[F]) compare(slopes [][]float64, most float64) error {
	var errs []error
	for i, d := range c.backward(every, c.whole) {
		errs = append(errs, c.near(fmt.Sprintf("gradient of input %d", i), d.V, slopes[i], most))
	}
	return errors.Join(errs...)
}

func (c *opCheck[F]) near(what string, have []F, want []float64, most float64) error {
	for i, w := range want {
		if d := math.Abs(float64(have[i]) - w); !(d <= most*(1+math.Abs(w))) {
			return fmt.Errorf("%s in %T: %s: have %.6g at %d, want %.6g", c.kernel.Name(), F(0), what, float64(have[i]), i, w)
		}
	}
	return nil
}

func wide[F Float](v []F) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}
