// Package generate writes sequences with networks that say, for each position, how
// likely each token is to come next: by sampling, and by beam search.
package generate

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// A Source says what comes next in a number of sequences, its rows, which grow by a
// token at a time.
type Source interface {
	// Rows is the number of sequences.
	Rows() int
	// Step appends a token to each row and returns the logits of what comes next, (rows,
	// vocabulary), in memory that is valid until the next call.
	Step(tokens []int) ([]float32, error)
	// Reorder makes row i what row rows[i] is.
	Reorder(rows []int) error
	// Restart makes all rows empty.
	Restart()
}

// Cached is a Source that computes only the newest position: p is of mode nn.Step, and
// carries what it needs of those before. Where its network has a context of T positions
// and a row has more, the context begins anew with the latest T/2. further are the inputs of
// the network besides the tokens, (rows, ...) each, such as a class (rows), at every step.
func Cached(p *nn.Program, further ...*tensor.Dense) Source {
	return &cached{program: p, further: further}
}

type cached struct {
	program *nn.Program
	further further
	latest  [][]int // the tokens of each row, of the steps since the context began; none where it has no end
}

// further are the inputs besides the tokens.
type further []*tensor.Dense

// reordered are the inputs with what was row rows[i] in row i, in memory of their own.
func (f further) reordered(rows []int) (further, error) {
	var all further
	for _, t := range f {
		if t.Shape()[0] != len(rows) {
			return nil, fmt.Errorf("reorder: have %d rows, want %d", len(rows), t.Shape()[0])
		}
		own := t.Clone().(*tensor.Dense)
		for i, r := range rows {
			switch t.Dtype() {
			case tensor.Int:
				copy(datasets.Row[int](own, i), datasets.Row[int](t, r))
			default:
				copy(datasets.Row[float32](own, i), datasets.Row[float32](t, r))
			}
		}
		all = append(all, own)
	}
	return all, nil
}

// inputs are all inputs of a network.
func (f further) inputs(tokens *tensor.Dense) []*tensor.Dense {
	return append([]*tensor.Dense{tokens}, f...)
}

func (c *cached) Rows() int { return c.program.Batch }

func (c *cached) Step(tokens []int) ([]float32, error) {
	if most := c.program.Context(); most > 0 && len(c.latest) == most {
		again := slices.Clone(c.latest[most-most/2:])
		c.Restart()
		for _, tokens := range again {
			if _, err := c.step(tokens); err != nil {
				return nil, err
			}
		}
	}
	return c.step(tokens)
}

func (c *cached) step(tokens []int) ([]float32, error) {
	if c.program.Context() > 0 {
		c.latest = append(c.latest, slices.Clone(tokens))
	}
	x := tensor.New(tensor.WithShape(len(tokens), 1), tensor.WithBacking(slices.Clone(tokens)))
	if _, err := c.program.Run(c.further.inputs(x), nil); err != nil {
		return nil, err
	}
	return c.program.Logits().Data().([]float32), nil
}

func (c *cached) Reorder(rows []int) error {
	if err := c.program.Reorder(rows); err != nil {
		return err
	}
	for i, tokens := range c.latest {
		c.latest[i] = reordered(tokens, rows)
	}
	var err error
	c.further, err = c.further.reordered(rows)
	return err
}

func reordered(of, rows []int) (tokens []int) {
	for _, r := range rows {
		tokens = append(tokens, of[r])
	}
	return tokens
}

func (c *cached) Restart() {
	c.latest = nil
	c.program.Restart()
}

// Window is a Source that computes the latest length positions anew at each step: slow,
// and what Cached has to equal. p is of mode nn.Infer, for sequences of that length, and
// no position of its network may see what comes later. further is as of Cached.
func Window(p *nn.Program, length int, further ...*tensor.Dense) Source {
	return &window{program: p, further: further, length: length, rows: make([][]int, p.Batch)}
}

type window struct {
	program *nn.Program
	further further
	length  int
	rows    [][]int // the latest tokens of each, at most length
	logits  []float32
}

func (w *window) Rows() int { return w.program.Batch }

func (w *window) Step(tokens []int) ([]float32, error) {
	x, last := make([]int, 0, len(w.rows)*w.length), 0
	for i, token := range tokens {
		row := append(w.rows[i], token)
		row = row[max(0, len(row)-w.length):]
		w.rows[i] = row
		last = len(row) - 1
		x = append(x, row...)
		x = append(x, make([]int, w.length-len(row))...) // which the last position does not see
	}
	all := tensor.New(tensor.WithShape(len(tokens), w.length), tensor.WithBacking(x))
	if _, err := w.program.Run(w.further.inputs(all), nil); err != nil {
		return nil, err
	}
	logits := w.program.Logits()
	if logits.Shape().Dims() != 3 || logits.Shape()[1] != w.length {
		return nil, fmt.Errorf("the network returns %v, want logits at each of the %d positions", logits.Shape(), w.length)
	}
	k := logits.Shape()[2]
	w.logits = w.logits[:0]
	for i := range tokens {
		w.logits = append(w.logits, logits.Data().([]float32)[(i*w.length+last)*k:][:k]...)
	}
	return w.logits, nil
}

func (w *window) Reorder(rows []int) error {
	old := slices.Clone(w.rows)
	for i, r := range rows {
		if r < 0 || r >= len(old) {
			return fmt.Errorf("reorder: have row %d at %d, want one from 0 to %d", r, i, len(old)-1)
		}
		w.rows[i] = slices.Clone(old[r])
	}
	var err error
	w.further, err = w.further.reordered(rows)
	return err
}

func (w *window) Restart() { w.rows = make([][]int, len(w.rows)) }

// step is s.Step, and fails where a logit is NaN: of such logits no token is the likeliest.
func step(s Source, tokens []int) ([]float32, error) {
	logits, err := s.Step(tokens)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(logits, func(v float32) bool { return v != v }); i >= 0 {
		k := len(logits) / s.Rows()
		return nil, fmt.Errorf("the network returns NaN for token %d of row %d: its weights may have diverged", i%k, i/k+1)
	}
	return logits, nil
}
