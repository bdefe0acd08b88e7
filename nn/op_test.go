package nn_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// scaled is x·w, of x (N, D) and weights (D): all examples share the second input.
type scaled[F nn.Float] struct{}

func (scaled[F]) Name() string         { return "scaled" }
func (scaled[F]) Batched() int         { return 1 }
func (scaled[F]) Reads() ([]int, bool) { return []int{0, 1}, false }

func (scaled[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0].Dims() != 2 || in[1].Dims() != 1 || in[0][1] != in[1][0] {
		return nil, fmt.Errorf("have input %v and weights %v, want (N, D) and (D)", in[0], in[1])
	}
	return in[0], nil
}

func (scaled[F]) Forward(out nn.Tensor[F], in []nn.Tensor[F]) {
	w := in[1].V
	for i, x := range in[0].V {
		out.V[i] = x * w[i%len(w)]
	}
}

func (scaled[F]) Backward(din []nn.Tensor[F], dout, _ nn.Tensor[F], in []nn.Tensor[F]) {
	w := in[1].V
	clear(din[1].V)
	for i, d := range dout.V {
		if din[0].V != nil {
			din[0].V[i] = d * w[i%len(w)]
		}
		if din[1].V != nil {
			din[1].V[i%len(w)] += d * in[0].V[i]
		}
	}
}

// centred is x (N, D) minus the mean of the batch, divided by a root mean square that
// Backward finds where Forward left it: it needs all examples.
type centred[F nn.Float] struct{ size float64 }

func (*centred[F]) Name() string                                  { return "centred" }
func (*centred[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return in[0], nil }
func (*centred[F]) Reads() ([]int, bool)                          { return nil, true }

func (k *centred[F]) Forward(out nn.Tensor[F], in []nn.Tensor[F]) {
	k.remove(out.V, in[0].V, in[0].Shape[1])
	k.size = 0
	for _, y := range out.V {
		k.size += float64(y) * float64(y) / float64(len(out.V))
	}
	k.size = math.Sqrt(k.size)
	for i := range out.V {
		out.V[i] /= F(k.size)
	}
}

// remove takes the mean of each column away.
func (*centred[F]) remove(dst, src []F, columns int) {
	mean := make([]F, columns)
	for i, x := range src {
		mean[i%columns] += x * F(columns) / F(len(src))
	}
	for i, x := range src {
		dst[i] = x - mean[i%columns]
	}
}

func (k *centred[F]) Backward(din []nn.Tensor[F], dout, out nn.Tensor[F], in []nn.Tensor[F]) {
	dx := din[0].V
	if dx == nil {
		return
	}
	k.remove(dx, dout.V, in[0].Shape[1])
	var along float64
	for i, y := range out.V {
		along += float64(y) * float64(dout.V[i]) / float64(len(out.V))
	}
	for i, y := range out.V {
		dx[i] = (dx[i] - F(along)*y) / F(k.size)
	}
}

// margin is the hinge loss of logits x (N, K) and targets (N): the mean of what the
// largest wrong logit lacks to be 1 below the right one, squared; −1 does not count.
type margin[F nn.Float] struct{}

func (margin[F]) Name() string                               { return "margin" }
func (margin[F]) Shape([]tensor.Shape) (tensor.Shape, error) { return tensor.ScalarShape(), nil }
func (margin[F]) Reads() ([]int, bool)                       { return []int{0, 1}, false }

// lack is what example i lacks, and the largest wrong class.
func (margin[F]) lack(in []nn.Tensor[F], i int) (by F, wrong int) {
	k := in[0].Shape[1]
	z, right := in[0].V[i*k:(i+1)*k], in[1].I[i]
	if right < 0 {
		return 0, 0
	}
	wrong = -1
	for c := range z {
		if c != right && (wrong < 0 || z[c] > z[wrong]) {
			wrong = c
		}
	}
	return max(0, 1+z[wrong]-z[right]), wrong
}

func (m margin[F]) Forward(out nn.Tensor[F], in []nn.Tensor[F]) {
	out.V[0] = 0
	for i := range in[1].I {
		by, _ := m.lack(in, i)
		out.V[0] += by * by / F(len(in[1].I))
	}
}

func (m margin[F]) Backward(din []nn.Tensor[F], dout, _ nn.Tensor[F], in []nn.Tensor[F]) {
	if din[0].V == nil {
		return
	}
	clear(din[0].V)
	k := in[0].Shape[1]
	for i, right := range in[1].I {
		if by, wrong := m.lack(in, i); by > 0 {
			d := 2 * by / F(len(in[1].I)) * dout.V[0]
			din[0].V[i*k+wrong] += d
			din[0].V[i*k+right] -= d
		}
	}
}

// floats and integers are inputs for CheckOp.
func floats(shape ...int) *tensor.Dense {
	v := make([]float64, tensor.Shape(shape).TotalSize())
	for i := range v {
		v[i] = 2 * math.Sin(0.7*float64(i*i)+0.3)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v))
}

