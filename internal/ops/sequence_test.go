package ops_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

func conv1D(f ops.Filter1D) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		if len(in) == 2 {
			return ops.Conv1D(in[0], in[1], nil, f)
		}
		return ops.Conv1D(in[0], in[1], in[2], f)
	}
}

func TestConv1DGradient(t *testing.T) {
	x, b := optest.Input{Shape: []int{2, 9, 4}}, optest.Input{Shape: []int{6}}
	w := func(k, c int) optest.Input { return optest.Input{Shape: []int{k, c, 6}} }
	optest.Gradient(t, conv1D(ops.Filter1D{}), x, w(3, 4))
	optest.Gradient(t, conv1D(ops.Filter1D{Pad: 1, Stride: 2}), x, w(3, 4), b)
	optest.Gradient(t, conv1D(ops.Filter1D{Causal: true}), x, w(2, 4), b)
	optest.Gradient(t, conv1D(ops.Filter1D{Causal: true, Dilation: 4, Groups: 2}), x, w(3, 2), b)
	optest.Gradient(t, conv1D(ops.Filter1D{Causal: true, Dilation: 3, Stride: 2}), x, w(2, 4), b)
}

// Output t of a causal convolution is Σ w[k]·x[t·stride − dilation·(K − 1 − k)].
func TestCausalConv1DEqualsPlainLoop(t *testing.T) {
	for _, c := range []struct{ n, t, in, out, k, dilation, stride int }{
		{2, 50, 20, 30, 2, 1, 1},
		{1, 70, 16, 16, 3, 16, 1},
		{3, 9, 1, 5, 5, 1, 1},
		{2, 5, 4, 4, 3, 8, 1}, // filters longer than the sequence
		{2, 31, 6, 7, 4, 2, 3},
	} {
		x := optest.Input{Shape: []int{c.n, c.t, c.in}, Float: normals(c.n*c.t*c.in, 1)}
		w := optest.Input{Shape: []int{c.k, c.in, c.out}, Float: normals(c.k*c.in*c.out, 2)}
		op := conv1D(ops.Filter1D{Causal: true, Dilation: c.dilation, Stride: c.stride})
		k64, k32 := newCall[float64](t, op, x, w), newCall[float32](t, op, x, w)
		dy := k64.upstream().V
		outputs := (c.t + c.stride - 1) / c.stride
		y, dx, dw := make([]float64, c.n*outputs*c.out), make([]float64, len(x.Float)), make([]float64, len(w.Float))
		for n := range c.n {
			for i := range outputs {
				for k := range c.k {
					from := i*c.stride - c.dilation*(c.k-1-k)
					if from < 0 {
						continue
					}
					for j := range c.in {
						for o := range c.out {
							yi, xi, wi := (n*outputs+i)*c.out+o, (n*c.t+from)*c.in+j, (k*c.in+j)*c.out+o
							y[yi] += x.Float[xi] * w.Float[wi]
							dx[xi] += dy[yi] * w.Float[wi]
							dw[wi] += dy[yi] * x.Float[xi]
						}
					}
				}
			}
		}
		closeTo(t, "float64", k64.forward(), y, 1e-12)
		closeTo(t, "float32", wide(k32.forward()), y, 1e-4)
		grads := k64.grads(k64.upstream())
		closeTo(t, "gradient of the sequences", grads[0].V, dx, 1e-12)
		closeTo(t, "gradient of the filters", grads[1].V, dw, 1e-12)
	}
}

// What comes later changes no bit of a causal convolution.
func TestCausalConv1DSeesNothingLater(t *testing.T) {
	const length, c, from = 60, 24, 37
	x := optest.Input{Shape: []int{1, length, c}, Float: normals(length*c, 1)}
	w := optest.Input{Shape: []int{3, c, c}, Float: normals(3*c*c, 2)}
	op := conv1D(ops.Filter1D{Causal: true, Dilation: 4})
	before := newCall[float32](t, op, x, w).forward()
	copy(x.Float[from*c:], normals((length-from)*c, 3))
	after := newCall[float32](t, op, x, w).forward()
	if !slices.Equal(before[:from*c], after[:from*c]) {
		t.Errorf("outputs before position %d changed", from)
	}
	if slices.Equal(before[from*c:][:c], after[from*c:][:c]) {
		t.Errorf("the output at position %d has not changed", from)
	}
}

