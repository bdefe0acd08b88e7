package ops_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
	"zoo/internal/ops/optest"
)

// A look is a case of attention: the sizes, and who sees whom.
type look struct {
	n, tq, tk, d, e, heads int
	causal                 bool
	lengths                []int // nil: all keys
	biases                 int   // how many examples or groups of them have a bias; 0: none has
	oneBias                bool  // without the axis of the groups
}

func (l look) op(in ...*G.Node) (*G.Node, error) {
	o := ops.AttentionOptions{Heads: l.heads, Causal: l.causal}
	rest := in[3:]
	if l.lengths != nil {
		o.Lengths, rest = rest[0], rest[1:]
	}
	if l.biases > 0 {
		o.Bias = rest[0]
	}
	return ops.AttentionOf(in[0], in[1], in[2], o)
}

func (l look) inputs() []optest.Input {
	in := []optest.Input{
		{Shape: []int{l.n, l.tq, l.d}, Float: normals(l.n*l.tq*l.d, 1)},
		{Shape: []int{l.n, l.tk, l.d}, Float: normals(l.n*l.tk*l.d, 2)},
		{Shape: []int{l.n, l.tk, l.e}, Float: normals(l.n*l.tk*l.e, 3)},
	}
	if l.lengths != nil {
		in = append(in, optest.Input{Shape: []int{l.n}, Int: l.lengths})
	}
	if l.biases > 0 {
		shape := []int{l.biases, l.heads, l.tq, l.tk}
		if l.oneBias {
			shape = shape[1:]
		}
		in = append(in, optest.Input{Shape: shape, Float: normals(l.biases*l.heads*l.tq*l.tk, 4)})
	}
	return in
}

// plain is the formula, term by term, with the gradients of the inputs for the
// output's gradient dy.
func (l look) plain(in []optest.Input, dy []float64) (y []float64, grads [][]float64) {
	q, k, v := in[0].Float, in[1].Float, in[2].Float
	y = make([]float64, l.n*l.tq*l.e)
	dq, dk, dv := make([]float64, len(q)), make([]float64, len(k)), make([]float64, len(v))
	var bias, dbias []float64
	if l.biases > 0 {
		bias = in[len(in)-1].Float
		dbias = make([]float64, len(bias))
	}
	d, e := l.d/l.heads, l.e/l.heads
	root := math.Sqrt(float64(d))
	for i := range l.n {
		limit := l.tk
		if l.lengths != nil {
			limit = l.lengths[i]
		}
		for h := range l.heads {
			atQ := func(r, j int) int { return (i*l.tq+r)*l.d + h*d + j }
			atK := func(c, j int) int { return (i*l.tk+c)*l.d + h*d + j }
			atV := func(c, j int) int { return (i*l.tk+c)*l.e + h*e + j }
			atY := func(r, j int) int { return (i*l.tq+r)*l.e + h*e + j }
			atB := func(r, c int) int { return ((i/(l.n/l.biases)*l.heads+h)*l.tq+r)*l.tk + c }
			for r := range l.tq {
				sees := func(c int) bool { return c < limit && !(l.causal && c > r+l.tk-l.tq) }
				p, sum, mean := make([]float64, l.tk), 0.0, 0.0
				for c := range l.tk {
					if !sees(c) {
						continue
					}
					for j := range d {
						p[c] += q[atQ(r, j)] * k[atK(c, j)] / root
					}
					if l.biases > 0 {
						p[c] += bias[atB(r, c)]
					}
					p[c] = math.Exp(p[c])
					sum += p[c]
				}
				dp := make([]float64, l.tk)
				for c := range l.tk {
					if !sees(c) {
						continue
					}
					p[c] /= sum
					for j := range e {
						y[atY(r, j)] += p[c] * v[atV(c, j)]
						dv[atV(c, j)] += p[c] * dy[atY(r, j)]
						dp[c] += dy[atY(r, j)] * v[atV(c, j)]
					}
					mean += p[c] * dp[c]
				}
				for c := range l.tk {
					ds := p[c] * (dp[c] - mean)
					for j := range d {
						dq[atQ(r, j)] += ds * k[atK(c, j)] / root
						dk[atK(c, j)] += ds * q[atQ(r, j)] / root
					}
					if l.biases > 0 && sees(c) {
						dbias[atB(r, c)] += ds
					}
				}
			}
		}
	}
	return y, [][]float64{dq, dk, dv, dbias}
}

