package synthetic

import (
	"fmt"

	"zoo/datasets"
	"zoo/internal/random"
)

// Examples are the keys that all these datasets have.
type Examples struct {
	Seed  uint64 `doc:"seed of the examples; their order in training depends on the seed of the run"`
	Train int    `doc:"how many training examples there are"`
	Val   int    `doc:"how many validation examples there are; 0: none"`
	Test  int    `doc:"how many test examples there are; 0: none"`
}

// usual are the defaults of Examples.
var usual = Examples{Seed: 1, Train: 50_000, Val: 1000, Test: 1000}

// The largest values that make sense; anything larger is a typing error.
const (
	maxExamples   = 10_000_000
	maxLength     = 1 << 16
	maxVocabulary = 1 << 16
)

// A limit is the range of the values of a key.
type limit struct {
	key               string
	have, least, most int
}

// check says which of these and of the keys of Examples are out of range.
func (e Examples) check(own ...limit) (ps []datasets.Problem) {
	for _, l := range append([]limit{
		{"train", e.Train, 1, maxExamples},
		{"val", e.Val, 0, maxExamples},
		{"test", e.Test, 0, maxExamples},
	}, own...) {
		switch {
		case l.have < l.least:
			ps = append(ps, problem(l.key, "have %d, want at least %d", l.have, l.least))
		case l.have > l.most:
			ps = append(ps, problem(l.key, "have %d, want at most %d", l.have, l.most))
		}
	}
	return ps
}

func problem(key, format string, args ...any) datasets.Problem {
	return datasets.Problem{Key: key, Message: fmt.Sprintf(format, args...)}
}

func (e Examples) sizes() Examples { return e }

// fits is for the datasets that have no buckets.
func (e Examples) fits(random.Stream) int { return 0 }

// preview is what is known of a dataset with these options: all of it, unless they are
// wrong. sizes are the keys that make its examples larger.
func preview(o recipe, sizes ...string) datasets.Preview {
	if o.Check(datasets.Info{}) != nil {
		return datasets.Preview{}
	}
	return datasets.Preview{Spec: &o.specs()[0], Train: o.sizes().Train, NoVal: o.sizes().Val == 0, Sizes: sizes}
}

// labels are sequences of tokens with a label, from the same vocabulary, at each position.
func labels(length, vocabulary int) datasets.Spec {
	s := datasets.Tokens(length, vocabulary)
	s.Targets[0].Name = "labels"
	return s
}

// symbol draws one of n symbols, which are the tokens from 1 on: 0 is the blank, the token
// of a position that has no symbol.
func symbol(r *random.Stream, n int) int { return 1 + r.Below(n) }