func TestConv1DErrors(t *testing.T) {
	wantError(t, conv1D(ops.Filter1D{}), "conv1d: have input (2, 9, 4, 1) and filters (3, 4, 6), want (N, T, C) and (K, C/groups, O)", []int{2, 9, 4, 1}, []int{3, 4, 6})
	wantError(t, conv1D(ops.Filter1D{Causal: true, Pad: 1}), "conv1d: have padding 1 of a causal convolution, want 0: its zeros stand before the sequence", []int{2, 9, 4}, []int{3, 4, 6})
}

func embedding(in ...*G.Node) (*G.Node, error) { return ops.Embedding(in[0], in[1]) }

func TestEmbedding(t *testing.T) {
	tokens := optest.Input{Shape: []int{2, 3}, Int: []int{4, 0, 4, -1, 2, 4}}
	table := optest.Input{Shape: []int{5, 2}, Float: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}
	shape, y := optest.Run(t, embedding, tokens, table)
	if !slices.Equal(shape, []int{2, 3, 2}) || !slices.Equal(y, []float64{9, 10, 1, 2, 9, 10, 0, 0, 5, 6, 9, 10}) {
		t.Errorf("have %v of %v", y, shape)
	}
	optest.Gradient(t, embedding, tokens, optest.Input{Shape: []int{5, 20}})
	c := newCall[float32](t, embedding, optest.Input{Shape: []int{1}, Int: []int{5}}, table)
	defer func() {
		const want = "have token 5 at place 0, want one from 0 to 4, or -1 for none"
		if r := recover(); r != want {
			t.Errorf("have panic %v, want %s", r, want)
		}
	}()
	c.forward()
}

// Axes before the last are rows like any other.
func TestRowsOfAnyRank(t *testing.T) {
	targets := optest.Input{Int: []int{2, 0, -1, 1, 1, 2}}
	for name, c := range map[string]struct {
		op optest.Op
		in []optest.Input // the first, and targets, are given as rows and as (2, 3, ...)
	}{
		"linear":            {linear, []optest.Input{{Shape: []int{6, 4}}, {Shape: []int{4, 5}}, {Shape: []int{5}}}},
		"linear transposed": {linearTransposed, []optest.Input{{Shape: []int{6, 4}}, {Shape: []int{5, 4}}, {Shape: []int{5}}}},
		"layer norm":        {layerNorm(1e-5), []optest.Input{{Shape: []int{6, 4}}, {Shape: []int{4}}, {Shape: []int{4}}}},
		"cross-entropy":     {crossEntropy(ops.Loss{Smoothing: 0.1}), []optest.Input{{Shape: []int{6, 4}}, {Shape: []int{6}, Int: targets.Int}}},
		"squared error":     {squaredError(1, -1), []optest.Input{{Shape: []int{6, 4}}, {Shape: []int{6}, Int: targets.Int}}},
	} {
		t.Run(name, func(t *testing.T) {
			optest.Gradient(t, c.op, c.in...)
			rows := newCall[float32](t, c.op, c.in...)
			for i, x := range c.in {
				if i == 0 || x.Int != nil {
					c.in[i].Shape = append([]int{2, 3}, x.Shape[1:]...)
				}
			}
			optest.Gradient(t, c.op, c.in...)
			same := newCall[float32](t, c.op, c.in...)
			if !slices.Equal(rows.forward(), same.forward()) {
				t.Error("the outputs differ")
			}
			a, b := rows.grads(rows.upstream()), same.grads(same.upstream())
			for i := range a {
				if !slices.Equal(a[i].V, b[i].V) {
					t.Errorf("the gradients of input %d differ", i)
				}
			}
		})
	}
}

func linearTransposed(in ...*G.Node) (*G.Node, error) {
	if len(in) == 2 {
		return ops.LinearTransposed(in[0], in[1], nil)
	}
	return ops.LinearTransposed(in[0], in[1], in[2])
}

func columns(lo, hi int) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.Columns(in[0], lo, hi) }
}