func integers(v ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(v)), tensor.WithBacking(v))
}

func TestCheckOp(t *testing.T) {
	for _, err := range []error{
		nn.CheckOp(softsign[float32]{}, softsign[float64]{}, floats(3, 4)),
		nn.CheckOp(softsign[float32]{}, softsign[float64]{}, floats(17, 2, 1, 2)),
		nn.CheckOp(scaled[float32]{}, scaled[float64]{}, floats(3, 4), floats(4)),
		nn.CheckOp(&centred[float32]{}, &centred[float64]{}, floats(5, 3)),
		nn.CheckOp(margin[float32]{}, margin[float64]{}, floats(4, 3), integers(0, 2, -1, 1)),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}

// A broken op is softsign with something wrong.
type broken[F nn.Float] struct {
	softsign[F]
	shape    func(in []tensor.Shape) (tensor.Shape, error)
	reads    []int
	forward  func(out nn.Tensor[F], in []nn.Tensor[F])
	backward func(din []nn.Tensor[F], dout nn.Tensor[F], in []nn.Tensor[F])
	batched  int
}

func (b broken[F]) Name() string { return "broken" }
func (b broken[F]) Batched() int { return max(1, b.batched) }

func (b broken[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	if b.shape != nil {
		return b.shape(in)
	}
	return in[0], nil
}

func (b broken[F]) Reads() ([]int, bool) {
	if b.reads != nil {
		return b.reads, false
	}
	return []int{0}, false
}

func (b broken[F]) Forward(out nn.Tensor[F], in []nn.Tensor[F]) {
	b.softsign.Forward(out, in)
	if b.forward != nil {
		b.forward(out, in)
	}
}

func (b broken[F]) Backward(din []nn.Tensor[F], dout, out nn.Tensor[F], in []nn.Tensor[F]) {
	b.softsign.Backward(din, dout, out, in)
	if b.backward != nil {
		b.backward(din, dout, in)
	}
}

type tensors = []nn.Tensor[float64]

func TestCheckOpFindsWhatIsWrong(t *testing.T) {
	var calls atomic.Int64 // of several workers
	for want, op := range map[string]broken[float64]{
		"broken in float64: gradient of input 0: have": {backward: func(din tensors, _ nn.Tensor[float64], _ tensors) {
			for i := range din[0].V {
				din[0].V[i] *= 1.001
			}
		}},
		"broken in float64: output: have NaN at 1, want every value written": {forward: func(out nn.Tensor[float64], _ tensors) {
			out.V[1] = math.NaN()
		}},
		"broken in float64: output of a second run: have": {forward: func(out nn.Tensor[float64], _ tensors) {
			out.V[0] = float64(calls.Add(1))
		}},
		"broken in float64: gradient of input 0: have NaN at 0, want every value written": {backward: func(din tensors, _ nn.Tensor[float64], _ tensors) {
			if din[0].V != nil {
				din[0].V[0] = math.NaN()
			}
		}},
		"broken in float64: output of some examples at a time: have": {forward: func(out nn.Tensor[float64], in tensors) {
			out.V[0] += in[0].V[len(in[0].V)-1]
		}},
		"broken in float64: gradient of input 0, some examples at a time: have": {backward: func(din tensors, dout nn.Tensor[float64], _ tensors) {
			if din[0].V != nil {
				din[0].V[0] = dout.V[len(dout.V)-1]
			}
		}},
		"broken in float64: input 0 afterwards: have 7 at 2": {forward: func(_ nn.Tensor[float64], in tensors) {
			if len(in[0].V) > 2 {
				in[0].V[2] = 7
			}
		}},
		"broken in float64: the output's gradient afterwards: have 7 at 0": {backward: func(_ tensors, dout nn.Tensor[float64], _ tensors) {
			dout.V[0] = 7
		}},
		"broken in float64 of inputs [(4, 3)]: Backward, which has the values of inputs [], as Reads says: runtime error: index out of range": {reads: []int{}},
		"broken in float64 of inputs [(4, 3)]: Backward, which has the values of inputs [0], as Reads says: runtime error: index out of range [0] with length 0": {
			backward: func(din tensors, _ nn.Tensor[float64], _ tensors) { din[0].V[0] = 0 }},
		"broken: reads input 1, want one from 0 to 0": {reads: []int{1}},
		"broken: have 2 batched inputs, want 1 to 1":  {batched: 2},
		"broken: have inputs [(4, 3)], for which Shape panics: runtime error: index out of range [2] with length 2": {shape: func(in []tensor.Shape) (tensor.Shape, error) {
			return tensor.Shape{in[0][2]}, nil
		}},
		"broken: have output (4, 0) for inputs [(4, 3)], want positive sizes": {shape: func(in []tensor.Shape) (tensor.Shape, error) {
			in[0][1] = 0
			return in[0], nil
		}},
		"broken: have batched input 0 of shape (4, 3) and output (3), want the same first axis": {shape: func([]tensor.Shape) (tensor.Shape, error) {
			return tensor.Shape{3}, nil
		}},
		"broken: have a scalar, want an output with the examples as its first axis: the op is batched": {shape: func([]tensor.Shape) (tensor.Shape, error) {
			return tensor.ScalarShape(), nil
		}},
		"broken: have words": {shape: func([]tensor.Shape) (tensor.Shape, error) { return nil, errors.New("have words") }},
		"broken: have outputs (4, 3) in float32 and (4, 3, 1) in float64": {shape: func(in []tensor.Shape) (tensor.Shape, error) {
			return append(in[0], 1), nil
		}},
	} {
		if err := nn.CheckOp(broken[float32]{}, op, floats(4, 3)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have error %v\nwant %s", err, want)
		}
	}
	half := broken[float32]{forward: func(out nn.Tensor[float32], _ []nn.Tensor[float32]) {
		for i := range out.V {
			out.V[i] /= 2
		}
	}}
	if err := nn.CheckOp(half, broken[float64]{}, floats(4, 3)); err == nil || !strings.Contains(err.Error(), "broken in float32: output: have") {
		t.Errorf("have error %v", err)
	}
	words := tensor.New(tensor.WithShape(1), tensor.WithBacking([]string{"a"}))
	if err := nn.CheckOp(softsign[float32]{}, softsign[float64]{}, words); err == nil || !strings.Contains(err.Error(), "softsign: input 0: have string") {
		t.Errorf("have error %v", err)
	}
}

// ownOps is a network of ops of its own, with a weight and a loss: a node that two equal ops
// read, an op between layers of this package, and one that needs all examples.
type ownOps struct{ Units int }

func (m ownOps) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := nn.FullyConnected(s.In("fc1"), in[0], m.Units) // (N, Units)
	a := nn.Apply(s.In("softsign1"), softsign[float32]{}, softsign[float64]{}, x)
	b := nn.Apply(s.In("softsign2"), softsign[float32]{}, softsign[float64]{}, x)
	x = nn.Add(s.In("add"), a, nn.Act(s.In("act"), b))
	w := s.In("scaled").Weight("weight", 1, 1, m.Units)
	x = nn.Apply(s.In("scaled"), scaled[float32]{}, scaled[float64]{}, x, w)
	x = nn.Apply(s.In("centred"), &centred[float32]{}, &centred[float64]{}, x)
	return nn.Logits(s.In("fc2"), x)
}

func (m ownOps) Loss(s *nn.Scope, logits, targets *G.Node) *G.Node {
	return nn.Apply(s, margin[float32]{}, margin[float64]{}, logits, targets)
}

var ownOptions = options(func(o *nn.Options) { o.Activation = "tanh" })

// TestOwnOps: layers, parameters, and the same bits fused and unfused, of batches that are
// cut into one example each, several, or none.
func TestOwnOps(t *testing.T) {
	for _, n := range []int{1, 3, 40} {
		var results [2][]float32
		for i, unfused := range []bool{false, true} {
			set := settings(ownOptions, n, 3, 5, 4, 2)
			set.Unfused = unfused
			x, y := batchOf(set, tensor.Float32)
			pr := build(t, nn.NewParams(1, tensor.Float32), nn.Train, ownOps{6}, set)
			for range 2 {
				results[i] = append([]float32{float32(run(t, pr, x, y))}, pr.Logits().Data().([]float32)...)
				for _, q := range pr.Trained() {
					results[i] = append(results[i], q.Grad.Data().([]float32)...)
				}
			}
		}
		if n == 1 {
			continue // the output of centred is 0/0: both are NaN
		}
		wantBits(t, fmt.Sprint("batch ", n), results[0], results[1])
		if slices.ContainsFunc(results[0], func(v float32) bool { return v != v }) {
			t.Errorf("batch %d: have NaN", n)
		}
	}
	set := settings(ownOptions, 2, 3, 5, 4, 2)
	outline := nn.OutlineParams(tensor.Float32)
	var lines []string
	for _, l := range build(t, outline, nn.Infer, ownOps{6}, set).Layers {
		lines = append(lines, fmt.Sprint(l.Path, " ", l.Op, " ", l.Out, " ", l.Params))
	}
	want := []string{
		"fc1 linear [2 6] 246", "softsign1 softsign [2 6] 0", "softsign2 softsign [2 6] 0", "act tanh [2 6] 0", "add add [2 6] 0",
		"scaled scaled [2 6] 6", "centred centred [2 6] 0", "fc2 linear [2 3] 21",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("have the layers\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// TestOwnGradients compares the gradients of every parameter with central differences of
// the loss.
func TestOwnGradients(t *testing.T) {
	set := settings(ownOptions, 6, 3, 4, 2)
	x, y := batchOf(set, tensor.Float64)
	p := nn.NewParams(1, tensor.Float64)
	pr := build(t, p, nn.Train, ownOps{4}, set)
	run(t, pr, x, y)
	var gradients [][]float64
	for _, q := range pr.Trained() {
		gradients = append(gradients, slices.Clone(q.Grad.Data().([]float64)))
	}
	for k, q := range pr.Trained() {
		g, w := gradients[k], q.Value.Data().([]float64)
		for i := range w {
			const h = 1e-6
			before := w[i]
			w[i] = before + h
			up := run(t, pr, x, y)
			w[i] = before - h
			slope := (up - run(t, pr, x, y)) / (2 * h)
			w[i] = before
			if math.Abs(slope-g[i]) > 1e-7 {
				t.Errorf("%s[%d]: have the gradient %v, want %v", q.Path, i, g[i], slope)
			}
		}
	}
}

// TestWeight: a weight of one's own starts as the choice says.
func TestWeight(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		s.In("own").Weight("weight", 400, 10, 20, 20, 10)
		return nn.Logits(s.In("fc"), x)
	})
	p := nn.NewParams(1, tensor.Float32)
	build(t, p, nn.Infer, net, settings(options(), 2, 3, 4))
	if mean, variance := moments(values(t, p, "own.weight")); math.Abs(mean) > 0.01 || math.Abs(variance*400-2) > 0.2 {
		t.Errorf("have mean %v and variance %v, want 0 and He's 2/400", mean, variance)
	}
}

func TestOwnErrors(t *testing.T) {
	spec := datasets.Spec{Inputs: []datasets.Field{{Name: "x", Dtype: tensor.Float32, Shape: []int{4}}}, Targets: []datasets.Field{datasets.Label(4)}}
	set := nn.Settings{Options: options(), Spec: spec, Batch: 3}
	for want, net := range map[string]network{
		"a.b: scaled: have input (3, 4) and weights (5), want (N, D) and (D)": func(s *nn.Scope, x *G.Node) *G.Node {
			s = s.In("a").In("b")
			return nn.Apply(s, scaled[float32]{}, scaled[float64]{}, x, s.Weight("weight", 1, 1, 5))
		},
		"a: scaled: input 1 is nil": func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Apply(s.In("a"), scaled[float32]{}, scaled[float64]{}, x, nil)
		},
		"a: broken: have output (3, 4, -1) for inputs [(3, 4)], want positive sizes": func(s *nn.Scope, x *G.Node) *G.Node {
			op := broken[float32]{shape: func(in []tensor.Shape) (tensor.Shape, error) { return append(in[0], -1), nil }}
			return nn.Apply(s.In("a"), op, broken[float64]{}, x)
		},
		"a.w: have fans of 0 inputs and 1 outputs, want at least 1 of each": func(s *nn.Scope, x *G.Node) *G.Node {
			return s.In("a").Weight("w", 0, 1, 4)
		},
	} {
		if _, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Infer, net, set); err == nil || err.Error() != want {
			t.Errorf("have error %v\nwant %s", err, want)
		}
	}

	// Panics of a run come back as errors, from the calling goroutine and from workers.
	bad := func(nn.Tensor[float32], []nn.Tensor[float32]) { panic("it broke") }
	for _, batch := range []int{1, 40} {
		set.Batch = batch
		pr := build(t, nn.NewParams(1, tensor.Float32), nn.Infer, network(func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Apply(s.In("own"), broken[float32]{forward: bad}, broken[float64]{}, x)
		}), set)
		x, _ := batchOf(set, tensor.Float32)
		_, err := pr.Run(x, nil)
		if want := fmt.Sprintf("own: broken of (%d, 4): it broke", batch); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("have error %v\nwant %s", err, want)
		}
	}
}
