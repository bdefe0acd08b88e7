package use_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/experiments/use"
	"zoo/nn"
	"zoo/nn/generate"
)

// digits is a vocabulary of ten characters.
type digits struct{}

func (digits) Size() int { return 10 }

func (digits) Encode(text string) (tokens []int, err error) {
	for _, r := range text {
		tokens = append(tokens, int(r-'0'))
	}
	return tokens, nil
}

func (digits) Decode(tokens []int) string { return strings.Trim(fmt.Sprint(tokens), "[]") }

// writer continues texts with a new network of 8 positions.
func writer(t *testing.T, model string, rows int, window bool) *use.Writer {
	t.Helper()
	overrides := []string{"units=6"}
	if model == "gpt" {
		overrides = []string{"dim=8", "depth=2", "heads=2", "context=8", "init=normal(0.5)"}
	}
	r, err := use.Find(model, overrides...)
	if err != nil {
		t.Fatal(err)
	}
	spec := datasets.Tokens(8, 10)
	p := nn.NewParams(7, tensor.Float32)
	if _, err := nn.Build(p, nn.Infer, r.Model.Network(), nn.Settings{Options: r.Model.Options, Spec: spec, Batch: 1}); err != nil {
		t.Fatal(err)
	}
	w, err := r.Writer(t.Context(), digits{}, spec, saved(t, p), rows, window)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// written are the texts that follow a prompt.
func written(t *testing.T, w *use.Writer, rows, n int, o generate.Sampling, prompt ...int) []string {
	t.Helper()
	texts := make([]string, rows)
	for pieces, err := range w.Sample(t.Context(), prompt, n, o) {
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range pieces {
			texts[i] += p
		}
	}
	return texts
}

// Step by step and with a window the same text is written, as long as the network has
// positions; with a window it goes on.
func TestWriters(t *testing.T) {
	for _, model := range []string{"gpt", "rnn"} {
		for _, o := range []generate.Sampling{{}, {Temperature: 1, Seed: 3}, {Temperature: 2, TopK: 4, TopP: 0.9}} {
			cached, window := writer(t, model, 2, false), writer(t, model, 2, true)
			have, want := written(t, cached, 2, 6, o, 1, 2, 3), written(t, window, 2, 6, o, 1, 2, 3)
			if fmt.Sprint(have) != fmt.Sprint(want) || len(have[0]) != 6 {
				t.Errorf("%s, %+v: have %q step by step and %q with a window", model, o, have, want)
			}
			if o.Temperature == 1 && have[0] == have[1] {
				t.Errorf("%s: have %q twice", model, have[0])
			}
			if long := written(t, window, 2, 20, o, 1, 2, 3); len(long[1]) != 20 || !strings.HasPrefix(long[1], have[1]) {
				t.Errorf("%s: have %q, want what begins with %q", model, long[1], have[1])
			}
		}
	}
}

// bytesOf is a vocabulary whose tokens are single bytes.
type bytesOf string

func (b bytesOf) Size() int { return len(b) }

func (b bytesOf) Encode(text string) (tokens []int, err error) {
	for i := range len(text) {
		tokens = append(tokens, strings.IndexByte(string(b), text[i]))
	}
	return tokens, nil
}

func (b bytesOf) Decode(tokens []int) string {
	var text []byte
	for _, t := range tokens {
		text = append(text, b[t])
	}
	return string(text)
}

// A character comes when all of its bytes are there, and what is none comes as it is.
func TestPiecesAreWhole(t *testing.T) {
	const parts = "a\xc3\xa9\xe4\xb8\x96\xf0\x9f\x98" // of a, é, 世, and most of 😀
	r, err := use.Find("rnn", "units=6")
	if err != nil {
		t.Fatal(err)
	}
	spec := datasets.Tokens(8, len(parts))
	p := nn.NewParams(7, tensor.Float32)
	if _, err := nn.Build(p, nn.Infer, r.Model.Network(), nn.Settings{Options: r.Model.Options, Spec: spec, Batch: 1}); err != nil {
		t.Fatal(err)
	}
	w, err := r.Writer(t.Context(), bytesOf(parts), spec, saved(t, p), 3, false)
	if err != nil {
		t.Fatal(err)
	}
	const n = 400
	o := generate.Sampling{Temperature: 5, Seed: 1}
	var tokens [][]int
	plain, err := r.Writer(t.Context(), digits{}, spec, saved(t, p), 3, false) // digits is written whole
	if err != nil {
		t.Fatal(err)
	}
	for pieces, err := range plain.Sample(t.Context(), []int{0}, n, o) {
		if err != nil {
			t.Fatal(err)
		}
		row := make([]int, len(pieces))
		for i, p := range pieces {
			fmt.Sscan(p, &row[i])
		}
		tokens = append(tokens, row)
	}
	have, want, held, k := make([]string, 3), make([]string, 3), 0, 0
	ends := []map[int]bool{{}, {}, {}} // of pieces
	for pieces, err := range w.Sample(t.Context(), []int{0}, n, o) {
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range pieces {
			have[i] += p
			want[i] += parts[tokens[k][i] : tokens[k][i]+1]
			if len(p) == 0 {
				held++
			}
			ends[i][len(have[i])] = true
		}
		k++
	}
	for i, text := range have {
		for at, c := range text { // at each character, and each byte that is of none
			for in := at + 1; in < at+utf8.RuneLen(c) && c != utf8.RuneError; in++ {
				if ends[i][in] {
					t.Errorf("row %d: a piece ends within %q", i, c)
				}
			}
		}
	}
	if k != n || held == 0 || fmt.Sprint(have) != fmt.Sprint(want) || !strings.ContainsAny(have[0]+have[1]+have[2], "é世") {
		t.Errorf("have %q after %d steps, %d of which held something back, want %q", have, k, held, want)
	}
}

// The text of a beam of one is that of temperature 0, and those of a wider one come in the
// order of their scores.
func TestWriterSearches(t *testing.T) {
	narrow, err := writer(t, "gpt", 1, false).Search(t.Context(), []int{1}, 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := written(t, writer(t, "gpt", 1, false), 1, 5, generate.Sampling{}, 1)[0]; strings.ReplaceAll(narrow[0].Text, " ", "") != want {
		t.Errorf("have %q, want %q", narrow[0].Text, want)
	}
	wide, err := writer(t, "gpt", 3, false).Search(t.Context(), []int{1}, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(wide) != 3 || *wide[0].Score < *wide[1].Score || *wide[1].Score < *wide[2].Score {
		t.Errorf("have %v", wide)
	}
}

func TestWriterErrors(t *testing.T) {
	ends := func(w *use.Writer, prompt []int, n int) (err error) {
		for _, err = range w.Sample(t.Context(), prompt, n, generate.Sampling{}) {
		}
		return err
	}
	gpt := writer(t, "gpt", 1, false)
	want := "have 9 tokens to write after a prompt of 1, want at most 8: the network has 8 positions; with a window (--window) it goes on"
	if err := ends(gpt, []int{1}, 9); err == nil || err.Error() != want {
		t.Errorf("have error %v, want %s", err, want)
	}
	if err := ends(gpt, []int{1}, 8); err != nil {
		t.Errorf("have error %v", err)
	}
	if _, err := gpt.Search(t.Context(), make([]int, 9), 1, 0); err == nil || !strings.Contains(err.Error(), "want at most 0") {
		t.Errorf("have error %v", err)
	}
	if have := []int{gpt.Room(3), gpt.Room(20), writer(t, "rnn", 1, false).Room(3), writer(t, "gpt", 1, true).Room(3)}; fmt.Sprint(have) != "[6 0 -1 -1]" {
		t.Errorf("have room for %v", have)
	}
	r, err := use.Find("gpt")
	if err != nil {
		t.Fatal(err)
	}
	want = "gpt is a model and has no vocabulary: name a run or an experiment, whose data have one"
	if _, err := r.Data(t.Context(), nil); err == nil || err.Error() != want {
		t.Errorf("have error %v, want %s", err, want)
	}
	if r, err = use.Find("mlp-digits"); err != nil {
		t.Fatal(err)
	}
	want = "digits is not a text: have images (8, 8, 1), want tokens of a vocabulary"
	data, err := r.Data(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Text(data); err == nil || err.Error() != want {
		t.Errorf("have error %v, want %s", err, want)
	}
}
