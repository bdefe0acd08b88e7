package nn_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
	"zoo/nn/nntest"
)

// An encoder is layers of recurrence, one above the other, as PyTorch's modules are.
type encoder struct {
	kind          string // tanh, relu, lstm or gru
	layers, units int
	bidirectional bool

	states *G.Node // of all layers, side by side: set by Build
}

// Build takes numbers (N, T, C) and, if there is a second input, lengths.
func (e *encoder) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x, o := in[0], nn.RecurrentOptions{Units: e.units, Bidirectional: e.bidirectional}
	if len(in) == 2 {
		o.Lengths = in[1]
	}
	var states []*G.Node
	for o.Layer = range e.layers {
		switch e.kind {
		case "lstm":
			x = nn.LSTM(s, x, 0, o)
		case "gru":
			x = nn.GRU(s, x, o)
		default:
			x = nn.Recurrent(s.With(func(o *nn.Options) { o.Activation = e.kind }), x, o)
		}
		states = append(states, nn.LastState(s, x, o))
	}
	e.states = nn.Concat(s, states...)
	return x
}

func (e *encoder) width() int {
	if e.bidirectional {
		return 2 * e.units
	}
	return e.units
}

// settings are those of an encoder for sequences of t positions of c numbers.
func (e *encoder) settings(batch, t, c int, packed bool) nn.Settings {
	spec := datasets.Spec{
		Inputs:  []datasets.Field{{Name: "numbers", Dtype: tensor.Float32, Shape: []int{t, c}}},
		Targets: []datasets.Field{{Name: "numbers wanted", Dtype: tensor.Float32, Shape: []int{t, e.width()}}},
	}
	if packed {
		spec.Inputs = append(spec.Inputs, datasets.Field{Name: "lengths", Dtype: tensor.Int})
	}
	return nn.Settings{Options: options(), Batch: batch, Spec: spec}
}

// encoded is what a run of an encoder computes.
type encoded struct{ outputs, states []float32 }

// all are the tensors under the names of torch_recurrent.py.
func (e encoded) all() []nn.Published {
	return []nn.Published{{Name: "outputs", Data: e.outputs}, {Name: "states", Data: e.states}}
}

// encode runs an encoder. Of the output whose name is given, or of "states", it also returns
// the gradients of the product with numbers of the formula, in PyTorch's layout.
func (e *encoder) encode(t *testing.T, p *nn.Params, set nn.Settings, of string, x ...*tensor.Dense) (encoded, []nn.Published) {
	t.Helper()
	var y, gradients G.Nodes
	pr, err := nn.Extend(p, nn.Infer, e, set, nn.Extension{Outputs: func(g *nn.Graph) (G.Nodes, error) {
		y = G.Nodes{g.Logits, e.states}
		from := y[0]
		if of == "states" {
			from = y[1]
		}
		shape := from.Shape()
		seed := g.Scope.Constant("upstream", nntest.Formula("upstream of "+of, shape.TotalSize()), shape...)
		var err error
		gradients, err = g.Gradients(from, seed, append(G.Nodes{g.Inputs[0]}, g.Trainable...)...)
		return slices.Concat(y, gradients), err
	}})
	if err != nil {
		t.Fatal(err)
	}
	nntest.FillByFormula(t, p)
	if _, err := pr.Run(x, nil); err != nil {
		t.Fatal(err)
	}
	value := func(n *G.Node) []float32 { return slices.Clone(pr.Value(n).Data().([]float32)) }
	// The gradients take the parameters' place, so that Export gives them PyTorch's layout.
	for i, q := range p.All() {
		copy(q.Value.Data().([]float32), value(gradients[1+i]))
	}
	tensors := append(p.Export(), nn.Published{Name: "sequences", Data: value(gradients[0])})
	return encoded{value(y[0]), value(y[1])}, tensors
}

func floats32(v []float64) []float32 {
	f := make([]float32, len(v))
	for i, x := range v {
		f[i] = float32(x)
	}
	return f
}

func floatTensor(v []float32, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Clone(v)))
}

// torch_recurrent.json is what testdata/torch_recurrent.py printed.
//
//go:embed testdata/torch_recurrent.json
var torchRecurrent []byte

