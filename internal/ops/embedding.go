package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/internal/f32"
)

// Embedding is the row of table (V, D) that each of the tokens (...) names: (..., D).
// tokens are integers from 0 to V−1, and −1 is a row of zeros.
func Embedding(tokens, table *G.Node) (*G.Node, error) {
	if err := wantIntegers("embedding", "tokens", tokens); err != nil {
		return nil, err
	}
	return Apply(embedding[float32]{}, embedding[float64]{}, tokens, table)
}

// EmbeddingOf is Embedding with table k of several, tables (K, V, D).
func EmbeddingOf(tokens, tables *G.Node, k int) (*G.Node, error) {
	if err := wantIntegers("embedding", "tokens", tokens); err != nil {
		return nil, err
	}
	return Apply(embedding[float32]{true, k}, embedding[float64]{true, k}, tokens, tables)
}

type embedding[F f32.Float] struct {
	several bool
	k       int // which of several tables
}

func (embedding[F]) Name() string { return "embedding" }
func (embedding[F]) Batched() int { return 1 }

func (o embedding[F]) Shape(in []tensor.Shape) (tensor.Shape, error) {
	tokens, table := in[0], in[1]
	if o.several {
		if tokens.Dims() < 1 || table.Dims() != 3 || o.k < 0 || o.k >= table[0] {
			return nil, fmt.Errorf("have tokens %v and table %d of tables %v, want (N, ...) and one of (K, V, D)", tokens, o.k, table)
		}
	} else if tokens.Dims() < 1 || table.Dims() != 2 {
		return nil, fmt.Errorf("have tokens %v and table %v, want (N, ...) and (V, D)", tokens, table)
	}
	return append(tokens.Clone(), channels(table)), nil
}

// of is the table in the values of all.
func (o embedding[F]) of(all []F, shape tensor.Shape) (table []F, rows, d int) {
	rows, d = shape[shape.Dims()-2], channels(shape)
	return all[o.k*rows*d:][:rows*d], rows, d
}

func (o embedding[F]) Forward(_ *Ctx[F], out Tensor[F], in []Tensor[F]) {
	table, rows, d := o.of(in[1].V, in[1].Shape)
	for i, token := range in[0].I {
		y := out.V[i*d:][:d]
		switch {
		case token >= 0 && token < rows:
			copy(y, table[token*d:])
		case token == -1:
			clear(y)
		default:
			panic(fmt.Sprintf("have token %d at place %d, want one from 0 to %d, or -1 for none", token, i, rows-1))
		}
	}
}

func (embedding[F]) Reads() ([]int, bool) { return []int{0}, false }

// Backward adds up the gradients of each row in the order of its tokens: the columns
// are cut, and not the tokens.
func (o embedding[F]) Backward(_ *Ctx[F], din []Tensor[F], dout, _ Tensor[F], in []Tensor[F]) {
	all := din[1].V
	if all == nil {
		return
	}
	f32.Chunks(len(all), elements, func(_, lo, hi int) { clear(all[lo:hi]) })
	dt, _, d := o.of(all, in[1].Shape)
	f32.Chunks(d, max(64, rowsOf(len(in[0].I))), func(_, lo, hi int) {
		for i, token := range in[0].I {
			if token >= 0 {
				row := dt[token*d+lo : token*d+hi]
				f32.Add(row, row, dout.V[i*d+lo:])
			}
		}
	})
}
