package generate_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
	"zoo/nn/generate"
)

// A bigram is a Source whose logits depend on the latest token only.
type bigram struct {
	logits [][]float32
	rows   []int // the latest token of each
	steps  int
	fails  int // the step that fails; 0: none
}

func (b *bigram) Rows() int { return len(b.rows) }

func (b *bigram) Step(tokens []int) ([]float32, error) {
	if b.steps++; b.steps == b.fails {
		return nil, errors.New("the step failed")
	}
	b.rows = slices.Clone(tokens)
	var all []float32
	for _, t := range tokens {
		all = append(all, b.logits[t]...)
	}
	return all, nil
}

func (b *bigram) Reorder(rows []int) error {
	old := slices.Clone(b.rows)
	for i, r := range rows {
		b.rows[i] = old[r]
	}
	return nil
}

func (b *bigram) Restart() { b.steps = 0 }

func randomBigram(rows, k int) *bigram {
	r := rand.New(rand.NewPCG(2, 3))
	b := &bigram{rows: make([]int, rows)}
	for range k {
		var row []float32
		for range k {
			row = append(row, float32(2*r.NormFloat64()))
		}
		b.logits = append(b.logits, row)
	}
	return b
}

func sample(t *testing.T, s generate.Source, prompts [][]int, n int, o generate.Sampling) (rows [][]int) {
	t.Helper()
	rows = make([][]int, len(prompts))
	for step, err := range generate.Sample(context.Background(), s, prompts, n, o) {
		if err != nil {
			t.Fatal(err)
		}
		for i, token := range step {
			if token >= 0 {
				rows[i] = append(rows[i], token)
			}
		}
	}
	return rows
}

// How often each token comes is its probability.
func TestSampleFrequencies(t *testing.T) {
	const n = 20000
	for name, c := range map[string]struct {
		o    generate.Sampling
		want []float64 // for logits ln 4, ln 3, ln 2, ln 1
	}{
		"as they are": {generate.Sampling{Temperature: 1}, []float64{0.4, 0.3, 0.2, 0.1}},
		"cooler":      {generate.Sampling{Temperature: 0.5}, []float64{16. / 30, 9. / 30, 4. / 30, 1. / 30}},
		"top 2":       {generate.Sampling{Temperature: 1, TopK: 2}, []float64{4. / 7, 3. / 7, 0, 0}},
		"top 0.6":     {generate.Sampling{Temperature: 1, TopP: 0.6}, []float64{4. / 7, 3. / 7, 0, 0}},
		"top 0.9":     {generate.Sampling{Temperature: 1, TopP: 0.9}, []float64{4. / 9, 3. / 9, 2. / 9, 0}},
		"the top":     {generate.Sampling{}, []float64{1, 0, 0, 0}},
	} {
		row := []float32{float32(math.Log(4)), float32(math.Log(3)), float32(math.Log(2)), 0}
		s := &bigram{logits: [][]float32{row, row, row, row}, rows: make([]int, 1)}
		c.o.Seed = 5
		have := make([]float64, 4)
		for _, token := range sample(t, s, [][]int{{0}}, n, c.o)[0] {
			have[token] += 1. / n
		}
		for i := range have {
			if math.Abs(have[i]-c.want[i]) > 0.015 || c.want[i] == 0 && have[i] != 0 {
				t.Errorf("%s: have token %d with frequency %.3f, want %.3f", name, i, have[i], c.want[i])
			}
		}
	}
}

// Prompts may differ in length, and a row is the same whatever the others are.
func TestSampleRows(t *testing.T) {
	o := generate.Sampling{Temperature: 1, Seed: 9}
	rows := sample(t, randomBigram(2, 5), [][]int{{1}, {2, 3, 4}}, 6, o)
	if len(rows[0]) != 6 || len(rows[1]) != 6 {
		t.Fatalf("have %d and %d tokens, want 6 each", len(rows[0]), len(rows[1]))
	}
	other := sample(t, randomBigram(2, 5), [][]int{{1}, {0}}, 6, o)
	if !slices.Equal(rows[0], other[0]) {
		t.Errorf("have %v, and with another row beside it %v", rows[0], other[0])
	}
	o.Seed = 10
	if again := sample(t, randomBigram(2, 5), [][]int{{1}, {0}}, 6, o); slices.Equal(again[0], other[0]) && slices.Equal(again[1], other[1]) {
		t.Error("another seed gives the same")
	}
}

