package architectures_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

// TestStepsEqualTheWholeSequence: every registered network of sequences gives, step by step,
// the logits of the whole sequence.
func TestStepsEqualTheWholeSequence(t *testing.T) {
	const rows = 2
	for _, name := range architectures.Names() {
		m, _ := architectures.Lookup(name)
		positions := m.Data.Positions()
		if positions == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			p := nn.NewParams(3, tensor.Float32)
			whole := build(t, p, nn.Infer, m, m.Network, m.Options, rows)
			x, _ := batch(m.Data, rows, tensor.Float32)
			if _, err := whole.Run(x, nil); err != nil {
				t.Fatal(err)
			}
			want := whole.Logits().Data().([]float32)
			one := m
			one.Data = m.Data.OfLength(1)
			step := build(t, p, nn.Step, one, m.Network, m.Options, rows)
			k := m.Data.Classes()
			for i := range positions {
				now := make([]int, rows)
				for r := range now {
					now[r] = x[0].Data().([]int)[r*positions+i]
				}
				if _, err := step.Run([]*tensor.Dense{tensor.New(tensor.WithShape(rows, 1), tensor.WithBacking(now))}, nil); err != nil {
					t.Fatal(err)
				}
				for at, have := range step.Logits().Data().([]float32) {
					if want := want[(at/k*positions+i)*k+at%k]; math.Abs(float64(have-want)) > 1e-5 {
						t.Fatalf("position %d, row %d, class %d: have %v, want %v", i, at/k, at%k, have, want)
					}
				}
			}
		})
	}
}

// A stateful network of two halves of a sequence gives the logits of the whole.
func TestRNNIsStateful(t *testing.T) {
	m, _ := architectures.Lookup("rnn")
	m.Data = datasets.Tokens(6, 7)
	p := nn.NewParams(3, tensor.Float32)
	whole := build(t, p, nn.Infer, m, m.Network, m.Options, 1)
	x, _ := batch(m.Data, 1, tensor.Float32)
	if _, err := whole.Run(x, nil); err != nil {
		t.Fatal(err)
	}
	half, err := nn.Build(p, nn.Infer, m.Network, nn.Settings{Options: m.Options, Spec: m.Data.OfLength(3), Batch: 1, Stateful: true})
	if err != nil {
		t.Fatal(err)
	}
	var have []float32
	for part := range slices.Chunk(x[0].Data().([]int), 3) {
		if _, err := half.Run([]*tensor.Dense{tensor.New(tensor.WithShape(1, 3), tensor.WithBacking(slices.Clone(part)))}, nil); err != nil {
			t.Fatal(err)
		}
		have = append(have, half.Logits().Data().([]float32)...)
	}
	for i, want := range whole.Logits().Data().([]float32) {
		if math.Abs(float64(have[i]-want)) > 1e-6 {
			t.Fatalf("logit %d: have %v, want %v", i, have[i], want)
		}
	}
}

// The sizes of GPT-2 have the parameters of the published networks.
func TestGPT2Counts(t *testing.T) {
	m, _ := architectures.Lookup("gpt")
	m.Data = datasets.Tokens(1024, 50257)
	for _, c := range []struct {
		name              string
		depth, dim, heads int
		params            int
	}{
		{"gpt2", 12, 768, 12, 124439808},
		{"gpt2-medium", 24, 1024, 16, 354823168},
		{"gpt2-large", 36, 1280, 20, 774030080},
		{"gpt2-xl", 48, 1600, 25, 1557611200},
	} {
		m.Network = architectures.GPT{Dim: c.dim, Depth: c.depth, Heads: c.heads, Context: 1024}
		if params, _ := counted(t, m); params != c.params {
			t.Errorf("%s: have %d parameters, want %d", c.name, params, c.params)
		}
	}
}

// The weights start as GPT-2's: from a normal distribution of deviation 0.02, and at the end
// of a branch of that by the square root of the number of branches. Norms begin as the
// identity, and biases at zero.
func TestGPTStart(t *testing.T) {
	m, _ := architectures.Lookup("gpt")
	p := nn.NewParams(1, tensor.Float32)
	build(t, p, nn.Infer, m, m.Network, m.Options, 1)
	for _, q := range p.All() {
		want := 0.02
		switch {
		case strings.HasSuffix(q.Path, "out_proj.weight"), strings.HasSuffix(q.Path, "c_proj.weight"):
			want /= math.Sqrt(8)
		case strings.HasSuffix(q.Path, "bias"), strings.Contains(q.Path, "ln_"):
			want = 0
		}
		var sum, squares float64
		v := q.Value.Data().([]float32)
		for _, w := range v {
			sum += float64(w)
			squares += float64(w) * float64(w)
		}
		mean := sum / float64(len(v))
		if std := math.Sqrt(max(0, squares/float64(len(v))-mean*mean)); math.Abs(std-want) > 0.04*want {
			t.Errorf("%s: have deviation %.4f, want %.4f", q.Path, std, want)
		}
	}
}

// A network of sequences says what it takes.
func TestSequenceInputs(t *testing.T) {
	for _, c := range []struct {
		name string
		data datasets.Spec
		want string
	}{
		{"gpt", datasets.Images(28, 28, 1, 10), "have images (28, 28, 1), want tokens (T)"},
		{"gpt", numbers(datasets.Label(3)), "have pairs (5, 2), want tokens (T)"},
		{"gpt", datasets.Tokens(65, 65), "have sequences of 65 tokens, want at most context 64: raise context, or take shorter sequences"},
		{
			"gpt",
			datasets.Spec{Inputs: datasets.Tokens(8, 20).Inputs, Targets: []datasets.Field{datasets.Label(2)}},
			"have 2 classes of class, want 20, the number of tokens: the logits are products with the tokens' vectors",
		},
		{"rnn", datasets.Images(28, 28, 1, 10), "have images (28, 28, 1), want tokens (T) or numbers (T, C)"},
	} {
		m, _ := architectures.Lookup(c.name)
		_, err := nn.Build(nn.OutlineParams(tensor.Float32), nn.Infer, m.Network, nn.Settings{Options: m.Options, Spec: c.data, Batch: 1})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: have error %v, want %s", c.name, err, c.want)
		}
	}
}

func TestSequenceValidate(t *testing.T) {
	for want, m := range map[string]interface{ Validate() []nn.Problem }{
		"": architectures.GPT{Dim: 12, Depth: 2, Heads: 3, Context: 6},
		"dim: have 0, want at least 1; depth: have -1, want at least 1; heads: have 0, want at least 1; context: have 0, want at least 1": architectures.GPT{Depth: -1},
		"heads: have 5, want a divisor of dim 12":                       architectures.GPT{Dim: 12, Depth: 2, Heads: 5, Context: 6},
		"units: have 0, want at least 1":                                architectures.RNN{},
		"residual: requires a second layer: set depth, or leave it out": architectures.CharRNN{Units: 8, Depth: 1, Cell: "gru", Residual: true},
	} {
		var have []string
		for _, p := range m.Validate() {
			have = append(have, p.Key+": "+p.Message)
		}
		if got := strings.Join(have, "; "); got != want {
			t.Errorf("have %q, want %q", got, want)
		}
	}
}
