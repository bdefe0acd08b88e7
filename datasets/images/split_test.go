package images

import (
	"slices"
	"testing"

	"zoo/datasets"
)

func mustSplit(t *testing.T, o Options, p decodedSet) [3]examples[[]uint8] {
	t.Helper()
	parts, err := split(o, p.classes, p.train, p.val, p.test)
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

func TestSplit(t *testing.T) {
	p := fake(300, 100, 1)
	all := mustSplit(t, Options{}, p)
	if len(all[datasets.Train].index) != 300 || len(all[datasets.Val].index) != 0 || len(all[datasets.Test].index) != 100 {
		t.Fatalf("have %d, %d and %d examples by default", len(all[datasets.Train].index), len(all[datasets.Val].index), len(all[datasets.Test].index))
	}
	base := mustSplit(t, Options{Val: 60, SplitSeed: 5}, p)
	if n := len(base[datasets.Train].index); n != 240 {
		t.Errorf("val leaves %d of 300 - 60", n)
	}
	for i, e := range base {
		if !slices.IsSorted(e.index) {
			t.Errorf("part %d has lost the order of the files", i)
		}
		from := p.train
		if datasets.Split(i) == datasets.Test {
			from = p.test
		}
		for k, j := range e.index {
			if e.label[k] != from.label[j] || &e.pix[k][0] != &from.pix[j][0] {
				t.Fatalf("part %d: example %d is not what the files have at %d", i, k, j)
			}
		}
	}
	disjoint(t, base)
	if other := mustSplit(t, Options{Val: 60, SplitSeed: 6}, p); slices.Equal(other[datasets.Val].index, base[datasets.Val].index) {
		t.Error("split_seed changes nothing")
	}

	some, others := mustSplit(t, Options{Test: 10}, p), mustSplit(t, Options{Test: 10, SplitSeed: 1}, p)
	if slices.Equal(some[datasets.Test].index, others[datasets.Test].index) {
		t.Error("split_seed does not change the choice of test examples")
	}

	for name, o := range map[string]Options{
		"train":     {Val: 60, Train: 100, SplitSeed: 5},
		"per_class": {Val: 60, PerClass: 10, SplitSeed: 5},
		"test":      {Val: 60, Test: 10, SplitSeed: 5},
	} {
		parts := mustSplit(t, o, p)
		disjoint(t, parts)
		if !slices.Equal(parts[datasets.Val].index, base[datasets.Val].index) {
			t.Errorf("%s changes val", name)
		}
		subset(t, parts[datasets.Train].index, base[datasets.Train].index)
		subset(t, parts[datasets.Test].index, base[datasets.Test].index)
	}
	ten := mustSplit(t, Options{PerClass: 10}, p)[datasets.Train]
	twenty := mustSplit(t, Options{PerClass: 20}, p)[datasets.Train]
	subset(t, ten.index, twenty.index)
	count := map[int]int{}
	for _, l := range ten.label {
		count[l]++
	}
	if len(ten.label) != 30 || count[0] != 10 || count[1] != 10 || count[2] != 10 {
		t.Errorf("per_class 10 keeps %v", count)
	}
}

func disjoint(t *testing.T, parts [3]examples[[]uint8]) {
	t.Helper()
	for _, i := range parts[datasets.Train].index {
		if slices.Contains(parts[datasets.Val].index, i) {
			t.Errorf("example %d is in train and in val", i)
		}
	}
}

func subset(t *testing.T, small, large []int) {
	t.Helper()
	for _, i := range small {
		if !slices.Contains(large, i) {
			t.Errorf("example %d is only in the smaller part", i)
		}
	}
}

func TestSplitErrors(t *testing.T) {
	p := fake(30, 9, 1)
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Val: 30}, "data.val: have 30, want less than the 30 training examples"},
		{Options{Val: 10, Train: 21}, "data.train: have 21, want at most 20: the files have 30 examples, and val takes 10"},
		{Options{PerClass: 11}, "data.per_class: have 11, but there are fewer training examples: a has 10, b has 10, c has 10"},
		{Options{Test: 10}, "data.test: have 10, want at most the 9 test examples"},
	} {
		_, err := newImageSet("fake", c.o, p)
		wantError(t, err, c.want)
	}
}