// As wide as there are continuations, a beam finds the likeliest.
func TestSearchIsExact(t *testing.T) {
	const k, length, end = 4, 3, 0
	for _, penalty := range []float64{0, 1} {
		s := randomBigram(k*k*k, k)
		var want []generate.Hypothesis
		var walk func(h generate.Hypothesis, last int)
		walk = func(h generate.Hypothesis, last int) {
			if len(h.Tokens) == length {
				want = append(want, h)
				return
			}
			sum := 0.0
			for _, v := range s.logits[last] {
				sum += math.Exp(float64(v))
			}
			for token, v := range s.logits[last] {
				g := generate.Hypothesis{Tokens: slices.Clone(h.Tokens), LogP: h.LogP + float64(v) - math.Log(sum)}
				if token == end {
					want = append(want, g)
					continue
				}
				g.Tokens = append(g.Tokens, token)
				walk(g, token)
			}
		}
		walk(generate.Hypothesis{}, 2)
		for i, h := range want {
			want[i].Score = h.LogP / math.Pow(float64(5+len(h.Tokens))/6, penalty)
		}
		slices.SortFunc(want, func(a, b generate.Hypothesis) int {
			if a.Score > b.Score {
				return -1
			}
			return 1
		})
		have, err := generate.Search(context.Background(), s, []int{1, 2}, generate.Beam{Width: k * k * k, Length: length, End: end, Penalty: penalty})
		if err != nil {
			t.Fatal(err)
		}
		if len(have) != len(want) {
			t.Fatalf("have %d hypotheses, want %d", len(have), len(want))
		}
		for i := range want {
			// Of equal scores any may be first.
			at := slices.IndexFunc(want, func(h generate.Hypothesis) bool { return slices.Equal(h.Tokens, have[i].Tokens) })
			if math.Abs(have[i].Score-want[i].Score) > 1e-6 || at < 0 || math.Abs(have[i].LogP-want[at].LogP) > 1e-6 {
				t.Errorf("hypothesis %d: have %v, want %v", i, have[i], want[i])
			}
		}
	}
}

// A beam of one is the likeliest token at each step.
func TestNarrowBeamIsGreedy(t *testing.T) {
	have, err := generate.Search(context.Background(), randomBigram(1, 6), []int{3}, generate.Beam{Width: 1, Length: 8, End: -1})
	if err != nil {
		t.Fatal(err)
	}
	if want := sample(t, randomBigram(1, 6), [][]int{{3}}, 8, generate.Sampling{})[0]; !slices.Equal(have[0].Tokens, want) {
		t.Errorf("have %v, want %v", have[0].Tokens, want)
	}
}

func TestErrors(t *testing.T) {
	first := func(s generate.Source, prompts [][]int, n int, o generate.Sampling) (err error) {
		for _, e := range generate.Sample(context.Background(), s, prompts, n, o) {
			if e != nil {
				return e
			}
		}
		return nil
	}
	search := func(prompt []int, o generate.Beam) error {
		_, err := generate.Search(context.Background(), randomBigram(2, 3), prompt, o)
		return err
	}
	diverged := randomBigram(1, 3)
	diverged.logits[0][1] = float32(math.NaN())
	failing := randomBigram(1, 3)
	failing.fails = 2
	ended, end := context.WithCancel(context.Background())
	end()
	var stopped error
	for _, stopped = range generate.Sample(ended, randomBigram(1, 3), [][]int{{0}}, 3, generate.Sampling{}) {
	}
	for _, c := range []struct {
		have error
		want string
	}{
		{first(randomBigram(1, 3), [][]int{{0}}, 3, generate.Sampling{Temperature: -1, TopK: -2, TopP: 1.5}),
			"temperature: have -1, want 0 or more\ntop-k: have -2, want 0 or more\ntop-p: have 1.5, want a probability, in [0, 1]"},
		{first(randomBigram(1, 3), [][]int{{0}}, 3, generate.Sampling{Temperature: math.NaN()}), "temperature: have NaN, want 0 or more"},
		{first(randomBigram(2, 3), [][]int{{}}, -1, generate.Sampling{}), "have 1 prompts, want 2\nlength: have -1, want 0 or more tokens\nprompt 1 is empty, want at least one token"},
		{first(diverged, [][]int{{0}}, 3, generate.Sampling{}), "the network returns NaN for token 1 of row 1: its weights may have diverged"},
		{first(failing, [][]int{{0}}, 3, generate.Sampling{}), "the step failed"},
		{stopped, "context canceled"},
		{search([]int{0}, generate.Beam{}), "beam: have a width of 0, want at least 1\nbeam: have a length of 0, want at least 1 token"},
		{search([]int{0}, generate.Beam{Width: 3, Length: 1}), "beam: have a source of 2 rows, want 3"},
		{search(nil, generate.Beam{Width: 2, Length: 1, Penalty: -1}), "beam: have a length penalty of -1, want 0 or more\nthe prompt is empty, want at least one token"},
	} {
		if c.have == nil || c.have.Error() != c.want {
			t.Errorf("have error %v\nwant %s", c.have, c.want)
		}
	}
}

