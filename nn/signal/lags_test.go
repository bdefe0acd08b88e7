package signal_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
	"zoo/nn/signal"
)

// sequenceNetworks are the networks of sequences of numbers.
var sequenceNetworks = map[string]nn.Network{
	"rnn": architectures.RNN{Units: 5},
	"norm": network(func(s *nn.Scope, x *G.Node) *G.Node { // whose gradient needs what it has kept
		x = nn.Norm(s.In("norm"), nn.CausalConv(s.In("conv").BeforeNorm(), x, 5, 6, 1))
		if len(s.Data().Outputs()) == 1 {
			x = nn.TakeToken(s.In("last"), x, s.Data().Positions()-1)
		}
		return nn.Logits(s.In("fc"), x)
	}),
	"lstm": architectures.LSTM{Units: 5, ForgetBias: 1},
	"gru":  architectures.GRU{Units: 5},
	"tcn":  architectures.TCN{Channels: 16, Depth: 2, Kernel: 2},
}

// numbersTo are settings for sequences of positions×2 numbers, with the outputs of a target.
func numbersTo(target datasets.Field, positions, batch int) nn.Settings {
	set := settings(options(func(o *nn.Options) { o.Init, o.BiasInit, o.Activation = "lecun_normal", "normal(0.3)", "tanh" }), batch, 2, positions, 2)
	set.Spec.Targets = []datasets.Field{target}
	return set
}

