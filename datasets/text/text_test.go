package text

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"zoo/datasets"
	"zoo/datasets/datasetstest"
	"zoo/internal/origin"
)

// section is that of a text in a file of its own.
func section(t testing.TB, text string, o Options) datasets.Section {
	t.Helper()
	s := datasets.Named("text")
	s.Root = filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(s.Root, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	o.Tokenizer = cmp.Or(o.Tokenizer, "characters")
	*s.Options().(*Options) = o
	return s
}

func open(t testing.TB, text string, o Options) datasets.Dataset {
	t.Helper()
	d, err := datasets.Open(t.Context(), section(t, text, o), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// counted is a text in which no character occurs twice: n code points from 1,000 on.
func counted(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteRune(rune(1000 + i))
	}
	return b.String()
}

// A window is a row that outlives its batch.
type window struct {
	x, y       []int
	batch, row int
}

func windows(t testing.TB, d datasets.Dataset, p datasets.Plan) (all []window) {
	t.Helper()
	for b, err := range d.Batches(t.Context(), p) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.N {
			all = append(all, window{slices.Clone(datasets.Row[int](b.X[0], i)), slices.Clone(datasets.Row[int](b.Y[0], i)), b.Index, i})
		}
	}
	return all
}

func TestDatasets(t *testing.T) {
	for _, stream := range []bool{false, true} {
		datasetstest.Check(t, open(t, counted(200), Options{Length: 7, Val: 0.25, Test: 0.2, Stream: stream}))
	}
}

func TestTinyShakespeare(t *testing.T) {
	s := datasets.Named("tinyshakespeare")
	d, err := datasets.Open(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := d.(*corpus)
	n := len(c.tokens[0]) + len(c.tokens[1]) + len(c.tokens[2])
	if n != shakespeareLength || c.tokenizer.Size() != shakespeareVocabulary || shakespeareVocabulary != 65 {
		t.Errorf("have %d characters of %d kinds, want %d of %d", n, c.tokenizer.Size(), shakespeareLength, shakespeareVocabulary)
	}
	if have := fmt.Sprint(d.Len(datasets.Train), d.Len(datasets.Val), d.Len(datasets.Test)); have != "15684 872 872" {
		t.Errorf("have parts of %s windows, want 15684 872 872", have)
	}
	first := windows(t, d, datasets.Plan{Size: 1})[0]
	if have, want := d.(datasets.Textual).Vocabulary().Decode(first.x), "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAl"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
	p := s.Preview()
	if fmt.Sprint(*p.Spec) != fmt.Sprint(d.Spec()) || p.Train != d.Len(datasets.Train) || p.NoVal || len(p.Sizes) != 2 {
		t.Errorf("have the preview %+v, want what the dataset has", p)
	}
	i, err := datasets.Lookup("tinyshakespeare")
	if err != nil || i.Task != "language" || i.Train != 15684 || i.Test != 872 || i.Classes != 65 || i.Licence != "public domain" || i.Cite == "" || i.Where != origin.Embedded || !i.Embedded || i.NeedsRoot {
		t.Errorf("have %+v, %v", i, err)
	}
	if where, err := datasets.Verify(t.Context(), s, nil); err != nil || where != origin.Embedded {
		t.Errorf("have %s, %v", where, err)
	}
}

// An embedded text that is damaged is an error.
func TestShakespeareIsChecked(t *testing.T) {
	whole := shakespeareFile
	defer func() { shakespeareFile = whole }()
	shakespeareFile = slices.Clone(whole)
	shakespeareFile[100_000] ^= 1
	if _, err := datasets.Open(t.Context(), datasets.Named("tinyshakespeare"), nil); err == nil {
		t.Error("a damaged text is read")
	}
}

// A text of the user's is known only when it is read.
func TestOwnText(t *testing.T) {
	s := section(t, "to be, or not to be: that is the question", Options{Length: 4})
	if p := s.Preview(); p.Spec != nil || p.Train != 0 || !p.NoVal {
		t.Errorf("have the preview %+v, want that nothing is known but that there is no validation part", p)
	}
	d, err := datasets.Open(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v := d.(datasets.Textual).Vocabulary(); v.Size() != 15 || d.Spec().Classes() != 15 {
		t.Errorf("have a vocabulary of %d, want 15", v.Size())
	}
	if where, err := datasets.Get(t.Context(), s, nil); err != nil || where != s.Root {
		t.Errorf("have %s, %v, want %s", where, err, s.Root)
	}
	moved := section(t, "to be, or not to be: that is the question", Options{Length: 4})
	e, err := datasets.Open(t.Context(), moved, nil)
	if err != nil || e.Checksum() != d.Checksum() {
		t.Errorf("the same text has another checksum elsewhere; %v", err)
	}
	for name, other := range map[string]datasets.Dataset{
		"text":    open(t, "to be, or not to be: that is a question", Options{Length: 4}),
		"options": open(t, "to be, or not to be: that is the question", Options{Length: 5}),
	} {
		if other.Checksum() == d.Checksum() {
			t.Errorf("another %s has the same checksum", name)
		}
	}
}

// The parts follow one another, and every token of val and test but their first is
// predicted once, in order.
func TestEvaluation(t *testing.T) {
	for _, stream := range []bool{false, true} {
		for _, size := range []int{1, 3, 4, 5, 100} {
			d := open(t, counted(200), Options{Length: 7, Val: 0.25, Test: 0.2, Stream: stream})
			for s, want := range map[datasets.Split][2]int{datasets.Val: {110, 160}, datasets.Test: {160, 200}} {
				all := windows(t, d, datasets.Plan{Split: s, Size: size})
				if len(all) != d.Len(s) {
					t.Errorf("have %d windows, want %d", len(all), d.Len(s))
				}
				predicted := map[int]int{}
				for _, w := range all {
					for i, y := range w.y {
						if y < 0 {
							if w.x[i] != 0 || slices.Max(w.y[i:]) != -1 {
								t.Errorf("have %v and %v, want padding at the end only", w.x, w.y)
							}
							continue
						}
						predicted[y]++
						if w.x[i] != y-1 || i > 0 && w.x[i] != w.x[i-1]+1 {
							t.Errorf("have %v before %v, want each next token", w.x, w.y)
						}
					}
				}
				for token := want[0] + 1; token < want[1]; token++ {
					if predicted[token] != 1 {
						t.Errorf("%s, %d at once: token %d is predicted %d times", s, size, token, predicted[token])
					}
				}
				if len(predicted) != want[1]-want[0]-1 {
					t.Errorf("%s: have %d tokens, want %d", s, len(predicted), want[1]-want[0]-1)
				}
				if !stream && !slices.IsSortedFunc(all, func(a, b window) int { return a.x[0] - b.x[0] }) {
					t.Errorf("%s: the windows are not in order", s)
				}
				if stream {
					goesOn(t, all)
				}
			}
		}
	}
}

// goesOn checks that each row begins with the token that the same row of the batch before
// was to predict last.
func goesOn(t *testing.T, all []window) {
	t.Helper()
	last := map[int]int{}
	for _, w := range all {
		if want, ok := last[w.row]; ok && w.x[0] != want {
			t.Errorf("row %d of batch %d begins with %d, want %d", w.row, w.batch, w.x[0], want)
		}
		last[w.row] = w.y[len(w.y)-1]
	}
}

func TestTraining(t *testing.T) {
	for _, stream := range []bool{false, true} {
		d := open(t, counted(200), Options{Length: 7, Val: 0.25, Test: 0.2, Stream: stream}) // 110 tokens to train with
		plan := datasets.Plan{Size: 4, Seed: 1, Epoch: 2, Training: true}
		base := windows(t, d, plan)
		if want := d.Len(datasets.Train) / 4 * 4; len(base) != want {
			t.Errorf("have %d windows, want %d", len(base), want)
		}
		seen := map[int]bool{}
		for _, w := range base {
			for i, x := range w.x {
				if seen[x] || w.y[i] != x+1 || x > 108 {
					t.Errorf("have %v before %v: each token of the training part once, and the next", w.x, w.y)
				}
				seen[x] = true
			}
		}
		if stream {
			goesOn(t, base)
			continue
		}
		offset := base[0].x[0] % 7
		for _, w := range base {
			if w.x[0]%7 != offset {
				t.Errorf("have a window from %d on, want them one after another", w.x[0])
			}
		}
		offsets := map[int]bool{}
		for epoch := range 60 {
			all := windows(t, d, datasets.Plan{Size: 1, Seed: 1, Epoch: epoch, Training: true})
			if len(all) != 14 {
				t.Fatalf("have %d windows, want 14 in every epoch", len(all))
			}
			offsets[all[0].x[0]%7] = true
		}
		if len(offsets) != 7 {
			t.Errorf("have offsets %v, want all below 7", offsets)
		}
	}
}

// The streams of a training part are as long as they can be.
func TestStreams(t *testing.T) {
	d := open(t, counted(101), Options{Length: 5, Stream: true})
	if !d.(datasets.Streamed).Stream() || open(t, counted(101), Options{Length: 5}).(datasets.Streamed).Stream() {
		t.Error("stream is not what the options say")
	}
	begins := map[int]int{}
	for _, w := range windows(t, d, datasets.Plan{Size: 4, Training: true}) {
		if w.batch == 0 {
			begins[w.row] = w.x[0]
		}
	}
	if fmt.Sprint(begins) != "map[0:0 1:25 2:50 3:75]" {
		t.Errorf("have streams that begin at %v, want 0, 25, 50 and 75", begins)
	}
}

func TestErrors(t *testing.T) {
	whole := Options{Length: 4}
	for name, c := range map[string]struct {
		text string
		o    Options
		want string
	}{
		"empty":     {"", whole, "is empty: want text"},
		"not UTF-8": {"caf\u00e9\ncaf\xe9", whole, "byte 10 (0xe9, in line 2) is not UTF-8: convert the text to UTF-8, or set data.tokenizer=bytes or bpe, which take any file"},
		"too short": {"1234567", whole, "data.length: have windows of 4 tokens, and 7 tokens in the train part, want at least 8: lower data.length, or take a longer text"},
		"val too short": {counted(40), Options{Length: 4, Val: 0.1, Test: 0.1}, "have windows of 4 tokens, and 4 tokens in the val part, want at least 5: lower data.length, or take a longer text\n" +
			"data.length: have windows of 4 tokens, and 4 tokens in the test part, want at least 5"},
		"stream too short": {"1234", Options{Length: 4, Stream: true}, "have windows of 4 tokens, and 4 tokens in the train part, want at least 5"},
		"no length":        {"1234", Options{Val: -1, Test: 2}, "data.length: have 0, want at least 1\ndata.val: have -1, want a share of the text, at least 0 and less than 1\ndata.test: have 2, want a share"},
		"NaN":              {"1234", Options{Length: 1e6, Val: math.NaN()}, "data.length: have 1000000, want at most 65536\ndata.val: have NaN, want a share"},
		"nothing left":     {"1234", Options{Length: 4, Val: 0.5, Test: 0.5}, "data.test: have 0.5, and 0.5 for val, want less than 1 together: nothing is left to train with"},
	} {
		_, err := datasets.Open(t.Context(), section(t, c.text, c.o), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: have\n%v\nwant\n%s", name, err, c.want)
		}
	}
}

func TestImpossiblePlans(t *testing.T) {
	d := open(t, counted(40), Options{Length: 4})
	for want, p := range map[string]datasets.Plan{
		"text: have a batch of 0 examples, want at least 1":                 {},
		"text: have batch -1 to begin with, want 0 or more":                 {Size: 1, First: -1},
		"text: have the test part to train with, want train":                {Split: datasets.Test, Size: 1, Training: true},
		"text: have 9 training examples, want at least the 10 of one batch": {Size: 10, Training: true},
	} {
		for _, err := range d.Batches(t.Context(), p) {
			if err == nil || err.Error() != want {
				t.Errorf("have %v, want %s", err, want)
			}
		}
	}
	if n := len(windows(t, d, datasets.Plan{Split: datasets.Val, Size: 1})); n != 0 {
		t.Errorf("have %d windows of no part", n)
	}
}

func TestCharacters(t *testing.T) {
	v := charactersOf("naïve 世界\n")
	if have := v.Decode([]int{0, 1, 2, 3, 4, 5, 6, 7, 8}); v.Size() != 9 || have != "\n aenvï世界" {
		t.Errorf("have %q, want the characters in ascending order", have)
	}
	if tokens, err := v.Encode("ïn界"); err != nil || !slices.Equal(tokens, []int{6, 4, 8}) {
		t.Errorf("have %v, %v, want 6, 4, 8", tokens, err)
	}
	if have := v.Decode([]int{-1, 2, 9}); have != "\ufffda\ufffd" {
		t.Errorf("have %q, want U+FFFD for what is no token", have)
	}
	for text, want := range map[string]string{
		"nave Zé Z": `have 'Z' (character 6), 'é' (character 7), want characters that the text of the vocabulary has: "\n aenvï世界"`,
		"na\xffve":  "byte 3 (0xff, in line 1) is not UTF-8",
	} {
		if _, err := v.Encode(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: have %v, want %s", text, err, want)
		}
	}
	if have := charactersOf(counted(1000)).String(); !strings.HasSuffix(have, `" and 850 more`) || utf8.RuneCountInString(have) > 200 {
		t.Errorf("have %s, want the first 150", have)
	}
}