const tokens, width, longest = 7, 8, 10

type network func(s *nn.Scope, x *G.Node) *G.Node

func (n network) Build(s *nn.Scope, in ...*G.Node) *G.Node { return n(s, in[0]) }

// causal is one attention, with learned positions.
var causal = network(func(s *nn.Scope, x *G.Node) *G.Node {
	table := nn.NewEmbedding(s.In("tokens"), tokens, width, 1)
	y := nn.Add(s, table.Look(s, x), nn.NewEmbedding(s.In("positions"), longest, width, 1).Look(s, s.Positions(x.Shape()[1], longest)))
	y = nn.Add(s, y, nn.Attention(s.In("attention"), y, nn.AttentionOptions{Heads: 2, Causal: true, Context: longest}))
	return table.Logits(s, y)
})

func build(t *testing.T, p *nn.Params, mode nn.Mode, rows, length int) *nn.Program {
	t.Helper()
	pr, err := nn.Build(p, mode, causal, nn.Settings{
		Options: nn.Options{Init: "kaiming_normal", BiasInit: "zero", ResidualInit: "none", Norm: "none", Activation: "relu"}, Batch: rows,
		Spec: datasets.Tokens(length, tokens),
	})
	if err != nil {
		t.Fatal(err)
	}
	return pr
}

func TestCachedEqualsWindow(t *testing.T) {
	const rows = 2
	p := nn.NewParams(4, tensor.Float32)
	window, cached := generate.Window(build(t, p, nn.Infer, rows, longest), longest), generate.Cached(build(t, p, nn.Step, rows, 1))
	r := rand.New(rand.NewPCG(1, 1))
	for range longest {
		next := []int{r.IntN(tokens), r.IntN(tokens)}
		a, err := window.Step(next)
		if err != nil {
			t.Fatal(err)
		}
		b, err := cached.Step(next)
		if err != nil {
			t.Fatal(err)
		}
		for i := range a {
			if math.Abs(float64(a[i]-b[i])) > 1e-5 {
				t.Fatalf("logit %d: have %v of the window and %v cached", i, a[i], b[i])
			}
		}
		if err := errors.Join(window.Reorder([]int{1, 0}), cached.Reorder([]int{1, 0})); err != nil {
			t.Fatal(err)
		}
	}
	prompts := [][]int{{1, 2}, {3}}
	if a, b := sample(t, window, prompts, longest-2, generate.Sampling{}), sample(t, cached, prompts, longest-2, generate.Sampling{}); !slices.EqualFunc(a, b, slices.Equal) {
		t.Errorf("at temperature 0: have %v of the window and %v cached", a, b)
	}
}

// addClass adds a vector (N, D) to each position of x (N, T, D).
type addClass[F nn.Float] struct{}

func (addClass[F]) Name() string                                  { return "add class" }
func (addClass[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return in[0], nil }
func (addClass[F]) Reads() ([]int, bool)                          { return nil, false }

func (addClass[F]) Forward(out nn.Tensor[F], in []nn.Tensor[F]) {
	t, d := in[0].Shape[1], in[0].Shape[2]
	for i, x := range in[0].V {
		out.V[i] = x + in[1].V[i/(t*d)*d+i%d]
	}
}

func (addClass[F]) Backward([]nn.Tensor[F], nn.Tensor[F], nn.Tensor[F], []nn.Tensor[F]) {
	panic("it is not trained")
}

// classed is a convolution of tokens (N, T), and a vector for the class (N) of each sequence.
type classed struct{}

func (classed) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	table := nn.NewEmbedding(s.In("tokens"), tokens, width, 1)
	x := nn.CausalConv(s.In("conv"), table.Look(s, in[0]), width, 3, 1)               // (N, T, width)
	class := nn.NewEmbedding(s.In("classes"), 3, width, 1).Look(s.In("class"), in[1]) // (N, width)
	return table.Logits(s, nn.Apply(s.In("add"), addClass[float32]{}, addClass[float64]{}, x, class))
}

