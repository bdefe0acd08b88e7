package datasets

import (
	"fmt"
	"strings"
)

// split divides the files' two parts as o says. In a random order of the
// training examples, val is the beginning, and train or per_class take the first
// of what follows: so val stays the same when they change, and a smaller training
// part is a subset of a larger one. Within a part the examples keep the order of
// the files.
func split[I any](o Options, classes []string, all, tests examples[I]) (parts [3]examples[I], err error) {
	n := len(all.label)
	if o.Val >= n {
		return parts, fmt.Errorf("data.val: have %d, want less than the %d training examples", o.Val, n)
	}
	order := permutation(n, forTrain, o.SplitSeed)
	val, rest := order[:o.Val], order[o.Val:]
	if o.Train > len(rest) {
		return parts, fmt.Errorf("data.train: have %d, want at most %d: the files have %d examples, and val takes %d", o.Train, len(rest), n, o.Val)
	}
	switch {
	case o.Train > 0:
		rest = rest[:o.Train]
	case o.PerClass > 0:
		if rest, err = perClass(o.PerClass, rest, classes, all.label); err != nil {
			return parts, err
		}
	}
	test := permutation(len(tests.label), forTest, o.SplitSeed)
	if o.Test > len(test) {
		return parts, fmt.Errorf("data.test: have %d, want at most the %d test examples", o.Test, len(test))
	}
	if o.Test > 0 {
		test = test[:o.Test]
	}
	return [3]examples[I]{all.pick(ascending(rest, n)), all.pick(ascending(val, n)), tests.pick(ascending(test, len(tests.label)))}, nil
}

// ascending sorts numbers, of which no two are equal, that are less than n.
func ascending(numbers []int, n int) []int {
	has := make([]bool, n)
	for _, i := range numbers {
		has[i] = true
	}
	sorted := make([]int, 0, len(numbers))
	for i, ok := range has {
		if ok {
			sorted = append(sorted, i)
		}
	}
	return sorted
}

// permutation returns 0 to n−1 in the random order of a stream.
func permutation(n int, words ...uint64) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	s := newStream(words...)
	s.shuffle(p)
	return p
}

// perClass keeps the first k numbers of each class.
func perClass(k int, numbers []int, classes []string, label []int) ([]int, error) {
	have := make([]int, len(classes))
	var kept []int
	for _, i := range numbers {
		c := label[i]
		if have[c]++; have[c] <= k {
			kept = append(kept, i)
		}
	}
	var short []string
	for c, n := range have {
		if n < k {
			short = append(short, fmt.Sprintf("%s has %d", classes[c], n))
		}
	}
	if short != nil {
		return nil, fmt.Errorf("data.per_class: have %d, but there are not so many training examples: %s", k, strings.Join(short, ", "))
	}
	return kept, nil
}
