package architectures_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
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
		// WaveNet's longest memory is of 512 positions: it begins anew after as many.
		most := 600
		if testing.Short() {
			most = 40
		}
		if positions > most {
			positions = most
			m.Data = m.Data.OfLength(positions)
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

// recurrentNames are the registered networks that carry a state.
var recurrentNames = []string{"rnn", "irnn", "lstm", "gru", "char-rnn", "deep-rnn"}

// A stateful network of two halves of a sequence gives the logits of the whole.
func TestRecurrentNetworksAreStateful(t *testing.T) {
	const rows, half = 2, 3
	for _, name := range recurrentNames {
		t.Run(name, func(t *testing.T) {
			m, _ := architectures.Lookup(name)
			m.Data = datasets.Tokens(2*half, 7)
			p := nn.NewParams(3, tensor.Float32)
			whole := build(t, p, nn.Infer, m, m.Network, m.Options, rows)
			x, _ := batch(m.Data, rows, tensor.Float32)
			if _, err := whole.Run(x, nil); err != nil {
				t.Fatal(err)
			}
			want := whole.Logits().Data().([]float32)
			m.Data = m.Data.OfLength(half)
			part := build(t, p, nn.Infer, m, m.Network, m.Options, rows, stateful)
			const size = half * 7
			for i := range 2 {
				if _, err := part.Run(positionsOf(x, i*half, half), nil); err != nil {
					t.Fatal(err)
				}
				for at, have := range part.Logits().Data().([]float32) {
					if want := want[(at/size*2+i)*size+at%size]; math.Abs(float64(have-want)) > 1e-6 {
						t.Fatalf("half %d, logit %d: have %v, want %v", i, at, have, want)
					}
				}
			}
		})
	}
}

func stateful(s *nn.Settings) { s.Stateful = true }

// positionsOf are n positions of integers (N, T), from one on.
func positionsOf(x []*tensor.Dense, from, n int) []*tensor.Dense {
	var part []int
	for row := range slices.Chunk(x[0].Data().([]int), x[0].Shape()[1]) {
		part = append(part, row[from:][:n]...)
	}
	return []*tensor.Dense{tensor.New(tensor.WithShape(x[0].Shape()[0], n), tensor.WithBacking(part))}
}

// TestTruncatedBackpropagation: the gradient of a part of a sequence that is the whole is the
// gradient. That of a second half is the one from the state where it begins, whoever put it
// there; and what it lacks is what the first half adds by way of this state.
func TestTruncatedBackpropagation(t *testing.T) {
	const rows, half = 2, 4
	for _, name := range recurrentNames {
		t.Run(name, func(t *testing.T) {
			m, _ := architectures.Lookup(name)
			m.Options.Init = "fan_in_uniform" // far from the kinks of ReLUs
			m.Data = datasets.Tokens(2*half, 7)
			p := nn.NewParams(3, tensor.Float64)
			train := func(length int, change ...func(*nn.Settings)) *nn.Program {
				m.Data = m.Data.OfLength(length)
				return build(t, p, nn.Train, m, m.Network, m.Options, rows, change...)
			}
			run := func(pr *nn.Program, x, y []*tensor.Dense) float64 {
				loss, err := pr.Run(x, y)
				if err != nil {
					t.Fatal(err)
				}
				return loss
			}
			x, y := batch(m.Data, rows, tensor.Float64)
			first := func(v []*tensor.Dense) []*tensor.Dense { return positionsOf(v, 0, half) }
			second := func(v []*tensor.Dense) []*tensor.Dense { return positionsOf(v, half, half) }

			whole, chunk := train(2*half), train(2*half, stateful)
			for range 2 {
				chunk.Restart()
				run(whole, x, y)
				run(chunk, x, y)
				if !slices.Equal(gradientOf(chunk), gradientOf(whole)) {
					t.Error("one part: the gradient is not that of the whole")
				}
			}

			part := train(half, stateful)
			run(part, first(x), first(y))
			run(part, second(x), second(y))
			truncated := gradientOf(part)

			m.Data = m.Data.OfLength(1)
			step := build(t, p, nn.Step, m, m.Network, m.Options, rows)
			for i := range half {
				run(step, positionsOf(x, i, 1), nil)
			}
			begun := train(half, stateful)
			states := map[string]*tensor.Dense{}
			for _, c := range begun.Carried() {
				states[c.Path] = c.Value
			}
			for _, c := range step.Carried() {
				if states[c.Path] == nil {
					t.Fatalf("steps carry %s, which parts do not", c.Path)
				}
				copy(states[c.Path].Data().([]float64), c.Value.Data().([]float64))
			}
			run(begun, second(x), second(y))
			for i, want := range gradientOf(begun) {
				if math.Abs(truncated[i]-want) > 1e-12 {
					t.Fatalf("have gradient %v at %d, want %v from the state", truncated[i], i, want)
				}
			}

			targets := y[0].Clone().(*tensor.Dense) // of the second half
			for i, v := 0, targets.Data().([]int); i < len(v); i++ {
				if i/half%2 == 0 {
					v[i] = -1
				}
			}
			run(whole, x, []*tensor.Dense{targets})
			r := rand.New(rand.NewPCG(5, 5))
			direction := make([]float64, len(truncated))
			for i := range direction {
				direction[i] = r.NormFloat64()
			}
			const h = 1e-6
			loss := func(step float64) float64 { // of the second half, with the state of changed parameters
				part.Restart()
				move(part, direction, step)
				run(part, first(x), first(y))
				move(part, direction, -step)
				return run(part, second(x), second(y))
			}
			lacks := (loss(h) - loss(-h)) / (2 * h)
			have, want := floats.Dot(truncated, direction)+lacks, floats.Dot(gradientOf(whole), direction)
			t.Logf("slope %v, of which %v by way of the state, is off by %.2g", want, lacks, have-want)
			if math.Abs(lacks) < 1e-3 {
				t.Errorf("by way of the state the slope is %v, too little to tell", lacks)
			}
			if math.Abs(have-want) > 1e-6*max(1, math.Abs(want)) {
				t.Errorf("have slope %v, want %v", have, want)
			}
		})
	}
}

// gradientOf is the gradient of the latest run, of all parameters one after the other.
func gradientOf(pr *nn.Program) (all []float64) {
	for _, q := range pr.Trained() {
		all = append(all, q.Grad.Data().([]float64)...)
	}
	return all
}

// move goes a step along a direction, which has all parameters one after the other.
func move(pr *nn.Program, direction []float64, step float64) {
	for _, q := range pr.Trained() {
		w := q.Value.Data().([]float64)
		floats.AddScaled(w, step, direction[:len(w)])
		direction = direction[len(w):]
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