func TestColumns(t *testing.T) {
	x := optest.Input{Shape: []int{2, 1, 3}, Float: []float64{1, 2, 3, 4, 5, 6}}
	shape, y := optest.Run(t, columns(1, 3), x)
	if !slices.Equal(shape, []int{2, 1, 2}) || !slices.Equal(y, []float64{2, 3, 5, 6}) {
		t.Errorf("have %v of %v", y, shape)
	}
	optest.Gradient(t, columns(1, 3), optest.Input{Shape: []int{2, 3, 4}})
	wantError(t, columns(1, 4), "columns: have input (2, 3) and columns 1 to 3, want (N, ..., C) and some of its C columns", []int{2, 3})
}

func put(in ...*G.Node) (*G.Node, error) { return ops.Put(in[0], in[1], in[2]) }

func TestPut(t *testing.T) {
	rows := optest.Input{Shape: []int{2, 2, 1}, Float: []float64{1, 2, 3, 4}}
	row := optest.Input{Shape: []int{2, 1, 1}, Float: []float64{7, 8}}
	position := optest.Input{Shape: []int{2, 1}, Int: []int{3, 0}}
	if _, y := optest.Run(t, put, rows, row, position); !slices.Equal(y, []float64{1, 7, 8, 4}) {
		t.Errorf("have %v, want 1 7 8 4", y)
	}
	optest.Gradient(t, put, optest.Input{Shape: []int{2, 3, 4}}, optest.Input{Shape: []int{2, 1, 4}}, optest.Input{Shape: []int{2, 1}, Int: []int{2, 0}})
	position.Int[0] = -1
	c := newCall[float32](t, put, rows, row, position)
	defer func() {
		const want = "have position -1 of example 0, want 0 or more"
		if r := recover(); r != want {
			t.Errorf("have panic %v, want %s", r, want)
		}
	}()
	c.forward()
}

// recurrent is an op of whole sequences (x, w, b), or (x, w, b, state).
func recurrent(c ops.Cell) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		var state *G.Node
		if len(in) == 4 {
			state = in[3]
		}
		return ops.Recurrent(c, in[0], in[1], in[2], nil, state, 0)
	}
}

// finalState is the state after the last step of recurrent.
func finalState(c ops.Cell) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		y, err := recurrent(c)(in...)
		if err != nil {
			return nil, err
		}
		return ops.FinalState(y)
	}
}

// normedRecurrent is one of (x, w, b, gain), or (x, w, b, gain, state).
func normedRecurrent(c ops.Cell) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) {
		var state *G.Node
		if len(in) == 5 {
			state = in[4]
		}
		return ops.Recurrent(c, in[0], in[1], in[2], in[3], state, normedEps)
	}
}

const normedEps = 1e-3

// A recurrence that is cut in two with the state carried over is the whole.
func TestRecurrenceInParts(t *testing.T) {
	const n, steps, h = 2, 7, 9
	recurrence := recurrent(ops.Elman)
	x := optest.Input{Shape: []int{n, steps, h}, Float: normals(n*steps*h, 1)}
	w := optest.Input{Shape: []int{h, h}, Float: normals(h*h, 2)}
	b := optest.Input{Shape: []int{h}, Float: normals(h, 4)}
	state := optest.Input{Shape: []int{n, h}, Float: normals(n*h, 3)}
	_, y := optest.Run(t, recurrence, x, w, b, state)
	part := func(lo, hi int, state optest.Input) []float64 {
		p := optest.Input{Shape: []int{n, hi - lo, h}}
		for i := range n {
			p.Float = append(p.Float, x.Float[(i*steps+lo)*h:(i*steps+hi)*h]...)
		}
		_, y := optest.Run(t, recurrence, p, w, b, state)
		return y
	}
	first := part(0, 3, state)
	carried := optest.Input{Shape: []int{n, h}}
	for i := range n {
		carried.Float = append(carried.Float, first[(i*3+2)*h:][:h]...)
	}
	second := part(3, steps, carried)
	for i := range n {
		if !slices.Equal(y[i*steps*h:][:3*h], first[i*3*h:][:3*h]) || !slices.Equal(y[(i*steps+3)*h:][:4*h], second[i*4*h:][:4*h]) {
			t.Errorf("example %d: the parts are not the whole", i)
		}
	}
}

func taps(k, dilation int) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.Taps(in[0], in[1], k, dilation) }
}