func lags(t testing.TB, p *nn.Params, net nn.Network, set nn.Settings) signal.Lags {
	t.Helper()
	x, _ := batchOf(set, p.Dtype())
	l, err := signal.GradientByLag(p, net, set, x)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestGradientByLagOfRNN against the product of the Jacobians of the steps, written down:
// ∂h[T]/∂x[T−lag] is W_ih·D·W_hh·D·...·D with D = diag(1 − h²), of vectors that are rows.
func TestGradientByLagOfRNN(t *testing.T) {
	const positions, examples, units = 7, 3, 5
	p := nn.NewParams(3, tensor.Float64)
	set := numbersTo(datasets.Label(3), positions, examples)
	have := lags(t, p, sequenceNetworks["rnn"], set)
	in, again := matrix64(t, p, "rnn.weight_ih_l0"), matrix64(t, p, "rnn.weight_hh_l0")
	bias := [2][]float64{vector64(t, p, "rnn.bias_ih_l0"), vector64(t, p, "rnn.bias_hh_l0")}
	inputs, _ := batchOf(set, tensor.Float64)
	squares := make([]float64, positions)
	for i := range examples {
		x := inputs[0].Data().([]float64)[i*positions*2:][:positions*2]
		h := make([]float64, units)
		var slopes [][]float64
		for s := range positions {
			next, slope := make([]float64, units), make([]float64, units)
			for j := range units {
				sum := bias[0][j] + bias[1][j]
				for k := range 2 {
					sum += x[2*s+k] * in[k][j]
				}
				for k := range units {
					sum += h[k] * again[k][j]
				}
				next[j] = math.Tanh(sum)
				slope[j] = 1 - next[j]*next[j]
			}
			h, slopes = next, append(slopes, slope)
		}
		for lag := range positions {
			jacobian := in
			for s := positions - 1 - lag; s < positions; s++ {
				if s > positions-1-lag {
					jacobian = times(jacobian, again)
				}
				jacobian = mapped(jacobian, func(_, j int, v float64) float64 { return v * slopes[s][j] })
			}
			for _, row := range jacobian {
				for _, v := range row {
					squares[lag] += v * v
				}
			}
		}
	}
	gain := 0.0
	for _, row := range again {
		for _, w := range row {
			gain += w * w / units
		}
	}
	for lag := range positions {
		wantNear(t, fmt.Sprintf("lag %d", lag), have.Gradient[lag], math.Sqrt(squares[lag]/squares[0]), 1e-12)
		wantNear(t, fmt.Sprintf("predicted, lag %d", lag), have.Predicted[lag], math.Pow(gain, float64(lag)/2), 1e-12)
	}
}

func vector64(t testing.TB, p *nn.Params, path string) []float64 {
	t.Helper()
	for _, q := range p.All() {
		if q.Path == path {
			return q.Value.Data().([]float64)
		}
	}
	t.Fatalf("there is no parameter %s", path)
	return nil
}

// lastHidden returns a function of the inputs: what the layer of the logits reads.
func lastHidden(t testing.TB, p *nn.Params, net nn.Network, set nn.Settings) func(x []*tensor.Dense) []float64 {
	t.Helper()
	var hidden *G.Node
	pr, err := nn.Extend(p, nn.Infer, net, set, nn.Extension{Outputs: func(g *nn.Graph) (G.Nodes, error) {
		hidden = g.Reads(g.Logits)[0]
		return G.Nodes{hidden}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return func(x []*tensor.Dense) []float64 {
		run(t, pr, x, nil)
		return slices.Clone(pr.Value(hidden).Data().([]float64))
	}
}

// TestGradientByPosition against central differences: whichever position is asked for, and
// no later one has an influence, to the last bit.
func TestGradientByPosition(t *testing.T) {
	const positions, examples = 6, 2
	numbers := datasets.Field{Name: "wanted", Dtype: tensor.Float32, Shape: []int{3}}
	labels := datasets.Field{Name: "classes", Dtype: tensor.Int, Shape: []int{positions}, Size: 3}
	for name, net := range sequenceNetworks {
		for _, c := range []struct {
			target datasets.Field
			at     int // whose output; −1: there is only one
		}{{numbers, -1}, {datasets.Label(3), -1}, {labels, 2}, {labels, positions - 1}} {
			what := fmt.Sprintf("%s, %s at %d", name, c.target.Name, c.at)
			p := nn.NewParams(3, tensor.Float64)
			set := numbersTo(c.target, positions, examples)
			if name == "norm" {
				set.Norm = "layer"
			}
			x, _ := batchOf(set, tensor.Float64)
			have, err := signal.GradientByPosition(p, net, set, x, max(0, c.at))
			if err != nil {
				t.Fatal(err)
			}
			hidden := lastHidden(t, p, net, set)
			output := func() (y []float64) { // of all examples
				all := hidden(x)
				if c.at < 0 {
					return append(y, all...)
				}
				for size, i := len(all)/examples/positions, 0; i < examples; i++ {
					y = append(y, all[(i*positions+c.at)*size:][:size]...)
				}
				return y
			}
			const h = 1e-5
			values := x[0].Data().([]float64)
			squares := make([]float64, positions)
			for i, v := range values {
				values[i] = v + h
				up := output()
				values[i] = v - h
				for k, down := range output() {
					d := (up[k] - down) / (2 * h)
					squares[i/2%positions] += d * d
				}
				values[i] = v
			}
			for s := range positions {
				if later := c.at >= 0 && s > c.at; later && have[s] != 0 {
					t.Errorf("%s: position %d, which comes later, has the gradient %v", what, s, have[s])
				} else if !later && !(have[s] > 0) {
					t.Errorf("%s: position %d has the gradient %v", what, s, have[s])
				}
				if want := math.Sqrt(squares[s]); !(math.Abs(have[s]-want) <= 1e-8*(1+want)) {
					t.Errorf("%s: position %d: have %v, differences give %v", what, s, have[s], want)
				}
			}
		}
	}
}

// TestGradientByLagOfTokens: the gradient is with respect to the vectors of tokens, each of
// which is in the sequence once.
func TestGradientByLagOfTokens(t *testing.T) {
	const positions, words = 5, 8
	tokens := datasets.Tokens(positions, words)
	for name, net := range map[string]nn.Network{
		"gru": architectures.GRU{Units: 4},
		"gpt": architectures.GPT{Dim: 4, Depth: 1, Heads: 2, Context: positions},
	} {
		set := nn.Settings{Options: options(), Spec: tokens, Batch: 1}
		p := nn.NewParams(4, tensor.Float64)
		order := []int{6, 1, 4, 0, 3}
		x := []*tensor.Dense{tensor.New(tensor.WithShape(1, positions), tensor.WithBacking(order))}
		l, err := signal.GradientByLag(p, net, set, x)
		if err != nil {
			t.Fatal(err)
		}
		if l.Predicted != nil {
			t.Errorf("%s: have a prediction", name)
		}
		hidden := lastHidden(t, p, net, set)
		const h = 1e-5
		norms := make([]float64, positions)
		table := vector64(t, p, map[string]string{"gru": "embedding.weight", "gpt": "wte.weight"}[name]) // (words, 4)
		for lag := range positions {
			for i := range 4 {
				v := &table[order[positions-1-lag]*4+i]
				last := func() []float64 {
					all := hidden(x)
					return all[len(all)-4:]
				}
				*v += h
				up := last()
				*v -= 2 * h
				for k, down := range last() {
					norms[lag] = math.Hypot(norms[lag], (up[k]-down)/(2*h))
				}
				*v += h
			}
			wantNear(t, fmt.Sprintf("%s, lag %d", name, lag), l.Gradient[lag], norms[lag]/norms[0], 1e-7)
		}
	}
}

// TestPredictedByLag: without a non-linearity to speak of, an orthogonal recurrence times ρ
// multiplies the gradient by ρ at each position, as predicted. The input is small enough for
// tanh to be linear, and large gradients do not overflow.
func TestPredictedByLag(t *testing.T) {
	const positions, units = 200, 6
	for _, rho := range []float64{0.01, 0.5, 1, 20} {
		p := nn.NewParams(2, tensor.Float64)
		set := numbersTo(datasets.Label(units), positions, 1)
		set.BiasInit, set.Init = "zero", "orthogonal(1)"
		net := architectures.RNN{Units: units}
		build(t, p, nn.Infer, net, set)
		weights := vector64(t, p, "rnn.weight_hh_l0")
		for i := range weights {
			weights[i] *= rho
		}
		x := tensor.New(tensor.WithShape(1, positions, 2), tensor.WithBacking(make([]float64, positions*2)))
		l, err := signal.GradientByLag(p, net, set, []*tensor.Dense{x})
		if err != nil {
			t.Fatal(err)
		}
		for lag := range 140 {
			want := math.Pow(rho, float64(lag))
			wantNear(t, fmt.Sprintf("%v: lag %d", rho, lag), l.Gradient[lag], want, 1e-9)
			wantNear(t, fmt.Sprintf("%v: predicted, lag %d", rho, lag), l.Predicted[lag], want, 1e-9)
		}
	}
	for name, net := range sequenceNetworks {
		if l := lags(t, nn.NewParams(1, tensor.Float32), net, numbersTo(datasets.Label(3), 4, 2)); (l.Predicted != nil) != (name == "rnn") {
			t.Errorf("%s: have the prediction %v", name, l.Predicted)
		}
	}
	relu := numbersTo(datasets.Label(3), 4, 2)
	relu.Activation, relu.RecurrentInit = "relu", "identity(0.5)"
	if l := lags(t, nn.NewParams(1, tensor.Float32), sequenceNetworks["rnn"], relu); l.Predicted == nil || math.Abs(l.Predicted[2]-0.25) > 1e-12 {
		t.Errorf("half of the identity, with ReLUs: have the prediction %v, want 1, 0.5, 0.25 and 0.125", l.Predicted)
	}
	normed := numbersTo(datasets.Label(3), 4, 2)
	normed.Norm = "layer"
	if l := lags(t, nn.NewParams(1, tensor.Float32), sequenceNetworks["rnn"], normed); l.Predicted != nil {
		t.Errorf("products that are normalised: have the prediction %v", l.Predicted)
	}
	five := nn.RecurrentOptions{Units: 5}
	two := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Recurrent(s.In("rnn1"), nn.Recurrent(s.In("rnn0"), x, five), five)
		return nn.Logits(s.In("fc"), nn.TakeToken(s.In("last"), x, 3))
	})
	if l := lags(t, nn.NewParams(1, tensor.Float32), two, numbersTo(datasets.Label(3), 4, 2)); l.Predicted != nil {
		t.Errorf("two layers of recurrence: have the prediction %v", l.Predicted)
	}
}

// A temporal convolution sees nothing beyond its receptive field.
func TestGradientByLagBeyondTheReceptiveField(t *testing.T) {
	net := architectures.TCN{Channels: 4, Depth: 2, Kernel: 2} // sees 1 + 2·(2 − 1)·(2² − 1) = 7
	l := lags(t, nn.NewParams(1, tensor.Float32), net, numbersTo(datasets.Label(3), 10, 3))
	for lag, v := range l.Gradient {
		if (v > 0) != (lag < 7) {
			t.Errorf("lag %d: have %v", lag, v)
		}
	}
}

// The parameters stay as they are, the rows of a batch do not matter to one another, and a
// stateful network begins each example anew.
func TestGradientByLagOfEachExample(t *testing.T) {
	net := sequenceNetworks["lstm"]
	set := numbersTo(datasets.Label(3), 5, 3)
	set.Stateful = true
	p := nn.NewParams(1, tensor.Float32)
	x, _ := batchOf(set, tensor.Float32)
	all, err := signal.GradientByPosition(p, net, set, x, 4)
	if err != nil {
		t.Fatal(err)
	}
	sums := make([]float64, 5)
	for i := range 3 {
		one := tensor.New(tensor.WithShape(1, 5, 2), tensor.WithBacking(x[0].Data().([]float32)[i*10:][:10]))
		norms, err := signal.GradientByPosition(p, net, set, []*tensor.Dense{one}, 4)
		if err != nil {
			t.Fatal(err)
		}
		for s, v := range norms {
			sums[s] = math.Hypot(sums[s], v)
		}
	}
	for s := range sums {
		wantNear(t, fmt.Sprintf("position %d", s), all[s], sums[s], 1e-14)
	}
	for _, q := range p.All() {
		if q.Value.Dtype() != tensor.Float32 {
			t.Errorf("%s has become %v", q.Path, q.Value.Dtype())
		}
	}
}

func TestGradientByLagErrors(t *testing.T) {
	mean := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.MeanTokens(s.In("mean"), nn.CausalConv(s.In("conv"), x, 3, 1, 1))
		return nn.Logits(s.In("fc"), x)
	})
	first := network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Logits(s.In("fc"), nn.TakeToken(s.In("first"), x, 0)) })
	normed := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Norm(s.In("bn"), nn.CausalConv(s.In("conv").BeforeNorm(), x, 3, 1, 1))
		return nn.Logits(s.In("fc"), nn.TakeToken(s.In("last"), x, 3))
	})
	for _, c := range []struct {
		net  nn.Network
		norm string
		set  nn.Settings
		want string
	}{
		{stack(3, 4), "none", settings(options(), 2, 3, 8), "lags: have x (8), want sequences of tokens (T) or of numbers (T, C)"},
		{first, "none", numbersTo(datasets.Label(3), 4, 2), "lags: the hidden values at the last position do not depend on the input there"},
		{normed, "batch", numbersTo(datasets.Label(3), 4, 2), "lags: bn is a batch norm"},
		{stack(3, 4), "unknown", numbersTo(datasets.Label(3), 4, 2), `norm: have "unknown"`},
	} {
		c.set.Norm = c.norm
		x, _ := batchOf(c.set, tensor.Float32)
		if _, err := signal.GradientByLag(nn.NewParams(1, tensor.Float32), c.net, c.set, x); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("have error %v, want one with %q", err, c.want)
		}
	}
	if l := lags(t, nn.NewParams(1, tensor.Float32), mean, numbersTo(datasets.Label(3), 4, 2)); math.Abs(l.Gradient[3]-1) > 1e-9 {
		t.Errorf("of a mean: have %v, want 1 at each lag", l.Gradient)
	}
}

// Every registered network of sequences has a gradient by lag, but for WaveNet, which makes no
// vectors of tokens.
func TestGradientByLagOfRegistered(t *testing.T) {
	for _, name := range architectures.Names() {
		m, _ := architectures.Lookup(name)
		if m.Data.Positions() == 0 || name == "wavenet" { // wavenet-small is the same with fewer layers
			continue
		}
		p, set := nn.NewParams(1, tensor.Float32), nn.Settings{Options: m.Options, Spec: m.Data.OfLength(4), Batch: 1}
		if strings.HasPrefix(name, "wavenet") {
			x, _ := batchOf(set, tensor.Float32)
			if _, err := signal.GradientByLag(p, m.Network, set, x); err == nil || !strings.Contains(err.Error(), "have no embedding of the tokens") {
				t.Errorf("%s: have error %v", name, err)
			}
			set.Spec = numbersTo(datasets.Label(3), 4, 1).Spec
		}
		l := lags(t, p, m.Network, set)
		if len(l.Gradient) != 4 || l.Gradient[0] != 1 || !(l.Gradient[3] > 0) {
			t.Errorf("%s: have %v", name, l.Gradient)
		}
	}
}
