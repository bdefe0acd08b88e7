package signal_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/nn"
	"zoo/nn/signal"
)

// wantPredicted fails unless the standard deviations that theory gives for the
// layers are the measured ones, in the mean of their logarithms over seeds, and
// it gives as many as wanted. The few logits may scatter more.
func wantPredicted(t *testing.T, name string, net nn.Network, set nn.Settings, seeds uint64, tolerance float64, values, grads int) {
	t.Helper()
	var off, gradOff []float64
	var paths []string
	for seed := range seeds {
		signals, _ := probe(t, nn.NewParams(seed, tensor.Float32), net, set)
		if off == nil {
			off, gradOff = make([]float64, len(signals)), make([]float64, len(signals))
		}
		predicted, predictedGrads := 0, 0
		paths = nil
		for i, s := range signals {
			paths = append(paths, s.Path)
			if s.PredictedStd != nil {
				predicted++
				off[i] += math.Log(s.Std / *s.PredictedStd) / float64(seeds)
			}
			if s.PredictedGradStd != nil {
				predictedGrads++
				gradOff[i] += math.Log(s.GradStd / *s.PredictedGradStd) / float64(seeds)
			}
		}
		if predicted != values || predictedGrads != grads {
			t.Fatalf("%s: have %d values and %d gradients predicted of %d, want %d and %d", name, predicted, predictedGrads, len(signals), values, grads)
		}
	}
	for i := range off {
		if i == len(off)-1 {
			tolerance *= 3
		}
		if !(math.Abs(off[i]) < tolerance) || !(math.Abs(gradOff[i]) < tolerance) {
			t.Errorf("%s: %s is off by the factors exp(%.3f) and exp(%.3f), want less than exp(%v)", name, paths[i], off[i], gradOff[i], tolerance)
		}
	}
}

// TestPredictions: in each layer a width of 512 scatters the deviation by some 3 %.
func TestPredictions(t *testing.T) {
	with := func(activation, init string) nn.Options {
		return options(func(o *nn.Options) { o.Activation, o.Init = activation, init })
	}
	for name, o := range map[string]nn.Options{
		"relu":        with("relu", "kaiming_normal"),
		"relu xavier": with("relu", "xavier_uniform"),
		"relu tiny":   with("relu", "normal(1e-7)"), // whose mean squares are too small for float32
		"leaky":       with("leaky(0.3)", "kaiming_uniform"),
		"prelu":       with("prelu", "kaiming_normal"),
		"relu6":       with("relu6", "kaiming_normal"),
		"hardswish":   with("hardswish", "kaiming_normal"),
		"hardsigmoid": with("hardsigmoid", "xavier_normal"),
		"elu":         with("elu", "kaiming_normal"),
		"gelu":        with("gelu", "kaiming_normal"),
		"gelu_tanh":   with("gelu_tanh", "kaiming_normal"),
		"silu":        with("silu", "kaiming_normal_fan_out"),
		"tanh":        with("tanh", "lecun_normal(1.5)"),
		"scaled_tanh": with("scaled_tanh", "lecun_uniform"),
		"sigmoid":     with("sigmoid", "xavier_normal"),
		"dropout":     options(func(o *nn.Options) { o.Dropout = 0.4 }),
		"biases":      options(func(o *nn.Options) { o.Activation, o.BiasInit = "tanh", "normal(0.5)" }),
	} {
		net, layers := architectures.MLP{Depth: 5, Width: 512}, 9
		if name == "dropout" {
			layers += 4
		}
		wantPredicted(t, name, net, settings(o, 16, 10, 8, 8, 4), 1, 0.1, layers, layers)
	}
	linear := options(func(o *nn.Options) { o.Activation = "linear" })
	wantPredicted(t, "linear", architectures.MLP{Depth: 5, Width: 512}, settings(linear, 16, 10, 256), 1, 0.1, 5, 5)
}

// TestPredictionsOfShortcuts: what Add joins adds up.
func TestPredictionsOfShortcuts(t *testing.T) {
	net := architectures.MLP{Depth: 8, Width: 512, Residual: true}
	for name, o := range map[string]nn.Options{
		"relu":  options(),
		"tanh":  options(func(o *nn.Options) { o.Activation = "tanh" }),
		"layer": options(func(o *nn.Options) { o.Norm = "layer" }),
	} {
		values, grads := 18, 18 // 8 linear layers, 7 activations, 3 sums
		if name == "layer" {
			values, grads = 25, 3 // backward up to the last norm
		}
		wantPredicted(t, name, net, settings(o, 32, 10, 256), 2, 0.08, values, grads)
	}
}

