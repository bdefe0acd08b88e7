package nn_test

import (
	"math"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/datasets"
	"zoo/nn"
)

// sines are sin(0.37·i + 0.013·i² + b) for i from 0 to n−1.
func sines(n int, a, b float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Sin(a*float64(i) + 0.013*float64(i)*float64(i) + b)
	}
	return v
}

// The values of PyTorch's cells, with weights from sines, at all four steps of a sequence of
// two numbers: the first six, and sum and sum of squares of all twelve.
func TestCellsEqualPyTorch(t *testing.T) {
	for name, c := range map[string]struct {
		layer      func(s *nn.Scope, x *G.Node) *G.Node
		gates      int
		first      []float64
		sum, other float64
	}{
		"lstm": {
			func(s *nn.Scope, x *G.Node) *G.Node { return nn.LSTM(s, x, 0, nn.RecurrentOptions{Units: 3}) }, 4,
			[]float64{0.0259683627, 0.024869598, -0.3420677297, 0.0231274694, 0.1225500495, -0.6063020472}, -1.230871642, 0.724505209,
		},
		"gru": {
			func(s *nn.Scope, x *G.Node) *G.Node { return nn.GRU(s, x, nn.RecurrentOptions{Units: 3}) }, 3,
			[]float64{0.0868193556, 0.0411124367, -0.3804158296, 0.1295511453, 0.2861937654, -0.6309640612}, -1.476972223, 1.552334276,
		},
	} {
		p := nn.NewParams(1, tensor.Float64)
		spec := datasets.Spec{
			Inputs:  []datasets.Field{{Name: "numbers", Dtype: tensor.Float32, Shape: []int{4, 2}}},
			Targets: []datasets.Field{{Name: "numbers wanted", Dtype: tensor.Float32, Shape: []int{4, 3}}},
		}
		pr := build(t, p, nn.Infer, network(c.layer), nn.Settings{Options: options(), Batch: 1, Spec: spec})
		for _, q := range p.All() {
			columns := c.gates * 3
			v, rows := q.Value.Data().([]float64), q.Shape.TotalSize()/columns
			b := map[string]float64{"weight_ih_l0": 0.1, "weight_hh_l0": 0.2, "bias_ih_l0": 0.3, "bias_hh_l0": 0.4}[q.Path]
			for i, x := range sines(len(v), 0.37, b) {
				v[i%rows*columns+i/rows] = x // PyTorch's (columns, rows)
			}
		}
		x := tensor.New(tensor.WithShape(1, 4, 2), tensor.WithBacking(sines(8, 0.7, 0.3)))
		if _, err := pr.Run([]*tensor.Dense{x}, nil); err != nil {
			t.Fatal(err)
		}
		y := pr.Logits().Data().([]float64)
		sum, other := 0.0, 0.0
		for i, v := range y {
			sum, other = sum+v, other+v*v
			if i < len(c.first) && math.Abs(v-c.first[i]) > 1e-9 {
				t.Errorf("%s: have value %d %v, want %v", name, i, v, c.first[i])
			}
		}
		if math.Abs(sum-c.sum) > 1e-8 || math.Abs(other-c.other) > 1e-8 {
			t.Errorf("%s: have sum %v and sum of squares %v, want %v and %v", name, sum, other, c.sum, c.other)
		}
	}
}

// The bias of the forget gates begins higher by what is asked for, and nothing else does.
func TestForgetBias(t *testing.T) {
	biases := func(forget float64) []float32 {
		p := nn.NewParams(1, tensor.Float32)
		build(t, p, nn.Infer, network(func(s *nn.Scope, x *G.Node) *G.Node {
			y := nn.NewEmbedding(s.In("tokens"), words, width, 1).Look(s, x)
			return nn.Linear(s.In("fc"), nn.LSTM(s.In("lstm"), y, forget, nn.RecurrentOptions{Units: 3}), words)
		}), tokenSettings(2, 4, words))
		for _, q := range p.All() {
			if q.Path == "lstm.bias_ih_l0" {
				return q.Value.Data().([]float32)
			}
		}
		t.Fatal("there is no lstm.bias_ih_l0")
		return nil
	}
	zero, one := biases(0), biases(1)
	for i := range zero {
		want := zero[i]
		if i/3 == 1 {
			want++
		}
		if one[i] != want {
			t.Errorf("bias %d: have %v, want %v", i, one[i], want)
		}
	}
}

// The squares by which a layer multiplies its state start as recurrent_init says, each by
// itself; what multiplies its inputs stays as it is.
func TestRecurrentInit(t *testing.T) {
	const units = 6
	weights := func(init string) map[string][]float32 {
		p := nn.NewParams(1, tensor.Float32)
		set := tokenSettings(2, 4, words)
		set.RecurrentInit = init
		pr := build(t, p, nn.Infer, network(func(s *nn.Scope, x *G.Node) *G.Node {
			y := nn.NewEmbedding(s.In("tokens"), words, width, 1).Look(s, x)
			return nn.Linear(s.In("fc"), nn.GRU(s.In("gru"), y, nn.RecurrentOptions{Units: units}), words)
		}), set)
		if slices.Contains(pr.Unasked, "recurrent_init") {
			t.Error("recurrent_init is said to have no effect")
		}
		all := map[string][]float32{}
		for _, q := range p.All() {
			all[q.Path] = q.Value.Data().([]float32)
		}
		return all
	}
	usual := weights("")
	for init, length := range map[string]float64{"identity": 1, "identity(0.5)": 0.5, "orthogonal": 1, "orthogonal(1.5)": 1.5} {
		have := weights(init)
		if !slices.Equal(have["gru.weight_ih_l0"], usual["gru.weight_ih_l0"]) {
			t.Errorf("%s: the weights of the inputs have changed", init)
		}
		w := have["gru.weight_hh_l0"] // (units, 3·units)
		for gate := range 3 {
			for i := range units {
				for j := range units {
					a, b := w[(3*i+gate)*units:][:units], w[(3*j+gate)*units:][:units]
					dot, want := 0.0, 0.0
					for k := range a {
						dot += float64(a[k]) * float64(b[k])
					}
					if i == j {
						want = length * length
					}
					if math.Abs(dot-want) > 1e-6 {
						t.Errorf("%s, gate %d: have product %v of rows %d and %d, want %v", init, gate, dot, i, j, want)
					}
				}
				if init == "identity" && w[(3*i+gate)*units+i] != 1 {
					t.Errorf("gate %d: have %v at (%d, %d), want 1", gate, w[(3*i+gate)*units+i], i, i)
				}
			}
		}
	}
}

func TestRecurrentChoices(t *testing.T) {
	for _, c := range []struct {
		change func(o *nn.Options)
		want   string
	}{
		{func(o *nn.Options) { o.Activation = "gelu" }, "r: recurrent layer: have activation gelu, want tanh or relu"},
		{func(o *nn.Options) { o.Norm = "batch" }, "r: recurrent layer: have norm batch, want none or layer"},
	} {
		set := tokenSettings(2, 4, words)
		c.change(&set.Options)
		_, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Eval, network(func(s *nn.Scope, x *G.Node) *G.Node {
			y := nn.NewEmbedding(s.In("e"), words, 3, 1).Look(s, x)
			return nn.Linear(s.In("fc"), nn.Recurrent(s.In("r"), y, nn.RecurrentOptions{Units: 3}), words)
		}), set)
		if err == nil || err.Error() != c.want {
			t.Errorf("have error %v, want %s", err, c.want)
		}
	}
}