// Outputs, last states and gradients are PyTorch's, of whole sequences and of packed ones.
func TestRecurrentEqualsPyTorch(t *testing.T) {
	var golden map[string]map[string]nntest.Digest
	if err := json.Unmarshal(torchRecurrent, &golden); err != nil {
		t.Fatal(err)
	}
	const n, steps, c = 4, 7, 3
	x, lengths := floatTensor(floats32(nntest.Formula("numbers", n*steps*c)), n, steps, c), intTensor([]int{5, 7, 1, 4}, n)
	type form struct {
		layers                int
		bidirectional, packed bool
	}
	forms := map[string]form{"2-both-whole": {2, true, false}, "2-one-packed": {2, false, true}}
	for layers := range 3 {
		forms[fmt.Sprintf("%d-both-packed", layers+1)] = form{layers + 1, true, true}
	}
	kinds := []string{"tanh", "relu", "lstm", "gru"}
	if have, want := len(golden), len(kinds)*len(forms); have != want {
		t.Errorf("torch_recurrent.json has %d cases, want %d", have, want)
	}
	for _, kind := range kinds {
		for _, name := range slices.Sorted(maps.Keys(forms)) {
			f := forms[name]
			t.Run(kind+"-"+name, func(t *testing.T) {
				want := golden[kind+"-"+name]
				e := &encoder{kind: kind, layers: f.layers, units: 5, bidirectional: f.bidirectional}
				in := []*tensor.Dense{x}
				if f.packed {
					in = append(in, lengths)
				}
				for _, of := range []string{"outputs", "states"} {
					y, gradients := e.encode(t, nn.NewParams(1, tensor.Float32), e.settings(n, steps, c, f.packed), of, in...)
					want["results"].Compare(t, "results", y.all(), 1e-5)
					want["gradients of "+of].Compare(t, "gradients of "+of, gradients, 1e-5)
				}
			})
		}
	}
}

// wantPublished fails unless tensors are equal to the bit.
func wantPublished(t *testing.T, what string, have, want []nn.Published) {
	t.Helper()
	for i, q := range want {
		wantBits(t, what+": "+q.Name, have[i].Data, q.Data)
	}
}

// What lies beyond a length, even if it is NaN, changes no bit of outputs and gradients; nor
// does it matter to an example how far the batch is padded, and what the others are. An
// example of length 0 has zeros.
func TestPadding(t *testing.T) {
	const n, steps, longer, c = 4, 7, 11, 3
	lengths := []int{5, 7, 0, 4}
	numbers := floats32(nntest.Formula("numbers", n*longer*c))
	// padded is the sequences in a batch of t positions, and the padding.
	padded := func(t int, padding float32) *tensor.Dense {
		v := slices.Repeat([]float32{padding}, n*t*c)
		for i, length := range lengths {
			copy(v[i*t*c:][:length*c], numbers[i*longer*c:])
		}
		return floatTensor(v, n, t, c)
	}
	for _, kind := range []string{"tanh", "relu", "lstm", "gru"} {
		e := &encoder{kind: kind, layers: 2, units: 5, bidirectional: true}
		width := e.width()
		run := func(positions int, lengths []int, x *tensor.Dense) (encoded, []nn.Published) {
			return e.encode(t, nn.NewParams(1, tensor.Float32), e.settings(n, positions, c, true), "outputs", x, intTensor(lengths, n))
		}
		want, gradients := run(steps, lengths, padded(steps, 0))
		for i, length := range lengths {
			for at, v := range want.outputs[i*steps*width:][:steps*width] {
				if (v == 0) != (at >= length*width) && kind != "relu" || v != v {
					t.Fatalf("%s: have output %v at %d of example %d, which has %d positions", kind, v, at, i, length)
				}
			}
		}
		if states := want.states[2*2*width:][:2*width]; slices.ContainsFunc(states, func(v float32) bool { return v != 0 }) {
			t.Errorf("%s: have last states %v of an example of length 0, want zeros", kind, states)
		}
		for _, padding := range []float32{-3e30, float32(math.NaN()), float32(math.Inf(1))} {
			y, d := run(steps, lengths, padded(steps, padding))
			what := fmt.Sprintf("%s, padding %v", kind, padding)
			wantPublished(t, what, y.all(), want.all())
			wantPublished(t, what+", gradients", d, gradients)
		}
		far, _ := run(longer, lengths, padded(longer, 1))
		wantBits(t, kind+", states of a longer batch", far.states, want.states)
		for i := range n {
			wantBits(t, kind+", a longer batch", far.outputs[i*longer*width:][:steps*width], want.outputs[i*steps*width:][:steps*width])
		}
		other, _ := run(steps, []int{5, 2, 0, 4}, padded(steps, 0))
		for i := range n {
			have, want := other.outputs[i*steps*width:][:steps*width], want.outputs[i*steps*width:][:steps*width]
			if i != 1 {
				wantBits(t, kind+", another length of example 1", have, want)
			} else if slices.Equal(have, want) {
				t.Errorf("%s: another length has not changed example 1", kind)
			}
		}
	}
}

