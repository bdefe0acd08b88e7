package nn

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// Attention is multi-head self-attention of tokens x (N, T, D): in each of the heads,
// which have D/heads channels each, the output at a token is a mean of the values of all
// tokens, weighted by how its query matches their keys (Vaswani et al. 2017). The result
// is (N, T, D).
//
// It has two layers of weights: the three projections, in one matrix (D, 3·D), and
// out_proj after the heads, (D, D). In a branch whose scope says Last, only out_proj is
// the last layer. For the initialisations, each of the three projections has D inputs
// and D outputs. The multiply-adds are those of the layers and of the two products in
// between, of queries with keys and of probabilities with values.
func Attention(s *Scope, x *G.Node, heads int) *G.Node {
	_, t, d := s.tokens(x)
	if heads < 1 || d%heads != 0 {
		s.Fail(fmt.Errorf("attention: have %d heads for tokens %v, want a divisor of %d", heads, x.Shape(), d))
	}
	in := *s
	in.branch.last = false
	x = in.fixupBias("bias_in", x)
	w := in.weight("in_proj_weight", Layout{kind: matrix}, d, d, d, 3*d)
	qkv := s.Must(ops.Linear(x, w, in.bias("in_proj_bias", 3*d, func(int) int { return d }))) // (N, T, 3·D)
	qkv = s.record(Layer{Op: "queries, keys, values", MACs: t * d * 3 * d}, qkv, field{}, x)
	s.outputs[s.In("in_proj_weight").path] = qkv
	y := s.Must(ops.Attention(qkv, ops.AttentionOptions{Heads: heads}))
	y = s.record(Layer{Op: fmt.Sprintf("attention, %d heads", heads), MACs: 2 * t * t * d}, y, field{}, qkv)
	return Linear(s.In("out_proj"), y, d)
}
