package nn

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/internal/ops"
)

// An Embedding is a table of vectors, one a token. It is a value, since it is used twice
// where the logits are tied to it (Press & Wolf 2016).
type Embedding struct {
	table     *G.Node // (size, dim)
	size, dim int
}

// NewEmbedding makes the parameter weight (size, dim) of a scope, drawn from a normal
// distribution of standard deviation std: 0.02 in GPT-2 (Radford et al. 2019), 1/√dim in
// Vaswani et al. 2017, 1 in PyTorch.
func NewEmbedding(s *Scope, size, dim int, std float64) Embedding {
	if size < 1 || dim < 1 {
		s.Fail(fmt.Errorf("embedding: have %d tokens of %d values, want positive sizes", size, dim))
	}
	table := s.param("weight", spec{kind: Weight, layout: Layout{}, init: normal(func(int, int) float64 { return std }).fill, in: 1, out: dim, shape: []int{size, dim}})
	return Embedding{table, size, dim}
}

// Look is the vector of each of the tokens (N, ...), which are integers from 0 to
// size−1 (−1: a vector of zeros): (N, ..., dim).
func (e Embedding) Look(s *Scope, tokens *G.Node) *G.Node {
	y := s.Must(ops.Embedding(tokens, e.table))
	return s.record(Layer{Op: fmt.Sprintf("embedding of %d", e.size)}, y, field{})
}

// Logits are the products of x (N, ..., dim) with the vectors of all tokens:
// (N, ..., size).
func (e Embedding) Logits(s *Scope, x *G.Node) *G.Node {
	y := s.Must(ops.LinearTransposed(x, e.table, nil))
	rows := y.Shape().TotalSize() / y.Shape()[0]
	return s.record(Layer{Op: "logits of the embedding", MACs: rows * e.dim}, y, field{}, x)
}