func TestBidirectionalErrors(t *testing.T) {
	set := func(t int, stateful bool) nn.Settings {
		set := tokenSettings(2, t, words)
		set.Stateful = stateful
		return set
	}
	both := nn.RecurrentOptions{Units: 3, Bidirectional: true}
	for name, c := range map[string]struct {
		mode  nn.Mode
		set   nn.Settings
		layer func(s *nn.Scope, x *G.Node) *G.Node
		want  string
	}{
		"steps": {
			nn.Step, set(1, false), func(s *nn.Scope, x *G.Node) *G.Node { return nn.GRU(s, x, both) },
			"recurrent layer: a bidirectional one sees what comes later, so that the network cannot go step by step",
		},
		"stateful": {
			nn.Train, set(4, true), func(s *nn.Scope, x *G.Node) *G.Node { return nn.LSTM(s, x, 1, both) },
			"recurrent layer: a bidirectional one needs whole sequences, and those of this data go on from batch to batch",
		},
		"steps with lengths": {
			nn.Step, set(1, false), withLengths, "recurrent layer: lengths are not for programs of steps",
		},
		"stateful with lengths": {
			nn.Train, set(4, true), withLengths, "recurrent layer: have lengths, want none: the sequences of this data go on from batch to batch",
		},
		"no units": {
			nn.Train, set(4, false), func(s *nn.Scope, x *G.Node) *G.Node {
				return nn.GRU(s, x, nn.RecurrentOptions{Bidirectional: true})
			},
			"recurrent layer: have 0 units, want at least 1",
		},
		"a state of other outputs": {
			nn.Train, set(4, false), func(s *nn.Scope, x *G.Node) *G.Node { return nn.LastState(s, x, both) },
			"last state: have outputs (2, 4, 8), want (N, T, 6)",
		},
	} {
		_, err := nn.Build(nn.NewParams(1, tensor.Float32), c.mode, network(func(s *nn.Scope, x *G.Node) *G.Node {
			return c.layer(s.In("r"), nn.NewEmbedding(s.In("e"), words, width, 1).Look(s, x))
		}), c.set)
		if err == nil || err.Error() != "r: "+c.want {
			t.Errorf("%s: have error %v\nwant r: %s", name, err, c.want)
		}
	}
	e := &encoder{kind: "gru", layers: 1, units: 3}
	pr := build(t, nn.NewParams(1, tensor.Float32), nn.Infer, e, e.settings(2, 4, 3, true))
	_, err := pr.Run([]*tensor.Dense{floatTensor(make([]float32, 2*4*3), 2, 4, 3), intTensor([]int{4, 5}, 2)}, nil)
	if want := "have length 5 of example 1, want 0 to 4"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("have error %v, want one that ends with %s", err, want)
	}
}

// withLengths is a layer in one direction, whose lengths are all 1.
func withLengths(s *nn.Scope, x *G.Node) *G.Node {
	lengths := G.NewVector(x.Graph(), tensor.Int, G.WithShape(2), G.WithName("lengths"), G.WithValue(intTensor([]int{1, 1}, 2)))
	return nn.GRU(s, x, nn.RecurrentOptions{Units: 3, Lengths: lengths})
}

// Norm, forget bias and the start of the squares hold for the second direction too.
func TestBidirectionalParameters(t *testing.T) {
	p := nn.NewParams(1, tensor.Float32)
	set := tokenSettings(2, 4, words)
	set.Norm, set.RecurrentInit, set.BiasInit = "layer", "identity", "zero"
	pr := build(t, p, nn.Train, network(func(s *nn.Scope, x *G.Node) *G.Node {
		y := nn.NewEmbedding(s.In("tokens"), words, width, 1).Look(s, x)
		return nn.Linear(s.In("fc"), nn.LSTM(s.In("lstm"), y, 2, nn.RecurrentOptions{Units: 3, Layer: 1, Bidirectional: true}), words)
	}), set)
	var names []string
	for _, q := range p.All() {
		if name, ok := strings.CutPrefix(q.Path, "lstm."); ok {
			names = append(names, name)
		}
	}
	var want []string
	for _, suffix := range []string{"_l1", "_l1_reverse"} {
		for _, name := range []string{"weight_ih", "weight_hh", "bias_ih", "bias_hh", "norm_ih", "norm_hh"} {
			want = append(want, name+suffix)
		}
		for i, v := range values(t, p, "lstm.bias_ih"+suffix) {
			if forget := i/3 == 1; v != 0 && !forget || v != 2 && forget {
				t.Errorf("bias_ih%s: have %v at %d", suffix, v, i)
			}
		}
		if w := values(t, p, "lstm.weight_hh"+suffix); w[0] != 1 || w[1] != 0 {
			t.Errorf("weight_hh%s: have %v, want squares of the identity", suffix, w)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("have %v, want %v", names, want)
	}
	i := slices.IndexFunc(pr.Layers, func(l nn.Layer) bool { return l.Path == "lstm.l1" })
	if i < 0 {
		t.Fatalf("have layers %v, want lstm.l1 among them", pr.Layers)
	}
	l := pr.Layers[i]
	if macs := 4 * (width + 3) * 4 * 3 * 2; l.Op != "lstm, bidirectional" || l.MACs != macs || !slices.Equal(l.Out, []int{2, 4, 6}) || l.Initial == nil {
		t.Errorf("have %+v, want a bidirectional lstm of %d multiply-adds with outputs (2, 4, 6), and how it starts", l, macs)
	}
}