// The rows hold the latest of a sequence of ones, twos, threes ...: what a filter sees
// at each position is what it sees of the sequence.
func TestTaps(t *testing.T) {
	const k, dilation, size = 3, 2, 6
	rows := optest.Input{Shape: []int{1, size, 1}, Float: make([]float64, size)}
	for p := range 20 {
		rows.Float[p%size] = float64(p + 1)
		_, y := optest.Run(t, taps(k, dilation), rows, optest.Input{Shape: []int{1, 1}, Int: []int{p}})
		want := []float64{max(0, float64(p-3)), max(0, float64(p-1)), float64(p + 1)}
		if !slices.Equal(y, want) {
			t.Errorf("position %d: have %v, want %v", p, y, want)
		}
	}
	optest.Gradient(t, taps(2, 3), optest.Input{Shape: []int{2, 5, 3}}, optest.Input{Shape: []int{2, 1}, Int: []int{7, 1}})
	wantError(t, func(in ...*G.Node) (*G.Node, error) { return ops.Taps(in[0], in[1], 3, 2) }, "taps: have positions of type float32, want int", []int{1, 5, 1}, []int{1, 1})
}

// cells are the recurrent layers, with their equations in plain loops: one step of one
// example, from what the product of the state before brings to the state after it.
var cells = map[string]struct {
	ops.Cell
	step func(h int, x, q, before []float64) []float64
}{
	"elman": {ops.Elman, func(h int, x, q, _ []float64) []float64 {
		next := plus(x, q)
		for j := range next {
			next[j] = math.Tanh(next[j])
		}
		return next
	}},
	"elman, relu": {ops.ElmanRelu, func(h int, x, q, _ []float64) []float64 {
		next := plus(x, q)
		for j := range next {
			next[j] = max(0, next[j])
		}
		return next
	}},
	"lstm": {ops.LSTM, func(h int, x, q, before []float64) []float64 {
		a, next := plus(x, q), make([]float64, 2*h)
		for j := range h {
			next[h+j] = sigmoid(a[h+j])*before[h+j] + sigmoid(a[j])*math.Tanh(a[2*h+j])
			next[j] = sigmoid(a[3*h+j]) * math.Tanh(next[h+j])
		}
		return next
	}},
	"gru": {ops.GRU, func(h int, x, q, before []float64) []float64 {
		next := make([]float64, h)
		for j := range h {
			r, z := sigmoid(x[j]+q[j]), sigmoid(x[h+j]+q[h+j])
			next[j] = (1-z)*math.Tanh(x[2*h+j]+r*q[2*h+j]) + z*before[j]
		}
		return next
	}},
}

