package synthetic

import (
	"slices"

	"zoo/datasets"
	"zoo/internal/random"
)

// Reordering are the keys of reverse and sort: symbols are read, then a delimiter, and from
// there on the same symbols in another order are wanted. Each symbol of the answer is the
// next input, so that the network is taught with the right answer so far. Nothing is wanted
// while the symbols are read.
type Reordering struct {
	Examples
	Vocabulary int   `doc:"how many different symbols there are"`
	Length     int   `doc:"how many symbols a sequence has; with least, at most"`
	Least      int   `doc:"the least number of symbols of a sequence, whose length is then random; 0: all have length"`
	Buckets    []int `doc:"lengths, ascending, that shorter sequences are padded to instead of to length; none: all are padded to length"`
}

// Reverse has the symbols from the last to the first as its answer.
type Reverse struct{ Reordering }

// Sort has the symbols in ascending order as its answer.
type Sort struct{ Reordering }

var reordering = Reordering{Examples: usual, Vocabulary: 20, Length: 20}

func init() {
	register(datasets.Info{
		Name: "reverse", Title: "Symbols to be written backwards", Task: "labelling",
		Cite: "after Sutskever, Vinyals and Le 2014, Sequence to sequence learning with neural networks",
	}, func() recipe { return &Reverse{reordering} })
	register(datasets.Info{
		Name: "sort", Title: "Symbols to be sorted", Task: "labelling",
		Cite: "after Vinyals, Bengio and Kudlur 2016, Order matters: sequence to sequence for sets",
	}, func() recipe { return &Sort{reordering} })
}

// Check implements datasets.Options.
func (o *Reordering) Check(datasets.Info) []datasets.Problem {
	ps := o.check(limit{"vocabulary", o.Vocabulary, 1, maxVocabulary}, limit{"length", o.Length, 1, maxLength}, limit{"least", o.Least, 0, maxLength})
	if o.Least > o.Length {
		ps = append(ps, problem("least", "have %d, want at most the %d of length", o.Least, o.Length))
	}
	if len(o.Buckets) > 0 && o.Least == 0 {
		return append(ps, problem("buckets", "all sequences have the same length: set least, or leave it out"))
	}
	for i, b := range o.Buckets {
		switch {
		case b > o.Length:
			ps = append(ps, problem("buckets", "have %d, want at most the %d of length", b, o.Length))
		case b < max(o.Least, 1):
			ps = append(ps, problem("buckets", "have %d, want at least the %d of least: no sequence is shorter", b, o.Least))
		case i > 0 && b <= o.Buckets[i-1]:
			ps = append(ps, problem("buckets", "have %d after %d, want them ascending", b, o.Buckets[i-1]))
		}
	}
	return ps
}

// Preview implements datasets.Options.
func (o *Reverse) Preview(datasets.Info) datasets.Preview { return preview(o, "length") }

// Preview implements datasets.Options.
func (o *Sort) Preview(datasets.Info) datasets.Preview { return preview(o, "length") }

// shorter are the buckets that are shorter than length, which is one too.
func (o *Reordering) shorter() []int {
	n, _ := slices.BinarySearch(o.Buckets, o.Length)
	return o.Buckets[:n]
}

func (o *Reordering) specs() []datasets.Spec {
	specs := []datasets.Spec{labels(2*o.Length, o.delimiter()+1)}
	for _, length := range slices.Backward(o.shorter()) {
		specs = append(specs, labels(2*length, o.delimiter()+1))
	}
	return specs
}

// delimiter is the token after the last symbol of the vocabulary.
func (o *Reordering) delimiter() int { return o.Vocabulary + 1 }

// length draws that of an example. It is the first thing that is drawn.
func (o *Reordering) length(r *random.Stream) int {
	if o.Least == 0 {
		return o.Length
	}
	return o.Least + r.Below(o.Length-o.Least+1)
}

func (o *Reordering) fits(r random.Stream) int {
	shorter := o.shorter()
	n, _ := slices.BinarySearch(shorter, o.length(&r)) // how many are too short
	return len(shorter) - n
}

func (o *Reverse) draw(r random.Stream, b *datasets.Batch, row int) {
	o.write(r, b, row, slices.Reverse)
}

func (o *Sort) draw(r random.Stream, b *datasets.Batch, row int) {
	o.write(r, b, row, slices.Sort)
}

// write writes the symbols, and their answer as reorder makes it.
func (o *Reordering) write(r random.Stream, b *datasets.Batch, row int, reorder func([]int)) {
	x, y := datasets.Row[int](b.X[0], row), datasets.Row[int](b.Y[0], row) // (2L), (2L)
	clear(x)
	for t := range y {
		y[t] = -1
	}
	n := o.length(&r)
	for t := range n {
		x[t] = symbol(&r, o.Vocabulary)
	}
	x[n] = o.delimiter()
	answer := y[n : 2*n]
	copy(answer, x[:n])
	reorder(answer)
	copy(x[n+1:], answer[:n-1])
}
