package nn_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// tokenSettings are those of a network for sequences of t tokens, of which there are k.
func tokenSettings(batch, t, k int) nn.Settings {
	return nn.Settings{
		Options: options(), Batch: batch,
		Spec: datasets.Tokens(t, k),
	}
}

const longest, words, width = 12, 7, 8

// causalNetwork has every layer that can go step by step.
var causalNetwork = network(func(s *nn.Scope, x *G.Node) *G.Node {
	embedding := nn.NewEmbedding(s.In("tokens"), words, width, 1)
	places := nn.NewEmbedding(s.In("positions"), longest, width, 1)
	t := x.Shape()[1]
	y := nn.Add(s, embedding.Look(s, x), places.Look(s, s.Positions(t, longest))) // (N, T, width)
	y = nn.Add(s, y, nn.Attention(s.In("attention"), y, nn.AttentionOptions{Heads: 2, Causal: true, Context: longest}))
	y = nn.CausalConv(s.In("conv"), y, width, 3, 2)
	y = nn.Recurrent(s.In("recurrent"), y, nn.RecurrentOptions{Units: width})
	return embedding.Logits(s, nn.Linear(s.In("fc"), y, width))
})

func intTensor(v []int, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v))
}

func randomTokens(n, below int) []int {
	r, v := rand.New(rand.NewPCG(3, 3)), make([]int, n)
	for i := range v {
		v[i] = r.IntN(below)
	}
	return v
}

func TestStepsEqualTheWholeSequence(t *testing.T) {
	const n = 3
	p := nn.NewParams(1, tensor.Float32)
	whole := build(t, p, nn.Eval, causalNetwork, tokenSettings(n, longest, words))
	step := build(t, p, nn.Step, causalNetwork, tokenSettings(n, 1, words))
	tokens := randomTokens(n*longest, words)
	if _, err := whole.Run([]*tensor.Dense{intTensor(tokens, n, longest)}, []*tensor.Dense{intTensor(make([]int, n*longest), n, longest)}); err != nil {
		t.Fatal(err)
	}
	want := whole.Logits().Data().([]float32) // (n, longest, words)
	for range 2 {                             // after a restart again
		step.Restart()
		for i := range longest {
			var now []int
			for r := range n {
				now = append(now, tokens[r*longest+i])
			}
			if _, err := step.Run([]*tensor.Dense{intTensor(now, n, 1)}, nil); err != nil {
				t.Fatal(err)
			}
			for r := range n {
				wantClose(t, "logits", step.Logits().Data().([]float32)[r*words:][:words], want[(r*longest+i)*words:][:words])
			}
		}
		if step.Position() != longest {
			t.Errorf("have position %d, want %d", step.Position(), longest)
		}
	}
	_, err := step.Run([]*tensor.Dense{intTensor([]int{1, 1, 1}, n, 1)}, nil)
	if want := "step 13: the network has 12 positions"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("have error %v, want %s", err, want)
	}
}

// A row that takes the place of another goes on as the other would have.
func TestReorder(t *testing.T) {
	p := nn.NewParams(1, tensor.Float32)
	step := build(t, p, nn.Step, causalNetwork, tokenSettings(2, 1, words))
	run := func(tokens ...int) []float32 {
		if _, err := step.Run([]*tensor.Dense{intTensor(tokens, 2, 1)}, nil); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(step.Logits().Data().([]float32))
	}
	run(1, 2)
	run(3, 4)
	want := run(5, 5)
	step.Restart()
	run(1, 2)
	run(3, 4)
	if err := step.Reorder([]int{1, 0}); err != nil {
		t.Fatal(err)
	}
	have := run(5, 5)
	wantBits(t, "reordered", have, append(slices.Clone(want[words:]), want[:words]...))
	for _, rows := range [][]int{{0}, {0, 2}, {-1, 0}} {
		if err := step.Reorder(rows); err == nil {
			t.Errorf("%v: have no error", rows)
		}
	}
}

