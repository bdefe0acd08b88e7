package images

import (
	"fmt"
	"strings"

	"zoo/datasets"
	"zoo/internal/random"
)

// split divides the files' parts as o says. In a random order of the
// training examples, val is the beginning, and train or per_class take the first
// of what follows: so val stays the same when they change, and a smaller training
// part is a subset of a larger one. Where the files have a validation part vals, val is
// taken from that and not from the training examples. Within a part the examples keep the
// order of the files.
func split[I any](o Options, classes []string, all, vals, tests examples[I]) (parts [3]examples[I], err error) {
	n, taken := len(all.label), o.Val
	if len(vals.label) > 0 {
		taken = 0
	}
	if taken >= n {
		return parts, fmt.Errorf("data.val: have %d, want less than the %d training examples", o.Val, n)
	}
	order := random.Permutation(n, random.ForTrain, o.SplitSeed)
	val, rest := order[:taken], order[taken:]
	if o.Train > len(rest) {
		return parts, fmt.Errorf("data.train: have %d, want at most %d: the files have %d examples, and val takes %d", o.Train, len(rest), n, taken)
	}
	switch {
	case o.Train > 0:
		rest = rest[:o.Train]
	case o.PerClass > 0:
		if rest, err = perClass(o.PerClass, rest, classes, all.label); err != nil {
			return parts, err
		}
	}
	parts = [3]examples[I]{datasets.Train: all.pick(ascending(rest, n)), datasets.Val: all.pick(ascending(val, n))}
	if parts[datasets.Test], err = keep(tests, o.Test, "test", random.ForTest, o.SplitSeed); err == nil && len(vals.label) > 0 {
		parts[datasets.Val], err = keep(vals, o.Val, "val", random.ForVal, o.SplitSeed)
	}
	return parts, err
}

// keep chooses want examples of a part of the files; 0 is all.
func keep[I any](e examples[I], want int, key string, words ...uint64) (examples[I], error) {
	chosen := random.Permutation(len(e.label), words...)
	if want > len(chosen) {
		return e, fmt.Errorf("data.%s: have %d, want at most the %d %s examples", key, want, len(chosen), key)
	}
	if want > 0 {
		chosen = chosen[:want]
	}
	return e.pick(ascending(chosen, len(e.label))), nil
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
		return nil, fmt.Errorf("data.per_class: have %d, but there are fewer training examples: %s", k, strings.Join(short, ", "))
	}
	return kept, nil
}
