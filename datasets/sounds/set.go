package sounds

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"

	"zoo/datasets"
	"zoo/internal/random"
)

// A form is the examples of sounds in one of the forms.
type form interface {
	// examples is how many a part has.
	examples(datasets.Split) int
	// read writes an example of a part into a row of a batch.
	read(b *datasets.Batch, row, example int, p datasets.Plan)
	// hash writes the content of all parts.
	hash(io.Writer)
}

// set is a dataset of sounds.
type set struct {
	name string
	spec datasets.Spec
	form
	sum func() string
}

// An item is what is known of a sound besides its content: its class, and its number, which
// determines how it changes in training.
type item struct{ class, number int }

// newSet applies options to clips, which have their parts and classes. options are the
// dataset's own, for its checksum.
func newSet(name string, o Options, options any, clips []clip, classes []string, progress datasets.Progress) (datasets.Dataset, error) {
	if o.needsClasses() && len(classes) < 2 {
		return nil, fmt.Errorf("have %d classes, want at least 2 for the form %s: with the form mulaw and without a condition no classes are needed", len(classes), o.Form)
	}
	if !slices.ContainsFunc(clips, func(c clip) bool { return c.part == datasets.Train }) {
		return nil, errors.New("no sound is left to train with: lower data.val and data.test")
	}
	rate := toRate(clips, o.Rate, progress)
	s := &set{name: name, spec: o.spec(len(classes))}
	var d datasets.Dataset
	switch o.Form {
	case "mulaw":
		s.form = newTokens(o.length(), clips)
		written := writtenSet{s, rate, nil}
		if o.Condition == "class" {
			written.classes = classes
		}
		d = written
	default:
		var err error
		if s.form, err = newFrames(o, rate, clips); err != nil {
			return nil, err
		}
		d = labelledSet{s, classes}
	}
	s.sum = sync.OnceValue(func() string {
		sum := sha256.New()
		w := bufio.NewWriterSize(sum, 1<<16)
		head, err := json.Marshal(struct {
			Name    string
			Options any
			Classes []string
			Rate    int
		}{name, options, classes, rate})
		if err != nil {
			panic(err) // numbers and strings always marshal
		}
		w.Write(head)
		s.hash(w)
		w.Flush()
		return hex.EncodeToString(sum.Sum(nil))
	})
	return d, nil
}

// A labelledSet has a class for each sound as its target.
type labelledSet struct {
	*set
	classes []string
}

// Classes implements datasets.Labelled.
func (s labelledSet) Classes() []string { return slices.Clone(s.classes) }

// A writtenSet has tokens, which can be written as a sound.
type writtenSet struct {
	*set
	rate    int
	classes []string // of the second input; nil: there is none
}

// Rate implements datasets.Sounding.
func (s writtenSet) Rate() int { return s.rate }

// Silence implements datasets.Sounding.
func (s writtenSet) Silence() int { return Silence }

// Samples implements datasets.Sounding.
func (s writtenSet) Samples(tokens []int) []float32 {
	samples := make([]float32, len(tokens))
	for i, t := range tokens {
		samples[i] = FromMuLaw(t)
	}
	return samples
}

// Conditions implements datasets.Conditioned.
func (s writtenSet) Conditions() []string { return slices.Clone(s.classes) }

func (s *set) Spec() datasets.Spec      { return s.spec }
func (s *set) Len(p datasets.Split) int { return s.examples(p) }
func (s *set) Checksum() string         { return s.sum() }

func (s *set) Batches(ctx context.Context, p datasets.Plan) iter.Seq2[datasets.Batch, error] {
	return func(yield func(datasets.Batch, error) bool) {
		n := s.Len(p.Split)
		batches, err := p.Count(n)
		if err != nil {
			yield(datasets.Batch{}, fmt.Errorf("%s: %w", s.name, err))
			return
		}
		example := func(i int) int { return i }
		if p.Training {
			order := random.Permutation(n, random.ForOrder, p.Seed, uint64(p.Epoch))
			example = func(i int) int { return order[i] }
		}
		fill := func(b *datasets.Batch, k int) error {
			b.Index = k
			rows := min(p.Size, n-k*p.Size)
			for row := range rows {
				s.read(b, row, example(k*p.Size+row), p)
			}
			b.Pad(rows)
			return nil
		}
		newBatch := func() *datasets.Batch { return datasets.NewBatch(s.spec, p.Size) }
		datasets.Prefetch(ctx, newBatch, p.First, batches, fill)(yield)
	}
}

// place is a random number from 0 to most for an item, in training; usual otherwise.
func (i item) place(p datasets.Plan, most, usual int) int {
	if !p.Training {
		return usual
	}
	r := random.New(random.ForAugment, p.Seed, uint64(p.Epoch), uint64(i.number))
	return r.Below(most + 1)
}

// hash writes what is known of an item, whose content has length values.
func (i item) hash(w io.Writer, length int) {
	var b []byte
	for _, v := range []int{i.class, i.number, length} {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	w.Write(b)
}