var looks = map[string]look{
	"cross":           {n: 2, tq: 5, tk: 7, d: 12, e: 12, heads: 3},
	"wide values":     {n: 2, tq: 4, tk: 6, d: 4, e: 10, heads: 2},
	"causal":          {n: 2, tq: 9, tk: 9, d: 8, e: 8, heads: 2, causal: true},
	"causal, long":    {n: 1, tq: 150, tk: 150, d: 20, e: 20, heads: 1, causal: true}, // several blocks
	"one query":       {n: 3, tq: 1, tk: 11, d: 8, e: 8, heads: 2, causal: true, lengths: []int{11, 4, 1}},
	"one query, bias": {n: 2, tq: 1, tk: 11, d: 8, e: 12, heads: 2, biases: 2, lengths: []int{0, 9}},
	"later queries":   {n: 1, tq: 3, tk: 8, d: 8, e: 8, heads: 2, causal: true},
	"lengths":         {n: 4, tq: 6, tk: 6, d: 8, e: 8, heads: 2, lengths: []int{6, 0, 1, 5}},
	"lengths, causal": {n: 3, tq: 130, tk: 140, d: 8, e: 8, heads: 1, causal: true, lengths: []int{140, 3, 0}},
	"bias":            {n: 4, tq: 5, tk: 7, d: 8, e: 8, heads: 2, biases: 1, oneBias: true},
	"biases":          {n: 4, tq: 5, tk: 7, d: 8, e: 8, heads: 2, biases: 2, lengths: []int{7, 3, 0, 6}},
	"all":             {n: 2, tq: 70, tk: 80, d: 8, e: 12, heads: 2, biases: 2, causal: true, lengths: []int{80, 75}},
}

func TestAttentionOfEqualsPlainLoop(t *testing.T) {
	for name, l := range looks {
		t.Run(name, func(t *testing.T) {
			in := l.inputs()
			k32, k64 := newCall[float32](t, l.op, in...), newCall[float64](t, l.op, in...)
			y, grads := l.plain(in, k64.upstream().V)
			closeTo(t, "float64", k64.forward(), y, 1e-12)
			closeTo(t, "float32", wide(k32.forward()), y, 1e-5)
			g64, g32 := k64.grads(k64.upstream()), k32.grads(k32.upstream())
			for i, x := range []int{0, 1, 2, len(in) - 1} {
				if grads[i] != nil {
					closeTo(t, "float64 gradient", g64[x].V, grads[i], 1e-12)
					closeTo(t, "float32 gradient", wide(g32[x].V), grads[i], 1e-5)
				}
			}
		})
	}
}

func TestAttentionOfGradient(t *testing.T) {
	for _, l := range []look{
		{n: 1, tq: 2, tk: 3, d: 4, e: 6, heads: 2},
		{n: 2, tq: 2, tk: 3, d: 2, e: 2, heads: 1, causal: true, lengths: []int{3, 2}, biases: 1},
	} {
		optest.Gradient(t, l.op, l.inputs()...)
	}
}

