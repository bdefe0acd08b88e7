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

func attention(heads int) optest.Op {
	return func(in ...*G.Node) (*G.Node, error) { return ops.Attention(in[0], ops.AttentionOptions{Heads: heads}) }
}

func TestAttentionGradient(t *testing.T) {
	x := optest.Input{Shape: []int{2, 5, 12}}
	optest.Gradient(t, attention(1), x)
	optest.Gradient(t, attention(2), x)
	optest.Gradient(t, attention(4), x)
}

func normals(n int, seed uint64) []float64 {
	r, v := rand.New(rand.NewPCG(seed, 1)), make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return v
}

// plainAttention is the formula, term by term, with its gradient for the output's
// gradient dy, for queries, keys and values side by side.
func plainAttention(n, t, d, heads int, x, dy []float64) (y, dx []float64) {
	in := make([]optest.Input, 3)
	for i := range n * t {
		for part := range in {
			in[part].Float = append(in[part].Float, x[(i*3+part)*d:][:d]...)
		}
	}
	y, grads := look{n: n, tq: t, tk: t, d: d, e: d, heads: heads}.plain(in, dy)
	for i := range n * t {
		for part := range in {
			dx = append(dx, grads[part][i*d:][:d]...)
		}
	}
	return y, dx
}

// The sizes are those of no vector, of a vision transformer, and of more scores than
// there is room for at once.
func TestAttentionEqualsPlainLoop(t *testing.T) {
	for _, c := range []struct{ n, t, d, heads int }{{2, 5, 12, 3}, {1, 1, 4, 2}, {2, 197, 128, 2}, {1, 301, 20, 1}} {
		x := optest.Input{Shape: []int{c.n, c.t, 3 * c.d}, Float: normals(c.n*c.t*3*c.d, 3)}
		k32, k64 := newCall[float32](t, attention(c.heads), x), newCall[float64](t, attention(c.heads), x)
		y, dx := plainAttention(c.n, c.t, c.d, c.heads, x.Float, k64.upstream().V)
		closeTo(t, "float64", k64.forward(), y, 1e-12)
		closeTo(t, "float64 gradient", k64.grads(k64.upstream())[0].V, dx, 1e-12)
		closeTo(t, "float32", wide(k32.forward()), y, 1e-5)
		closeTo(t, "float32 gradient", wide(k32.grads(k32.upstream())[0].V), dx, 1e-5)
	}
}

func wide(v []float32) (w []float64) {
	for _, x := range v {
		w = append(w, float64(x))
	}
	return w
}

// packed puts queries, keys and values (T, D) side by side.
func packed(t, d int, parts ...[]float64) optest.Input {
	x := optest.Input{Shape: []int{1, t, 3 * d}}
	for token := range t {
		for _, p := range parts {
			x.Float = append(x.Float, p[token*d:][:d]...)
		}
	}
	return x
}

// Rows of probabilities sum to 1: values that are all equal come out. Equal keys
// have equal probabilities: the mean of the values comes out.
func TestAttentionAverages(t *testing.T) {
	const tokens, d = 21, 8
	q, k, v := normals(tokens*d, 1), normals(tokens*d, 2), normals(tokens*d, 3)
	_, y := optest.Run(t, attention(2), packed(tokens, d, q, k, slices.Repeat(v[:d], tokens)))
	closeTo(t, "equal values", y, slices.Repeat(v[:d], tokens), 1e-14)

	_, y = optest.Run(t, attention(2), packed(tokens, d, q, slices.Repeat(k[:d], tokens), v))
	mean := make([]float64, d)
	for i, x := range v {
		mean[i%d] += x / tokens
	}
	closeTo(t, "equal keys", y, slices.Repeat(mean, tokens), 1e-14)

	// Scores of thousands make no infinity: the largest takes all.
	huge := slices.Clone(q)
	for i := range huge {
		huge[i] *= 1e4
	}
	_, y = optest.Run(t, attention(1), packed(tokens, d, huge, huge, v))
	best := make([]float64, 0, tokens*d)
	for i := range tokens {
		top, at := math.Inf(-1), 0
		for j := range tokens {
			s := 0.0
			for c := range d {
				s += q[i*d+c] * q[j*d+c]
			}
			if s > top {
				top, at = s, j
			}
		}
		best = append(best, v[at*d:][:d]...)
	}
	closeTo(t, "huge scores", y, best, 1e-12)
}

// Heads are attentions of their own, side by side.
func TestAttentionHeads(t *testing.T) {
	const tokens, d, heads = 17, 12, 3
	q, k, v := normals(tokens*d, 1), normals(tokens*d, 2), normals(tokens*d, 3)
	_, y := optest.Run(t, attention(heads), packed(tokens, d, q, k, v))
	for h := range heads {
		cut := func(x []float64) (part []float64) {
			for i := range tokens {
				part = append(part, x[i*d+h*d/heads:][:d/heads]...)
			}
			return part
		}
		_, one := optest.Run(t, attention(1), packed(tokens, d/heads, cut(q), cut(k), cut(v)))
		closeTo(t, "head", cut(y), one, 1e-14)
	}
}

// Without positions the order of the tokens means nothing: attention of permuted
// tokens is the permuted attention.
func TestAttentionPermutes(t *testing.T) {
	const n, tokens, d = 2, 19, 8
	x := optest.Input{Shape: []int{n, tokens, 3 * d}, Float: normals(n*tokens*3*d, 5)}
	order := rand.New(rand.NewPCG(2, 2)).Perm(tokens)
	permuted := func(v []float64, width int) (p []float64) {
		for example := range n {
			for _, i := range order {
				p = append(p, v[(example*tokens+i)*width:][:width]...)
			}
		}
		return p
	}
	_, y := optest.Run(t, attention(2), x)
	_, z := optest.Run(t, attention(2), optest.Input{Shape: x.Shape, Float: permuted(x.Float, 3*d)})
	closeTo(t, "permuted", z, permuted(y, d), 1e-13)
}
