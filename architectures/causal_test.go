package architectures_test

import (
	"math"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

// TestCausality: where the input changes from a position on, the logits before it are the
// same to the bit, and those of the position are not.
func TestCausality(t *testing.T) {
	length := 20
	if testing.Short() {
		length = 6
	}
	const rows = 2
	var cases []smallNetwork
	for _, name := range architectures.Names() {
		if m, _ := architectures.Lookup(name); m.Data.Positions() > 0 {
			cases = append(cases, smallNetwork{name, name, m.Network, m.Data.OfLength(length)})
		}
	}
	for _, c := range goldenSequences() { // WaveNet's conditions are inputs, too
		if len(c.data.Outputs()) == 2 {
			c.name = "small " + c.name
			cases = append(cases, c)
		}
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := c.model(t)
			pr := build(t, nn.NewParams(3, tensor.Float32), nn.Infer, m, c.net, m.Options, rows)
			positions, classes := m.Data.Positions(), m.Data.Classes()
			// logits are those of every position, (positions, rows·classes).
			logits := func(x []*tensor.Dense) [][]float32 {
				if _, err := pr.Run(x, nil); err != nil {
					t.Fatal(err)
				}
				all, v := make([][]float32, positions), pr.Logits().Data().([]float32)
				for i := range all {
					for r := range rows {
						all[i] = append(all[i], v[(r*positions+i)*classes:][:classes]...)
					}
				}
				return all
			}
			x, _ := batch(m.Data, rows, tensor.Float32)
			want := logits(x)
			for from := range positions {
				have := logits(changed(m.Data, x, from))
				for i := range from {
					for at, v := range have[i] {
						if math.Float32bits(v) != math.Float32bits(want[i][at]) {
							t.Fatalf("changed from position %d on: have logit %v at position %d, want %v", from, v, i, want[i][at])
						}
					}
				}
				if slices.Equal(have[from], want[from]) {
					t.Errorf("changed from position %d on: its logits are the same", from)
				}
			}
		})
	}
}

// changed is x with other values from a position on, in all inputs that have positions.
func changed(spec datasets.Spec, x []*tensor.Dense, from int) []*tensor.Dense {
	x = slices.Clone(x)
	positions := spec.Positions()
	for i, f := range spec.Inputs {
		if len(f.Shape) == 0 {
			continue
		}
		x[i] = x[i].Clone().(*tensor.Dense)
		width := tensor.Shape(f.Shape).TotalSize() / positions
		later := func(at int) bool { return at/width%positions >= from }
		switch v := x[i].Data().(type) {
		case []int:
			for at := range v {
				if later(at) {
					v[at] = (v[at] + 1) % f.Size
				}
			}
		case []float32:
			for at := range v {
				if later(at) {
					v[at]++
				}
			}
		}
	}
	return x
}

// TestSequenceReceptiveFields: the logits of a position depend on as many positions, up to itself,
// as the comments of the networks say, and on each of them.
func TestSequenceReceptiveFields(t *testing.T) {
	const positions, channels, classes, all = 33, 2, 3, 33
	for _, c := range []struct {
		name, like string
		net        nn.Network
		want       int
	}{
		{"tcn", "tcn", architectures.TCN{Channels: 4, Depth: 3, Kernel: 3}, 1 + 2*2*7},
		{"tcn, two taps", "tcn", architectures.TCN{Channels: 2, Depth: 2, Kernel: 2}, 1 + 2*1*3},
		{"tcn, one tap", "tcn", architectures.TCN{Channels: 4, Depth: 2, Kernel: 1}, 1},
		{"wavenet", "wavenet", architectures.WaveNet{Residual: 4, Dilation: 3, Skip: 5, Layers: 3, Cycles: 2}, 2 + 2*7},
		{"wavenet, one cycle", "wavenet", architectures.WaveNet{Residual: 4, Dilation: 3, Skip: 5, Layers: 4, Cycles: 1}, 2 + 15},
		{"wavenet, chain", "wavenet", architectures.WaveNet{Residual: 4, Dilation: 3, Skip: 5, Layers: 3, Cycles: 2, Chain: true}, 2 + 2*7},
		{"wavenet, plain", "wavenet", architectures.WaveNet{Residual: 4, Dilation: 3, Skip: 5, Layers: 3, Cycles: 2, Plain: true}, 2 + 2*3},
		{"rnn", "rnn", architectures.RNN{Units: 4}, all},
		{"lstm", "lstm", architectures.LSTM{Units: 4}, all},
		{"gru", "gru", architectures.GRU{Units: 4}, all},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := architectures.Lookup(c.like)
			data := datasets.Spec{
				Inputs:  []datasets.Field{{Name: "numbers", Dtype: tensor.Float32, Shape: []int{positions, channels}}},
				Targets: []datasets.Field{{Name: "classes", Dtype: tensor.Int, Shape: []int{positions}, Size: classes}},
			}
			// The batch is one example in all rows; row i of the gradient is that of the
			// logits of position i, each times a number of its own.
			seed := make([]float64, positions*positions*classes)
			for i := range positions {
				copy(seed[(i*positions+i)*classes:], []float64{1, -0.7, 0.3})
			}
			var gradient *G.Node
			set := nn.Settings{Options: smooth(m.Options), Spec: data, Batch: positions}
			pr, err := nn.Extend(nn.NewParams(3, tensor.Float64), nn.Infer, c.net, set, nn.Extension{Outputs: func(g *nn.Graph) (G.Nodes, error) {
				gradients, err := g.Gradients(g.Logits, g.Scope.Constant("seed", seed, g.Logits.Shape()...), g.Inputs[0])
				if err != nil {
					return nil, err
				}
				gradient = gradients[0]
				return gradients, nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			one, _ := batch(data, 1, tensor.Float64)
			x := tensor.New(tensor.WithShape(positions, positions, channels), tensor.WithBacking(slices.Repeat(one[0].Data().([]float64), positions)))
			if _, err := pr.Run([]*tensor.Dense{x}, nil); err != nil {
				t.Fatal(err)
			}
			g := pr.Value(gradient).Data().([]float64)
			for i := range positions {
				for k := range positions {
					sees := !allZero(g[(i*positions+k)*channels:][:channels])
					if want := i-c.want < k && k <= i; sees != want {
						t.Fatalf("position %d sees position %d: have %v, want %v", i, k, sees, want)
					}
				}
			}
		})
	}
}