// TestPredictionsOfSums: neither branch has the mean 0.
func TestPredictionsOfSums(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		var branches []*G.Node
		for i := range 2 {
			branches = append(branches, nn.Act(s.In("act%d", i), nn.Linear(s.In("fc%d", i), x, 512)))
		}
		return nn.Logits(s.In("fc"), nn.Add(s.In("add"), branches[0], branches[1]))
	})
	wantPredicted(t, "sum", net, settings(options(), 16, 10, 256), 4, 0.04, 6, 6)
}

// TestPredictionsOfConvolutions: the border of zeros counts, forward and backward,
// and so do strides and the zero channels of shortcut A.
func TestPredictionsOfConvolutions(t *testing.T) {
	convs := network(func(s *nn.Scope, x *G.Node) *G.Node {
		for i, k := range []int{3, 5, 3, 3} {
			x = nn.Act(s.In("act%d", i), nn.Conv(s.In("conv%d", i), x, 64, k, 1+i%2, k/2))
		}
		return nn.Logits(s.In("fc"), x)
	})
	wantPredicted(t, "convs", convs, settings(options(), 16, 10, 9, 7, 3), 8, 0.08, 9, 9)

	// Global pooling has no prediction forward, and an exact one backward.
	preact := architectures.CIFARResNet{Depth: 8, Width: 32, Shortcut: "A", PreAct: true}
	wantPredicted(t, "resnet", preact, settings(options(), 16, 10, 8, 8, 3), 8, 0.12, 19, 21)
	batch := options(func(o *nn.Options) { o.Norm = "batch" })
	wantPredicted(t, "batch norm", preact, settings(batch, 16, 10, 8, 8, 3), 8, 0.08, 26, 4)
	zero := options(func(o *nn.Options) { o.Norm, o.ResidualInit = "batch", "zero" })
	signals, _ := probe(t, nn.NewParams(1, tensor.Float32), architectures.CIFARResNet{Depth: 8, Width: 4, Shortcut: "B"}, settings(zero, 4, 10, 8, 8, 3))
	if s := at(t, signals, "layer1.0.bn2"); s.Std != 0 || s.PredictedStd == nil || *s.PredictedStd != 0 {
		t.Errorf("have the signal %+v after a norm of scale 0", s)
	}
}

// TestXavierHalves: ReLU layers of Glorot's variance halve the mean square (He et
// al. 2015), in the theory up to the weights' scatter.
func TestXavierHalves(t *testing.T) {
	const depth, width = 30, 128
	o := options(func(o *nn.Options) { o.Init = "xavier_normal" })
	signals, _ := probe(t, nn.NewParams(1, tensor.Float32), stack(depth, width), settings(o, 4, 10, width))
	first, last := at(t, signals, "fc1"), at(t, signals, "fc29")
	have := math.Log2(*last.PredictedStd / *first.PredictedStd)
	// Each of 28 mean squares scatters by √(2/128²), and the deviation by half of that.
	if scatter := 4 * math.Sqrt(28*2) / width / 2 / math.Ln2; math.Abs(have+14) > scatter {
		t.Errorf("have the deviation 2^%.3f of the first after 28 layers, want 2^-14 ± %.3f", have, scatter)
	}
}

// TestStandardInitShrinks is the analysis of Glorot & Bengio 2010: weights of
// U(±1/√n) divide the signal by √3 in each layer, and backward the gradient.
// Small inputs make tanh linear.
func TestStandardInitShrinks(t *testing.T) {
	const depth, width = 6, 500
	o := options(func(o *nn.Options) { o.Init, o.Activation = "fan_in_uniform", "tanh" })
	set := settings(o, 32, 10, width)
	x, y := batchOf(set, tensor.Float32)
	for i := range x[0].Data().([]float32) {
		x[0].Data().([]float32)[i] *= 1e-2
	}
	signals, _, err := signal.Probe(nn.NewParams(1, tensor.Float32), stack(depth, width), set, x, y)
	if err != nil {
		t.Fatal(err)
	}
	first, last := at(t, signals, "fc1"), at(t, signals, "fc5")
	wantNear(t, "activations, 5 against 1", last.Std/first.Std, 1./9, 0.1)
	wantNear(t, "gradients, 1 against 5", first.GradStd/last.GradStd, 1./9, 0.1)
	wantNear(t, "predicted activations", *last.PredictedStd / *first.PredictedStd, 1./9, 0.02)
	wantNear(t, "predicted gradients", *first.PredictedGradStd / *last.PredictedGradStd, 1./9, 0.02)
}