// Further inputs are given at each step, and go with their rows.
func TestFurtherInputs(t *testing.T) {
	const rows = 2
	p := nn.NewParams(4, tensor.Float32)
	made := func(mode nn.Mode, length int) *nn.Program {
		spec := datasets.Tokens(length, tokens)
		spec.Inputs = append(spec.Inputs, datasets.Label(3))
		pr, err := nn.Build(p, mode, classed{}, nn.Settings{Options: nn.Options{Init: "kaiming_normal", BiasInit: "zero", ResidualInit: "none", Norm: "none", Activation: "relu"}, Batch: rows, Spec: spec})
		if err != nil {
			t.Fatal(err)
		}
		return pr
	}
	classes := func(c ...int) *tensor.Dense { return tensor.New(tensor.WithShape(len(c)), tensor.WithBacking(c)) }
	given := classes(2, 0)
	window, cached := generate.Window(made(nn.Infer, 5), 5, given), generate.Cached(made(nn.Step, 1), given)
	swapped := generate.Cached(made(nn.Step, 1), classes(0, 2))
	for i := range 5 {
		next := []int{i % tokens, i % tokens}
		a, err := window.Step(next)
		if err != nil {
			t.Fatal(err)
		}
		a = slices.Clone(a)
		b, err := cached.Step(next)
		if err != nil {
			t.Fatal(err)
		}
		b = slices.Clone(b)
		c, err := swapped.Step(next)
		if err != nil {
			t.Fatal(err)
		}
		for k := range a {
			if math.Abs(float64(a[k]-b[k])) > 1e-5 || b[k] != c[(k+tokens)%(2*tokens)] {
				t.Fatalf("step %d, logit %d: have %v of the window, %v cached, and %v of the rows in the other order", i, k, a[k], b[k], c[(k+tokens)%(2*tokens)])
			}
		}
		if slices.Equal(a[:tokens], a[tokens:]) {
			t.Fatal("both classes have the same logits")
		}
		if err := errors.Join(window.Reorder([]int{1, 0}), cached.Reorder([]int{1, 0}), swapped.Reorder([]int{1, 0})); err != nil {
			t.Fatal(err)
		}
	}
	if have := given.Data().([]int); !slices.Equal(have, []int{2, 0}) {
		t.Errorf("the caller's classes became %v", have)
	}
}

// A network that does not read what it is given besides the tokens is an error.
func TestUnreadInput(t *testing.T) {
	spec := datasets.Tokens(4, tokens)
	spec.Inputs = append(spec.Inputs, datasets.Label(3))
	_, err := nn.Build(nn.NewParams(4, tensor.Float32), nn.Infer, causal, nn.Settings{Options: nn.Options{Init: "kaiming_normal", BiasInit: "zero", ResidualInit: "none", Norm: "none", Activation: "relu"}, Batch: 1, Spec: spec})
	if want := "the network does not read class: want one that does, or data without it"; err == nil || err.Error() != want {
		t.Errorf("have %v, want %s", err, want)
	}
}

// Beyond the context, a Cached source goes on from the later half of it.
func TestCachedGoesOn(t *testing.T) {
	p := nn.NewParams(4, tensor.Float32)
	long, short := generate.Cached(build(t, p, nn.Step, 1, 1)), generate.Cached(build(t, p, nn.Step, 1, 1))
	var last []float32
	for i := range longest + 1 {
		logits, err := long.Step([]int{i % tokens})
		if err != nil {
			t.Fatal(err)
		}
		last = slices.Clone(logits)
	}
	var want []float32
	for i := longest / 2; i <= longest; i++ {
		var err error
		if want, err = short.Step([]int{i % tokens}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(last, want) {
		t.Errorf("have %v, want %v", last, want)
	}
	if _, err := long.Step([]int{tokens}); err == nil || !strings.Contains(err.Error(), "have token 7") {
		t.Errorf("have error %v, want one of token 7", err)
	}
}
