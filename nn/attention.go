package nn

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// AttentionOptions say who sees whom: see the fields. The zero value but for Heads is
// that of an encoder, in which every position sees all.
type AttentionOptions struct {
	Heads   int
	Causal  bool    // no position sees what comes later
	Context int     // of a causal one: the longest sequence; a program of steps carries keys and values for it
	Lengths *G.Node // integers (N) or (N, 1): how many positions of each example are seen, from the first on; nil: all
	Bias    *G.Node // (heads, Tq, Tk), or (B, heads, Tq, Tk) with B a divisor of N: added to the scores; nil: nothing
}

func (o AttentionOptions) op() ops.AttentionOptions {
	return ops.AttentionOptions{Heads: o.Heads, Causal: o.Causal, Lengths: o.Lengths, Bias: o.Bias}
}

// Attention is multi-head self-attention of tokens x (N, T, D): each asks those that it
// sees, in each of the heads with D/heads channels of its own, and sums up their answers
// (Vaswani et al. 2017). The result is (N, T, D).
//
// It has two layers of weights: the three projections, in one matrix, and out_proj
// after the heads, which is the only one that is the last of a branch where the scope
// says Last. Each of the three projections has D inputs and D outputs, for the
// initialisations. The multiply-adds are those of the layers and of the two
// products in between, of queries with keys and of probabilities with values.
func Attention(s *Scope, x *G.Node, o AttentionOptions) *G.Node {
	_, t, d := s.tokens(x)
	if o.Heads < 1 || d%o.Heads != 0 {
		s.Fail(fmt.Errorf("attention: have %d heads for tokens %v, want a divisor of %d", o.Heads, x.Shape(), d))
	}
	in := *s
	in.branch.last = false
	x = in.fixupBias("bias_in", x)
	w := in.weight("in_proj_weight", Layout{kind: matrix}, d, d, d, 3*d)
	qkv := s.Must(ops.Linear(x, w, in.bias("in_proj_bias", 3*d, func(int) int { return d }))) // (N, T, 3·D)
	qkv = s.record(Layer{Op: "queries, keys, values", MACs: t * d * 3 * d}, qkv, field{}, x)
	s.weighted[s.In("in_proj_weight").path] = qkv
	var y *G.Node
	keys := t
	if s.Stepping() {
		y, keys = s.attendCarried(qkv, o), o.Context
	} else {
		y = s.Must(ops.Attention(qkv, o.op()))
	}
	y = s.record(Layer{Op: fmt.Sprintf("attention, %d heads", o.Heads), MACs: 2 * t * keys * d}, y, field{}, qkv)
	return Linear(s.In("out_proj"), y, d)
}

// attendCarried is the attention of one position, whose queries, keys and values are
// side by side in qkv (N, 1, 3·D), to itself and the positions before, whose keys and
// values are carried: (N, 1, D).
func (s *Scope) attendCarried(qkv *G.Node, o AttentionOptions) *G.Node {
	switch {
	case !o.Causal:
		s.Fail(errors.New("attention: a position sees what comes later, so that the network cannot go step by step"))
	case o.Lengths != nil || o.Bias != nil:
		s.Fail(errors.New("attention: lengths and biases are not for programs of steps"))
	case o.Context < 1:
		s.Fail(fmt.Errorf("attention: have a context of %d positions, want at least 1 for a program of steps", o.Context))
	}
	d := qkv.Shape()[2] / 3
	part := func(i int) *G.Node { return s.Must(ops.Columns(qkv, i*d, (i+1)*d)) }
	position := s.stepPositions(o.Context)
	all := func(name string, row *G.Node) *G.Node {
		c := s.Carry(name, o.Context, d)
		c.Push(s, row)
		return s.Must(ops.Put(c.Now(), row, position))
	}
	keys, values := all("keys", part(1)), all("values", part(2))
	return s.Must(ops.AttentionOf(part(0), keys, values, ops.AttentionOptions{Heads: o.Heads, Lengths: s.seenPositions()}))
}

// AttentionOf is multi-head attention of queries q (N, Tq, D) to keys k (N, Tk, D) with
// values v (N, Tk, E), without projections: (N, Tq, E).
func AttentionOf(s *Scope, q, k, v *G.Node, o AttentionOptions) *G.Node {
	if s.Stepping() && o.Causal {
		s.Fail(errors.New("attention: only Attention carries keys and values in a program of steps"))
	}
	y := s.Must(ops.AttentionOf(q, k, v, o.op()))
	scores := q.Shape()[1] * k.Shape()[1]
	return s.record(Layer{Op: fmt.Sprintf("attention, %d heads", o.Heads), MACs: scores * (q.Shape()[2] + v.Shape()[2])}, y, field{}, q, k, v)
}
