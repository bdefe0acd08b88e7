package generate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Beam says how the likeliest continuations are searched for.
type Beam struct {
	Width   int     // hypotheses that are kept from step to step; the rows of the source
	Length  int     // tokens that a hypothesis has at most
	End     int     // the token that ends a hypothesis; −1: none does
	Penalty float64 // α of the length penalty ((5 + length)/6)^α that a sum of logarithms is divided by (Wu et al. 2016); 0: the sum itself
}

// Validate reports values that are out of range.
func (o Beam) Validate() error {
	var errs []error
	if o.Width < 1 {
		errs = append(errs, fmt.Errorf("beam: have a width of %d, want at least 1", o.Width))
	}
	if o.Length < 1 {
		errs = append(errs, fmt.Errorf("beam: have a length of %d, want at least 1 token", o.Length))
	}
	if !(o.Penalty >= 0) || math.IsInf(o.Penalty, 0) {
		errs = append(errs, fmt.Errorf("beam: have a length penalty of %v, want 0 or more", o.Penalty))
	}
	return errors.Join(errs...)
}

// A Hypothesis is a continuation with the logarithm of its probability.
type Hypothesis struct {
	Tokens []int   // without the prompt and without End
	LogP   float64 // Σ log p of the tokens, and of End where it came, in nats
	Score  float64 // LogP, by the length penalty
}

// Search returns the likeliest continuations of a prompt that a beam finds, the best
// first, at most Width. It is exact where Width is as large as the number of
// continuations.
func Search(ctx context.Context, s Source, prompt []int, o Beam) ([]Hypothesis, error) {
	err := o.Validate()
	if err == nil && s.Rows() != o.Width {
		err = fmt.Errorf("beam: have a source of %d rows, want %d", s.Rows(), o.Width)
	}
	if len(prompt) == 0 {
		err = errors.Join(err, errors.New("the prompt is empty, want at least one token"))
	}
	if err != nil {
		return nil, err
	}
	s.Restart()
	var logits []float32
	for _, token := range prompt {
		if logits, err = step(s, slices.Repeat([]int{token}, o.Width)); err != nil {
			return nil, err
		}
	}
	live, done := []Hypothesis{{}}, []Hypothesis(nil)
	for range o.Length {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var grown []growth
		k := len(logits) / o.Width
		for i, h := range live {
			grown = append(grown, grow(i, h, logits[i*k:][:k], o.Width)...)
		}
		slices.SortStableFunc(grown, func(a, b growth) int { return cmp.Compare(b.logP, a.logP) })
		before := live
		live = nil
		rows, next := make([]int, o.Width), make([]int, o.Width)
		for _, g := range grown[:min(len(grown), o.Width)] {
			h := Hypothesis{Tokens: slices.Clone(before[g.from].Tokens), LogP: g.logP}
			if g.token == o.End {
				done = append(done, o.scored(h))
				continue
			}
			h.Tokens = append(h.Tokens, g.token)
			rows[len(live)], next[len(live)] = g.from, g.token
			live = append(live, h)
		}
		if len(live) == 0 || len(live[0].Tokens) == o.Length {
			break
		}
		if err := s.Reorder(rows); err != nil {
			return nil, err
		}
		if logits, err = step(s, next); err != nil {
			return nil, err
		}
	}
	for _, h := range live {
		done = append(done, o.scored(h))
	}
	slices.SortStableFunc(done, func(a, b Hypothesis) int { return cmp.Compare(b.Score, a.Score) })
	return done[:min(len(done), o.Width)], nil
}

// A growth is a hypothesis that may get one token more.
type growth struct {
	from  int // of the live hypotheses
	token int
	logP  float64
}

// grow returns the n likeliest growths of a hypothesis.
func grow(from int, h Hypothesis, logits []float32, n int) (all []growth) {
	sum, top := 0.0, float64(slices.Max(logits))
	for _, v := range logits {
		sum += math.Exp(float64(v) - top)
	}
	for _, token := range likeliest(logits, min(n, len(logits))) {
		all = append(all, growth{from, token, h.LogP + float64(logits[token]) - top - math.Log(sum)})
	}
	return all
}

func (o Beam) scored(h Hypothesis) Hypothesis {
	h.Score = h.LogP / math.Pow(float64(5+len(h.Tokens))/6, o.Penalty)
	return h
}