// recurrentNetwork gives logits at every step.
var recurrentNetwork = network(func(s *nn.Scope, x *G.Node) *G.Node {
	y := nn.NewEmbedding(s.In("tokens"), words, width, 1).Look(s, x)
	return nn.Linear(s.In("fc"), nn.Recurrent(s.In("recurrent"), y, nn.RecurrentOptions{Units: width}), words)
})

// Two runs of half a sequence, with the state carried, are one run of the whole, forward;
// and what is carried can be saved and put back.
func TestStatefulRuns(t *testing.T) {
	const n, half = 2, 5
	p := nn.NewParams(1, tensor.Float32)
	whole := build(t, p, nn.Train, recurrentNetwork, tokenSettings(n, 2*half, words))
	set := tokenSettings(n, half, words)
	set.Stateful = true
	part := build(t, p, nn.Train, recurrentNetwork, set)
	tokens := randomTokens(n*2*half, words)
	if _, err := whole.Run([]*tensor.Dense{intTensor(tokens, n, 2*half)}, []*tensor.Dense{intTensor(tokens, n, 2*half)}); err != nil {
		t.Fatal(err)
	}
	want := whole.Logits().Data().([]float32)
	run := func(at int) []float32 {
		var x []int
		for r := range n {
			x = append(x, tokens[r*2*half+at:][:half]...)
		}
		if _, err := part.Run([]*tensor.Dense{intTensor(x, n, half)}, []*tensor.Dense{intTensor(x, n, half)}); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(part.Logits().Data().([]float32))
	}
	check := func(at int, have []float32) {
		for r := range n {
			wantClose(t, "logits", have[r*half*words:][:half*words], want[(r*2*half+at)*words:][:half*words])
		}
	}
	check(0, run(0))
	var saved [][]float32
	for _, c := range part.Carried() {
		if c.Path != "recurrent.state_l0" {
			t.Errorf("have %s carried, want recurrent.state_l0", c.Path)
		}
		saved = append(saved, slices.Clone(c.Value.Data().([]float32)))
	}
	second := run(half)
	check(half, second)
	if err := part.Diagnose(); err != nil { // runs the batch again, from the same state
		t.Fatal(err)
	}
	wantBits(t, "after Diagnose", part.Logits().Data().([]float32), second)
	for i, c := range part.Carried() {
		copy(c.Value.Data().([]float32), saved[i])
	}
	wantBits(t, "restored", run(half), second)
	part.Restart()
	check(0, run(0))
}

// What is carried counts as memory before any is taken.
func TestCarriedMemoryIsAdmitted(t *testing.T) {
	set := tokenSettings(2, 1, words)
	set.Admit = func(s nn.Size) error {
		if s.Parameters > 1<<30 {
			return errors.New("too large")
		}
		return nil
	}
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		y := nn.NewEmbedding(s.In("e"), words, width, 1).Look(s, x)
		return nn.Linear(s.In("fc"), nn.Attention(s.In("a"), y, nn.AttentionOptions{Heads: 2, Causal: true, Context: 1 << 40}), words)
	})
	if _, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Step, net, set); err == nil || err.Error() != "a.keys: too large" {
		t.Errorf("have error %v, want a.keys: too large", err)
	}
}