func TestRecurrentGradients(t *testing.T) {
	const n, h = 3, 3
	for name, c := range cells {
		for _, steps := range []int{1, 4} {
			g := c.Gates * h
			in := []optest.Input{{Shape: []int{n, steps, g}}, {Shape: []int{h, g}}, {Shape: []int{g}}}
			gain, state := optest.Input{Shape: []int{g}}, optest.Input{Shape: []int{n, c.Parts * h}}
			t.Run(fmt.Sprintf("%s, %d steps", name, steps), func(t *testing.T) {
				optest.Gradient(t, recurrent(c.Cell), in...)
				optest.Gradient(t, recurrent(c.Cell), append(slices.Clone(in), state)...)
				optest.Gradient(t, normedRecurrent(c.Cell), append(slices.Clone(in), gain)...)
				optest.Gradient(t, normedRecurrent(c.Cell), append(slices.Clone(in), gain, state)...)
			})
		}
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func plus(a, b []float64) []float64 {
	sum := slices.Clone(a)
	for i, v := range b {
		sum[i] += v
	}
	return sum
}

// times is the vector x times the matrix w, which has the given number of columns.
func times(x, w []float64, columns int) []float64 {
	y := make([]float64, columns)
	for i, v := range x {
		for j := range y {
			y[j] += v * w[i*columns+j]
		}
	}
	return y
}

// normalised is q with mean 0 and variance 1, but for eps, times gain.
func normalised(q, gain []float64) []float64 {
	mean, variance := momentsOf(q, 1)
	y := make([]float64, len(q))
	for i, v := range q {
		y[i] = (v - mean) / math.Sqrt(variance+normedEps) * gain[i]
	}
	return y
}

// A layer is what its equations say, from zeros and from a state, with and without a norm.
func TestRecurrentEqualsPlainLoops(t *testing.T) {
	const n, h = 5, 9
	for name, c := range cells {
		for _, steps := range []int{1, 6} {
			g, p := c.Gates*h, c.Parts*h
			x := optest.Input{Shape: []int{n, steps, g}, Float: normals(n*steps*g, 1)}
			w := optest.Input{Shape: []int{h, g}, Float: normals(h*g, 2)}
			b := optest.Input{Shape: []int{g}, Float: normals(g, 4)}
			gain := optest.Input{Shape: []int{g}, Float: normals(g, 5)}
			state := optest.Input{Shape: []int{n, p}, Float: normals(n*p, 3)}
			for which := range 4 {
				normed, stateful := which&1 > 0, which&2 > 0
				op, in := recurrent(c.Cell), []optest.Input{x, w, b}
				if normed {
					op, in = normedRecurrent(c.Cell), append(in, gain)
				}
				if stateful {
					in = append(in, state)
				}
				var want, final []float64
				for i := range n {
					last := make([]float64, p)
					if stateful {
						last = state.Float[i*p:][:p]
					}
					for s := range steps {
						q := times(last[:h], w.Float, g)
						if normed {
							q = normalised(q, gain.Float)
						}
						last = c.step(h, x.Float[(i*steps+s)*g:][:g], plus(q, b.Float), last)
						want = append(want, last[:h]...)
					}
					final = append(final, last...)
				}
				name := fmt.Sprintf("%s, %d steps, normed %v, stateful %v", name, steps, normed, stateful)
				_, y := optest.Run(t, op, in...)
				closeTo(t, name+" in float64", y, want, 1e-11)
				closeTo(t, name+" in float32", wide(newCall[float32](t, op, in...).forward()), want, 1e-4)
				if !normed {
					_, state := optest.Run(t, finalState(c.Cell), in...)
					closeTo(t, name+", final state", state, final, 1e-11)
				}
			}
		}
	}
}

func TestRecurrentErrors(t *testing.T) {
	lstm := recurrent(ops.LSTM)
	wantError(t, lstm, "lstm: have input (2, 9, 10), want (N, T, 4·H)", []int{2, 9, 10}, []int{3, 10}, []int{10})
	wantError(t, lstm, "lstm: have input (2, 9, 12), weight (12, 3) and bias (12), want (N, T, 4·H), (H, 4·H) and (4·H)", []int{2, 9, 12}, []int{12, 3}, []int{12})
	wantError(t, lstm, "lstm: have state (3, 6), want (2, 6)", []int{2, 9, 12}, []int{3, 12}, []int{12}, []int{3, 6})
	wantError(t, normedRecurrent(ops.GRU), "gru: have gain (3), want (9)", []int{2, 5, 9}, []int{3, 9}, []int{9}, []int{3})
	wantError(t, func(in ...*G.Node) (*G.Node, error) { return ops.FinalState(in[0]) }, "final state: have another op, want a recurrent layer", []int{2, 5, 1})
	wantError(t, normedRecurrent(ops.Elman), "rnn, tanh: have 1 value to normalise, want at least 2: the result would not depend on it", []int{2, 5, 1}, []int{1, 1}, []int{1}, []int{1})
}

// A closed input gate and an open forget gate keep the cell of an LSTM to the bit, and an
// update gate of 1 the state of a GRU.
func TestGatesKeep(t *testing.T) {
	const n, steps, h = 2, 9, 4
	for name, open := range map[string][]float64{"lstm": {-1e4, 1e4, 1, 1}, "gru": {0, 1e4, 1}} {
		c := cells[name]
		x := optest.Input{Shape: []int{n, steps, c.Gates * h}}
		for range n * steps {
			for _, v := range open {
				x.Float = append(x.Float, slices.Repeat([]float64{v}, h)...)
			}
		}
		w := optest.Input{Shape: []int{h, c.Gates * h}, Float: normals(h*c.Gates*h, 2)}
		b := optest.Input{Shape: []int{c.Gates * h}, Float: make([]float64, c.Gates*h)}
		state := optest.Input{Shape: []int{n, c.Parts * h}, Float: normals(n*c.Parts*h, 3)}
		_, final := optest.Run(t, finalState(c.Cell), x, w, b, state)
		for i := range n {
			for j := (c.Parts - 1) * h; j < c.Parts*h; j++ {
				if have, want := final[i*c.Parts*h+j], state.Float[i*c.Parts*h+j]; have != want {
					t.Errorf("%s: have state %v at the end, want %v", name, have, want)
				}
			}
		}
	}
}

func gatedTanh(in ...*G.Node) (*G.Node, error) {
	if len(in) == 1 {
		return ops.GatedTanh(in[0], nil)
	}
	return ops.GatedTanh(in[0], in[1])
}

func TestGatedTanh(t *testing.T) {
	x := optest.Input{Shape: []int{2, 3, 10}, Float: normals(60, 1)}
	shift := optest.Input{Shape: []int{2, 10}, Float: normals(20, 2)}
	for name, in := range map[string][]optest.Input{"alone": {x}, "shifted": {x, shift}} {
		var want []float64
		for at := 0; at < len(x.Float); at += 10 {
			for j := range 5 {
				a, b := x.Float[at+j], x.Float[at+5+j]
				if len(in) == 2 {
					a, b = a+shift.Float[at/30*10+j], b+shift.Float[at/30*10+5+j]
				}
				want = append(want, math.Tanh(a)*sigmoid(b))
			}
		}
		_, y := optest.Run(t, gatedTanh, in...)
		closeTo(t, name+" in float64", y, want, 1e-12)
		closeTo(t, name+" in float32", wide(newCall[float32](t, gatedTanh, in...).forward()), want, 1e-6)
		optest.Gradient(t, gatedTanh, in...)
	}
	wantError(t, gatedTanh, "gated tanh: have input (2, 3, 9), want (N, T, 2·C)", []int{2, 3, 9})
	wantError(t, gatedTanh, "gated tanh, shifted: have shift (2, 5), want (2, 10)", []int{2, 3, 10}, []int{2, 5})
}

func delay(by int) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.Delay(in[0], by) }
}

