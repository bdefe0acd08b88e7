package synthetic

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/datasets/datasetstest"
)

// names are all datasets of this package.
var names = []string{"adding", "copy", "periodic", "reverse", "sort"}

// open opens a dataset whose options set changes.
func open[O any](t testing.TB, name string, set func(*O)) datasets.Dataset {
	t.Helper()
	s := datasets.Named(name)
	if set != nil {
		set(any(s.Options()).(*O))
	}
	d, err := datasets.Open(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// few opens a dataset with few examples, and sequences of several lengths if it can.
func few(t testing.TB, name string) datasets.Dataset {
	t.Helper()
	parts := Examples{Seed: 1, Train: 60, Val: 13, Test: 11}
	several := Reordering{Examples: parts, Vocabulary: 9, Length: 12, Least: 2, Buckets: []int{3, 7}}
	switch name {
	case "adding":
		return open(t, name, func(o *Adding) { o.Examples = parts })
	case "copy":
		return open(t, name, func(o *Copy) { o.Examples = parts })
	case "periodic":
		return open(t, name, func(o *Periodic) { o.Examples = parts })
	case "reverse":
		return open(t, name, func(o *Reverse) { o.Reordering = several })
	}
	return open(t, name, func(o *Sort) { o.Reordering = several })
}

// each calls f with the tokens and targets of each row that counts.
func each(t testing.TB, d datasets.Dataset, s datasets.Split, f func(x, y []int)) {
	t.Helper()
	n := 0
	for b, err := range d.Batches(t.Context(), datasets.Plan{Split: s, Size: 50}) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.N {
			f(datasets.Row[int](b.X[0], i), datasets.Row[int](b.Y[0], i))
			n++
		}
	}
	if n != d.Len(s) {
		t.Errorf("have %d examples, want %d", n, d.Len(s))
	}
}

func TestInfo(t *testing.T) {
	for name, want := range map[string]string{
		"adding":   "regression 50000 1000 [50 2] 0",
		"copy":     "labelling 50000 1000 [30] 10",
		"periodic": "language 50000 1000 [64] 2",
		"reverse":  "labelling 50000 1000 [40] 22",
		"sort":     "labelling 50000 1000 [40] 22",
	} {
		i, err := datasets.Lookup(name)
		if have := fmt.Sprintf("%s %d %d %v %d", i.Task, i.Train, i.Test, i.Shape, i.Classes); err != nil || have != want {
			t.Errorf("%s: have %s, want %s; %v", name, have, want, err)
		}
		if !i.Embedded || i.Cite == "" || i.Licence == "" || i.From == "" || i.Title == "" || i.Where == "" {
			t.Errorf("%s is not described: %+v", name, i)
		}
		for _, do := range []func(context.Context, datasets.Section, datasets.Progress) (string, error){datasets.Get, datasets.Verify} {
			if where, err := do(t.Context(), datasets.Named(name), nil); err != nil || where != "made by the program itself" {
				t.Errorf("%s: have %s, %v", name, where, err)
			}
		}
		s := datasets.Named(name)
		s.Root = "x"
		if _, err := datasets.Open(t.Context(), s, nil); err == nil || !strings.Contains(err.Error(), "data.root") {
			t.Errorf("%s: have %v for a root", name, err)
		}
	}
}

// What is known beforehand is what the dataset then has.
func TestPreview(t *testing.T) {
	for _, name := range names {
		s := datasets.Named(name)
		p := s.Preview()
		d, err := datasets.Open(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(*p.Spec) != fmt.Sprint(d.Spec()) || p.Train != d.Len(datasets.Train) || p.NoVal || !slices.Contains(p.Sizes, "length") {
			t.Errorf("%s: have %+v, want what the dataset has", name, p)
		}
	}
	s := datasets.Named("copy")
	o := s.Options().(*Copy)
	if o.Val = 0; !s.Preview().NoVal {
		t.Error("nothing says that there is no validation part")
	}
	if o.Length = -30; s.Preview().Spec != nil {
		t.Error("a length below 0 has a preview")
	}
}

func TestChecks(t *testing.T) {
	for name, c := range map[string]struct {
		o    datasets.Options
		want string
	}{
		"all at once": {&Adding{Examples{Val: -1, Test: 1e9}, 1}, "train: have 0, want at least 1; val: have -1, want at least 0; " +
			"test: have 1000000000, want at most 10000000; length: have 1, want at least 2"},
		"copy":               {&Copy{usual, 0, 1e6}, "symbols: have 0, want at least 1; length: have 1000000, want at most 65536"},
		"no period":          {&Periodic{usual, 0, 0}, "period: have 0, want at least 1; length: have 0, want at least 1"},
		"less than a period": {&Periodic{usual, 8, 7}, "length: have 7, want at least the 8 of period"},
		"no vocabulary":      {&Reverse{Reordering{Examples: usual, Length: 3}}, "vocabulary: have 0, want at least 1"},
		"least above length": {&Sort{Reordering{Examples: usual, Vocabulary: 3, Length: 5, Least: 6}}, "least: have 6, want at most the 5 of length"},
		"buckets out of order": {&Sort{Reordering{Examples: usual, Vocabulary: 3, Length: 20, Least: 1, Buckets: []int{10, 5, 5}}}, "buckets: have 5 after 10, want them ascending; " +
			"buckets: have 5 after 5, want them ascending"},
		"bucket beyond length":  {&Reverse{Reordering{Examples: usual, Vocabulary: 3, Length: 20, Least: 1, Buckets: []int{10, 30}}}, "buckets: have 30, want at most the 20 of length"},
		"bucket for nothing":    {&Reverse{Reordering{Examples: usual, Vocabulary: 3, Length: 20, Least: 6, Buckets: []int{5, 10}}}, "buckets: have 5, want at least the 6 of least: no sequence is shorter"},
		"buckets of one length": {&Reverse{Reordering{Examples: usual, Vocabulary: 3, Length: 20, Buckets: []int{5, 10}}}, "buckets: all sequences have the same length: set least, or leave it out"},
	} {
		var have []string
		for _, p := range c.o.Check(datasets.Info{}) {
			have = append(have, p.Key+": "+p.Message)
		}
		if have := strings.Join(have, "; "); have != c.want {
			t.Errorf("%s: have\n%s\nwant\n%s", name, have, c.want)
		}
	}
}

func TestAdding(t *testing.T) {
	for _, length := range []int{2, 7, 50} {
		d := open(t, "adding", func(o *Adding) { o.Length, o.Train = length, 20_000 })
		var error float64
		n := 0
		marked := make([]int, length)
		for b, err := range d.Batches(t.Context(), datasets.Plan{Size: 100}) {
			if err != nil {
				t.Fatal(err)
			}
			for i := range b.N {
				x, y := datasets.Row[float32](b.X[0], i), datasets.Row[float32](b.Y[0], i)
				var sum float32
				halves := [2]int{}
				for k := range length {
					v, mark := x[2*k], x[2*k+1]
					if v < 0 || v >= 1 || mark != 0 && mark != 1 {
						t.Fatalf("have %v with mark %v, want a number of [0, 1) and 0 or 1", v, mark)
					}
					if mark == 1 {
						sum += v
						marked[k]++
						if k < length/2 {
							halves[0]++
						} else {
							halves[1]++
						}
					}
				}
				if halves != [2]int{1, 1} || sum != y[0] || len(y) != 1 {
					t.Fatalf("have marks %v and target %v, want one in each half, and the sum %v", halves, y, sum)
				}
				error += math.Pow(float64(y[0])-1, 2)
				n++
			}
		}
		if mean := error / float64(n); math.Abs(mean-1./6) > 0.005 {
			t.Errorf("length %d: the constant 1 has an error of %v, want 1/6", length, mean)
		}
		for k, times := range marked {
			half := length / 2
			if k >= half {
				half = length - half
			}
			if want := float64(n) / float64(half); math.Abs(float64(times)-want) > 6*math.Sqrt(want) {
				t.Errorf("length %d: place %d is marked %d times, want about %.0f", length, k, times, want)
			}
		}
	}
}

func TestCopy(t *testing.T) {
	const S, T = 5, 20
	d := open(t, "copy", func(o *Copy) { o.Train = 2000 })
	if spec := d.Spec(); spec.Inputs[0].Shape[0] != T+2*S || spec.Inputs[0].Size != 10 || spec.Classes() != 10 {
		t.Fatalf("have %v, want %d tokens of 10 kinds", spec, T+2*S)
	}
	seen := make([]int, 10) // how often each symbol is wanted
	loss, n := 0.0, 0
	each(t, d, datasets.Train, func(x, y []int) {
		for i, token := range x {
			switch {
			case i < S && (token < 1 || token > 8),
				i == S+T-1 && token != 9,
				i >= S && i != S+T-1 && token != 0:
				t.Fatalf("have token %d at %d of %v", token, i, x)
			}
		}
		if !slices.Equal(y[S+T:], x[:S]) || slices.ContainsFunc(y[:S+T], func(v int) bool { return v != 0 }) {
			t.Fatalf("have targets %v of %v", y, x)
		}
		for _, v := range y {
			if n++; v != 0 {
				seen[v]++
				loss += math.Log(8)
			}
		}
	})
	if mean, want := loss/float64(n), S*math.Log(8)/(T+2*S); math.Abs(mean-want) > 1e-9 || math.Abs(want-0.3466) > 1e-4 {
		t.Errorf("the memoryless loss is %v, want %v", mean, want)
	}
	for v, times := range seen[1:9] {
		if want := 2000. * S / 8; math.Abs(float64(times)-want) > 6*math.Sqrt(want) {
			t.Errorf("symbol %d is wanted %d times, want about %.0f", v+1, times, want)
		}
	}
}

func TestReorderings(t *testing.T) {
	for name, reorder := range map[string]func([]int){"reverse": slices.Reverse[[]int], "sort": slices.Sort[[]int]} {
		d := few(t, name)
		lengths := map[int]int{}
		each(t, d, datasets.Train, func(x, y []int) {
			n := slices.Index(x, 10)
			if n < 2 || n > 12 {
				t.Fatalf("%s: have the delimiter at %d of %v", name, n, x)
			}
			lengths[n]++
			answer := slices.Clone(x[:n])
			reorder(answer)
			wantX := append(append(slices.Clone(x[:n]), 10), answer[:n-1]...)
			wantY := append(slices.Repeat([]int{-1}, n), answer...)
			for len(wantX) < len(x) {
				wantX, wantY = append(wantX, 0), append(wantY, -1)
			}
			if !slices.Equal(x, wantX) || !slices.Equal(y, wantY) {
				t.Fatalf("%s: have\n%v\n%v\nwant\n%v\n%v", name, x, y, wantX, wantY)
			}
			if slices.Min(answer) < 1 || slices.Max(answer) > 9 {
				t.Fatalf("%s: have symbols %v, want 1 to 9", name, answer)
			}
			for i := n; i+1 < 2*n; i++ {
				if y[i] != x[i+1] {
					t.Fatalf("%s: the answer is not the next input: %v, %v", name, x, y)
				}
			}
		})
		if len(lengths) != 11 {
			t.Errorf("%s: have lengths %v, want 2 to 12", name, lengths)
		}
	}
	t.Run("one length", func(t *testing.T) {
		d := open(t, "reverse", func(o *Reverse) { o.Train = 30 })
		each(t, d, datasets.Train, func(x, y []int) {
			if x[20] != 21 || slices.Contains(y[20:], -1) {
				t.Fatalf("have %v, want 20 symbols and the delimiter", x)
			}
		})
	})
}

func TestPeriodic(t *testing.T) {
	d := open(t, "periodic", func(o *Periodic) { o.Train, o.Length = 2000, 20 })
	ones := 0
	each(t, d, datasets.Train, func(x, y []int) {
		for i := range x {
			switch {
			case i+1 < len(x) && i >= 7 && y[i] != x[i+1],
				i < 7 && y[i] != -1,
				i >= 7 && y[i] != x[i-7]:
				t.Fatalf("have target %d at %d of %v", y[i], i, x)
			}
		}
		for _, v := range x[:8] {
			ones += v
		}
	})
	if want := 8000.; math.Abs(float64(ones)-want) > 6*math.Sqrt(want/2) {
		t.Errorf("have %d ones, want about %.0f", ones, want)
	}
}

// Each bucket has the examples that fit into it, but for the few that fill another batch.
func TestBuckets(t *testing.T) {
	d := open(t, "sort", func(o *Sort) {
		o.Reordering = Reordering{Examples: Examples{Train: 1000, Val: 100}, Vocabulary: 5, Length: 12, Least: 2, Buckets: []int{3, 7, 12}}
	})
	specs := datasets.Specs(d)
	if have := fmt.Sprint(specs[0].Inputs[0].Shape, specs[1].Inputs[0].Shape, specs[2].Inputs[0].Shape, len(specs)); have != "[24] [14] [6] 3" {
		t.Fatalf("have buckets %s, want the longest first", have)
	}
	if fmt.Sprint(d.Spec()) != fmt.Sprint(specs[0]) {
		t.Errorf("have %v, want the longest", d.Spec())
	}
	for _, p := range []datasets.Plan{
		{Size: 16, Seed: 1, Epoch: 1, Training: true},
		{Split: datasets.Val, Size: 16},
		{Split: datasets.Val, Size: 1000},
	} {
		seen, moved, batches, changes, before := 0, 0, 0, 0, -1
		partial := map[int]int{}
		for b, err := range d.Batches(t.Context(), p) {
			if err != nil {
				t.Fatal(err)
			}
			spec := specs[b.Bucket]
			for _, have := range []tensor.Shape{b.X[0].Shape(), b.Y[0].Shape()} {
				if want := (tensor.Shape{p.Size, spec.Inputs[0].Shape[0]}); !have.Eq(want) {
					t.Fatalf("have %v in a bucket, want %v", have, want)
				}
			}
			if b.N < p.Size {
				partial[b.Bucket]++
			}
			if b.Bucket != before {
				changes++
			}
			before = b.Bucket
			batches++
			for i := range b.N {
				n := slices.Index(datasets.Row[int](b.X[0], i), 6)
				fits := slices.IndexFunc([]int{3, 7, 12}, func(l int) bool { return n <= l })
				if 2-fits != b.Bucket {
					moved++
				}
				if 2-fits < b.Bucket {
					t.Fatalf("%d symbols do not fit into bucket %v", n, spec)
				}
				seen++
			}
		}
		if p.Training {
			if seen != 992 || batches != 62 || moved >= 2*16 || len(partial) > 0 || changes < 10 {
				t.Errorf("have %d examples in %d batches, %d of them in a longer bucket, %d changes of bucket, and partial ones %v; want 992 in 62, fewer than 32, many and none", seen, batches, moved, changes, partial)
			}
		} else if seen != 100 || moved > 0 || partial[0] > 1 || partial[1] > 1 || partial[2] > 1 {
			t.Errorf("have %d examples, %d moved, partial batches %v; want 100, 0, and one for each bucket", seen, moved, partial)
		}
	}
}

func TestDatasets(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			datasetstest.Check(t, few(t, name))
			plan := datasets.Plan{Size: 4, Seed: 3, Epoch: 2, Training: true}
			if !slices.Equal(datasetstest.Rows(t, few(t, name), plan), datasetstest.Rows(t, few(t, name), plan)) {
				t.Error("the same options give other batches")
			}
		})
	}
}