// Queries, keys and values side by side give the bits of three tensors.
func TestPackedAttentionIsTheSame(t *testing.T) {
	const n, tokens, d, heads = 2, 90, 12, 3
	for _, causal := range []bool{false, true} {
		l := look{n: n, tq: tokens, tk: tokens, d: d, e: d, heads: heads, causal: causal}
		in := l.inputs()
		x := optest.Input{Shape: []int{n, tokens, 3 * d}}
		for i := range n * tokens {
			for _, part := range in {
				x.Float = append(x.Float, part.Float[i*d:][:d]...)
			}
		}
		apart := newCall[float32](t, l.op, in...)
		together := newCall[float32](t, func(in ...*G.Node) (*G.Node, error) {
			return ops.Attention(in[0], ops.AttentionOptions{Heads: heads, Causal: causal})
		}, x)
		if !slices.Equal(apart.forward(), together.forward()) {
			t.Errorf("causal %v: the outputs differ", causal)
		}
		parts, whole := apart.grads(apart.upstream()), together.grads(together.upstream())[0].V
		for i := range n * tokens {
			for part := range 3 {
				if !slices.Equal(parts[part].V[i*d:][:d], whole[(i*3+part)*d:][:d]) {
					t.Fatalf("causal %v: the gradients of token %d differ in part %d", causal, i, part)
				}
			}
		}
	}
}

// What comes later, and what lies beyond the length, changes no bit.
func TestAttentionSeesNoMore(t *testing.T) {
	l := look{n: 2, tq: 150, tk: 150, d: 8, e: 8, heads: 2, causal: true, lengths: []int{150, 120}}
	in := l.inputs()
	before := newCall[float32](t, l.op, in...).forward()
	r := rand.New(rand.NewPCG(7, 7))
	const from = 100
	for _, x := range in[1:3] {
		for i := range l.n {
			for j := from * 8; j < 150*8; j++ {
				x.Float[i*150*8+j] = 100 * r.NormFloat64()
			}
		}
	}
	after := newCall[float32](t, l.op, in...).forward()
	for i := range l.n {
		if at := i * 150 * 8; !slices.Equal(before[at:at+from*8], after[at:at+from*8]) {
			t.Errorf("example %d: outputs before position %d changed", i, from)
		}
	}
	if at := 149 * 8; slices.Equal(before[at:at+8], after[at:at+8]) {
		t.Error("the last output has not changed")
	}
	in = l.inputs()
	for j := 120 * 8; j < 150*8; j++ { // of example 1
		in[1].Float[150*8+j], in[2].Float[150*8+j] = math.NaN(), math.NaN()
	}
	beyond := newCall[float32](t, l.op, in...).forward()
	if !slices.Equal(before, beyond) {
		t.Error("keys and values beyond the length changed outputs")
	}
}

func TestAttentionOfErrors(t *testing.T) {
	of := func(o ops.AttentionOptions) optest.Op {
		return func(in ...*G.Node) (*G.Node, error) { return ops.AttentionOf(in[0], in[1], in[2], o) }
	}
	biased := func(in ...*G.Node) (*G.Node, error) {
		return ops.AttentionOf(in[0], in[1], in[2], ops.AttentionOptions{Heads: 2, Bias: in[3]})
	}
	q, k := []int{2, 3, 4}, []int{2, 2, 4}
	wantError(t, of(ops.AttentionOptions{Heads: 2}), "attention: have queries (2, 3, 4), keys (2, 2, 6) and values (2, 2, 4), want (N, Tq, D), (N, Tk, D) and (N, Tk, E)", q, []int{2, 2, 6}, k)
	wantError(t, of(ops.AttentionOptions{Heads: 0}), "attention: have 0 heads for 4 channels, want heads of equal size", q, k, k)
	wantError(t, of(ops.AttentionOptions{Heads: 2}), "attention: have 2 heads for 5 channels of values, want heads of equal size", q, k, []int{2, 2, 5})
	wantError(t, of(ops.AttentionOptions{Heads: 2, Causal: true}), "attention: causal: have 3 queries and 2 keys, want no more queries than keys", q, k, k)
	wantError(t, biased, "attention: have bias (2, 3, 3), want (2, 3, 2), or the same for each of B parts of the 2 examples, (B, ...)", q, k, k, []int{2, 3, 3})
	wantError(t, func(in ...*G.Node) (*G.Node, error) {
		return ops.AttentionOf(in[0], in[1], in[2], ops.AttentionOptions{Heads: 2, Lengths: in[3]})
	}, "attention: have lengths of type float32, want int", q, k, k, []int{2})
}