// negative is −x, under the name of another function.
type negative[F nn.Float] struct{}

func (negative[F]) Name() string                                  { return "relu" }
func (negative[F]) Shape(in []tensor.Shape) (tensor.Shape, error) { return in[0], nil }
func (negative[F]) Reads() ([]int, bool)                          { return nil, false }

func (negative[F]) Forward(out nn.Tensor[F], in []nn.Tensor[F]) {
	for i, x := range in[0].V {
		out.V[i] = -x
	}
}

func (negative[F]) Backward(din []nn.Tensor[F], dout, _ nn.Tensor[F], _ []nn.Tensor[F]) {
	for i := range din[0].V {
		din[0].V[i] = -dout.V[i]
	}
}

// TestNoPrediction: where the theory does not hold there is no prediction.
func TestNoPrediction(t *testing.T) {
	pooled := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.MaxPool(s.In("pool"), nn.Conv(s.In("conv1"), x, 4, 3, 1, 1), 2, 2, 0)
		x = nn.Norm(s.In("norm"), nn.Conv(s.In("conv2"), x, 4, 3, 1, 1))
		return nn.Logits(s.In("fc"), nn.Act(s.In("act"), x))
	})
	postact := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Act(s.In("act1"), nn.FullyConnected(s.In("fc1"), x, 8))
		x = nn.Add(s.In("add"), nn.FullyConnected(s.In("fc2"), x, 8), x)
		return nn.Logits(s.In("fc"), nn.Act(s.In("act2"), x))
	})
	twice := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Conv(s.In("conv"), x, 4, 3, 1, 1)
		a := nn.FullyConnected(s.In("fc1"), nn.MaxPool(s.In("pool"), x, 2, 2, 0), 8)
		return nn.Logits(s.In("fc3"), nn.Add(s.In("add"), nn.FullyConnected(s.In("fc2"), x, 8), a))
	})
	branch := network(func(s *nn.Scope, x *G.Node) *G.Node {
		around := nn.FullyConnected(s.In("fc1"), x, 8)
		x = nn.FullyConnected(s.Branch(1, 1).Last().In("fc2"), nn.Act(s.In("act1"), around), 8)
		return nn.Logits(s.In("fc3"), nn.Act(s.In("act2"), nn.Add(s.In("add"), x, around)))
	})
	own := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Apply(s.In("own"), negative[float32]{}, negative[float64]{}, nn.FullyConnected(s.In("fc1"), x, 64))
		return nn.Logits(s.In("fc2"), x)
	})
	for _, c := range []struct {
		name          string
		net           nn.Network
		o             nn.Options
		shape         []int
		values, grads []string // the layers without a predicted deviation of values, and of gradients
	}{
		{"pooling", pooled, options(func(o *nn.Options) { o.Norm = "layer" }), []int{4, 4, 2}, []string{"pool", "conv2"}, []string{"conv1", "pool", "conv2"}},
		{"no norm", pooled, options(), []int{4, 4, 2}, []string{"pool", "conv2", "act", "fc"}, []string{"conv1", "pool", "conv2"}},
		{"read twice", twice, options(), []int{4, 4, 2}, []string{"pool", "fc1", "add", "fc3"}, []string{"conv"}},
		{"not centred", postact, options(), []int{8}, []string{"act2", "fc"}, []string{"fc1", "act1", "fc2", "add"}},
		{"equal weights", stack(3, 64), options(func(o *nn.Options) { o.Init = "constant(0.1)" }), []int{8}, []string{"fc1", "act1", "fc2", "act2", "fc3"}, []string{"fc1", "act1", "fc2", "act2"}},
		{"biases of one sign", stack(2, 64), options(func(o *nn.Options) { o.BiasInit = "constant(1)" }), []int{8}, []string{"fc1", "act1", "fc2"}, []string{"fc1"}},
		{"op of another module", own, options(), []int{8}, []string{"own", "fc2"}, []string{"fc1"}},
		{"fixup", branch, options(func(o *nn.Options) { o.ResidualInit = "fixup" }), []int{8}, nil, nil},
	} {
		signals, _ := probe(t, nn.NewParams(1, tensor.Float32), c.net, settings(c.o, 4, 3, c.shape...))
		var values, grads []string
		for _, s := range signals {
			if s.PredictedStd == nil {
				values = append(values, s.Path)
			}
			if s.PredictedGradStd == nil {
				grads = append(grads, s.Path)
			}
		}
		wantPaths(t, c.name, values, c.values)
		wantPaths(t, c.name+", backward", grads, c.grads)
	}
}