// No example is in two parts, and a part does not depend on how large the others are.
func TestPartsAreApart(t *testing.T) {
	whole := func(train int, seed uint64) (parts [3]map[string]bool) {
		d := open(t, "copy", func(o *Copy) { o.Symbols, o.Train, o.Val, o.Test, o.Seed = 12, train, 300, 200, seed })
		for s := range parts {
			parts[s] = map[string]bool{}
			for _, r := range datasetstest.Rows(t, d, datasets.Plan{Split: datasets.Split(s), Size: 10}) {
				parts[s][r.X] = true
			}
			if len(parts[s]) != d.Len(datasets.Split(s)) {
				t.Errorf("have %d different examples in %s, want %d", len(parts[s]), datasets.Split(s), d.Len(datasets.Split(s)))
			}
		}
		return parts
	}
	common := func(a, b map[string]bool) (n int) {
		for x := range a {
			if b[x] {
				n++
			}
		}
		return n
	}
	base, smaller, other := whole(1000, 1), whole(100, 1), whole(1000, 2)
	for s := range base {
		for u := range base {
			if n := common(base[s], base[u]); s != u && n > 0 {
				t.Errorf("%d examples are in both %s and %s", n, datasets.Split(s), datasets.Split(u))
			}
			if n := common(base[s], other[u]); n > 0 {
				t.Errorf("%d examples are the same with another seed", n)
			}
		}
		if n := common(base[s], smaller[s]); n != len(smaller[s]) {
			t.Errorf("%s: %d of %d examples are those of a larger training part", datasets.Split(s), n, len(smaller[s]))
		}
	}
}