func TestDelay(t *testing.T) {
	x := optest.Input{Shape: []int{2, 3, 1}, Float: []float64{1, 2, 3, 4, 5, 6}}
	for by, want := range map[int][]float64{0: {1, 2, 3, 4, 5, 6}, 1: {0, 1, 2, 0, 4, 5}, 5: make([]float64, 6)} {
		if _, y := optest.Run(t, delay(by), x); !slices.Equal(y, want) {
			t.Errorf("by %d: have %v, want %v", by, y, want)
		}
		optest.Gradient(t, delay(by), optest.Input{Shape: []int{2, 4, 3}})
	}
}

func embeddingOf(k int) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.EmbeddingOf(in[0], in[1], k) }
}

func TestEmbeddingOf(t *testing.T) {
	tokens := optest.Input{Shape: []int{1, 3}, Int: []int{1, -1, 0}}
	tables := optest.Input{Shape: []int{2, 2, 1}, Float: []float64{1, 2, 3, 4}}
	if _, y := optest.Run(t, embeddingOf(1), tokens, tables); !slices.Equal(y, []float64{4, 0, 3}) {
		t.Errorf("have %v, want 4 0 3", y)
	}
	optest.Gradient(t, embeddingOf(0), tokens, optest.Input{Shape: []int{2, 3, 4}})
	optest.Gradient(t, embeddingOf(1), tokens, optest.Input{Shape: []int{2, 3, 4}})
}

func TestWeightNorm(t *testing.T) {
	weightNorm := func(in ...*G.Node) (*G.Node, error) { return ops.WeightNorm(in[0], in[1]) }
	optest.Gradient(t, weightNorm, optest.Input{Shape: []int{2, 3, 4}}, optest.Input{Shape: []int{1, 1, 4}})
	optest.Gradient(t, weightNorm, optest.Input{Shape: []int{5, 3}}, optest.Input{Shape: []int{1, 3}})
	v := optest.Input{Shape: []int{3, 2}, Float: []float64{3, 0, 4, 0, 0, 0}}
	_, y := optest.Run(t, weightNorm, v, optest.Input{Shape: []int{1, 2}, Float: []float64{10, 7}})
	closeTo(t, "of lengths 10 and 7", y, []float64{6, 0, 8, 0, 0, 0}, 1e-12)
}