func TestSequenceErrors(t *testing.T) {
	set := tokenSettings(2, 5, words)
	step := tokenSettings(2, 1, words)
	table := func(s *nn.Scope, x *G.Node) *G.Node {
		return nn.NewEmbedding(s.In("e"), words, width, 1).Look(s, x)
	}
	for name, c := range map[string]struct {
		mode nn.Mode
		set  nn.Settings
		net  network
		want string
	}{
		"a long sequence":    {nn.Eval, set, func(s *nn.Scope, x *G.Node) *G.Node { s.Positions(5, 4); return x }, "have a sequence of 5 positions, want at most the 4 that the network has"},
		"positions of steps": {nn.Step, set, func(s *nn.Scope, x *G.Node) *G.Node { s.Positions(5, 9); return x }, "have 5 positions in a program of steps, want 1"},
		"not causal": {nn.Step, step, func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Attention(s.In("a"), table(s, x), nn.AttentionOptions{Heads: 2})
		}, "a: attention: a position sees what comes later, so that the network cannot go step by step"},
		"no context": {nn.Step, step, func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Attention(s.In("a"), table(s, x), nn.AttentionOptions{Heads: 2, Causal: true})
		}, "a: attention: have a context of 0 positions, want at least 1 for a program of steps"},
		"carried, and no more": {nn.Eval, set, func(s *nn.Scope, x *G.Node) *G.Node {
			s.In("a").Carry("state", 3)
			return nn.Linear(s.In("fc"), table(s, x), words)
		}, "a.state is carried, and what it becomes is not said"},
		"of another shape": {nn.Eval, set, func(s *nn.Scope, x *G.Node) *G.Node {
			s.In("a").Carry("state", 3).Set(s, table(s, x))
			return x
		}, "what a.state becomes: have (2, 5, 8), want (2, 3)"},
		"a row without steps": {nn.Eval, set, func(s *nn.Scope, x *G.Node) *G.Node {
			s.In("a").Carry("rows", 3, 8).Push(s, table(s, x))
			return x
		}, "a row is pushed in programs of steps only"},
		"no taps": {nn.Eval, set, func(s *nn.Scope, x *G.Node) *G.Node { return nn.CausalConv(s.In("c"), table(s, x), 3, 0, 1) },
			"c: causal convolution: have 3 filters of 0 taps, dilation 1, want positive numbers"},
		"no units": {nn.Eval, set, func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Recurrent(s.In("r"), table(s, x), nn.RecurrentOptions{})
		},
			"r: recurrent layer: have 0 units, want at least 1"},
		"no table": {nn.Eval, set, func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.NewEmbedding(s.In("e"), 0, 3, 1).Look(s, x)
		}, "e: embedding: have 0 tokens of 3 values, want positive sizes"},
	} {
		_, err := nn.Build(nn.NewParams(1, tensor.Float32), c.mode, c.net, c.set)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: have error %v\nwant %s", name, err, c.want)
		}
	}
}

// A weight-normed layer begins with the lengths that its directions have, so that it begins
// as any other does.
func TestWeightNormed(t *testing.T) {
	p := nn.NewParams(1, tensor.Float32)
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		y := nn.NewEmbedding(s.In("tokens"), words, width, 1).Look(s, x)
		y = nn.CausalConv(s.In("conv").WeightNormed(), y, width, 3, 1)
		return nn.Linear(s.In("fc").WeightNormed(), y, words)
	})
	build(t, p, nn.Train, net, tokenSettings(2, 6, words))
	values, shapes := map[string][]float32{}, map[string]tensor.Shape{}
	for _, q := range p.All() {
		values[q.Path], shapes[q.Path] = q.Value.Data().([]float32), q.Shape
	}
	for layer, shape := range map[string]tensor.Shape{"conv": {1, 1, width}, "fc": {1, words}} {
		v, g := values[layer+".weight_v"], values[layer+".weight_g"]
		if !shapes[layer+".weight_g"].Eq(shape) {
			t.Fatalf("%s: have lengths %v, want %v", layer, shapes[layer+".weight_g"], shape)
		}
		squares := make([]float64, len(g))
		for i, x := range v {
			squares[i%len(g)] += float64(x) * float64(x)
		}
		for i, square := range squares {
			if have := float64(g[i]); have == 0 || have*have-square > 1e-5*square || square-have*have > 1e-5*square {
				t.Errorf("%s: have length %v of column %d, want the root of %v", layer, have, i, square)
			}
		}
	}
	set := tokenSettings(2, 6, words)
	set.Init = "lsuv"
	if _, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Train, net, set); err == nil || !strings.Contains(err.Error(), "init: lsuv sets the lengths of weights, which weight norm has for itself: choose another") {
		t.Errorf("lsuv: have error %v", err)
	}
}