// The examples are these, on every machine and in every version.
func TestGolden(t *testing.T) {
	for name, want := range map[string]string{
		"adding":   "4c6dbcf1bb9d86e6b21fb1c811adf0c42a33d45f88d62f0829728a8a6979395d",
		"copy":     "0cc234c76994af97a321e3e4b593e2c0cb2ecec6d75fb2b18b4e5a5af9edabda",
		"periodic": "8c64f065bbaae15fba7a6e4c728117079420885fae33f89d1380a9f2b03bb066",
		"reverse":  "627be2fe4494a22041c13ebb7660b55e15c153ae557f625ca57e32bd56866062",
		"sort":     "2bb60b4a8d3644b2e8c55c1719b23ba9f151f601ce6f25ef5718505d81586286",
	} {
		if have := few(t, name).Checksum(); have != want {
			t.Errorf("%s: have %s, want %s", name, have, want)
		}
	}
}

func TestChecksum(t *testing.T) {
	sum := func(set func(*Copy)) string { return open(t, "copy", set).Checksum() }
	base := sum(nil)
	if len(base) != 64 || sum(nil) != base {
		t.Errorf("have %s, want 64 digits, always the same", base)
	}
	for name, set := range map[string]func(*Copy){
		"seed":    func(o *Copy) { o.Seed = 2 },
		"train":   func(o *Copy) { o.Train = 2 },
		"length":  func(o *Copy) { o.Length = 2 },
		"symbols": func(o *Copy) { o.Symbols = 2 },
	} {
		if sum(set) == base {
			t.Errorf("another %s has the same checksum", name)
		}
	}
}

func TestImpossiblePlans(t *testing.T) {
	d := few(t, "copy")
	for want, p := range map[string]datasets.Plan{
		"copy: have a batch of 0 examples, want at least 1":                  {},
		"copy: have batch -1 to begin with, want 0 or more":                  {Size: 1, First: -1},
		"copy: have the val part to train with, want train":                  {Split: datasets.Val, Size: 1, Training: true},
		"copy: have 60 training examples, want at least the 61 of one batch": {Size: 61, Training: true},
	} {
		n := 0
		for _, err := range d.Batches(t.Context(), p) {
			if n++; err == nil || err.Error() != want {
				t.Errorf("have %v, want %s", err, want)
			}
		}
		if n != 1 {
			t.Errorf("have %d batches, want only the error", n)
		}
	}
}
