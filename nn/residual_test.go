package nn_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/nn"
)

// trunk is a CIFAR ResNet of option A without its branches.
type trunk struct {
	width  int
	preact bool
}

func (m trunk) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := nn.Conv(s.In("conv1").BeforeNorm(), in[0], m.width, 3, 1, 1)
	if !m.preact {
		x = nn.Act(s.In("relu"), nn.Norm(s.In("bn1"), x))
	}
	x = nn.Subsample(s.In("stage2"), x, 2*m.width, 2)
	x = nn.Subsample(s.In("stage3"), x, 4*m.width, 2)
	if m.preact {
		x = nn.Act(s.In("relu"), nn.Norm(s.In("bn"), x))
	}
	return nn.Logits(s.In("linear"), nn.GlobalAvgPool(s.In("pool"), x))
}

// TestZeroInitIsIdentity: with the last layer of each branch at zero, a residual
// network computes what its trunk does, to the bit, whichever the last layer is.
func TestZeroInitIsIdentity(t *testing.T) {
	for _, c := range []struct {
		name       string
		net, trunk nn.Network
		norm       string
		zeros      string // the path of what starts at zero in a block
	}{
		{"norm last", architectures.CIFARResNet{Depth: 20, Width: 4, Shortcut: "A"}, trunk{4, false}, "batch", "layer2.1.bn2.weight"},
		{"group norm last", architectures.CIFARResNet{Depth: 20, Width: 4, Shortcut: "A"}, trunk{4, false}, "group(2)", "layer2.1.bn2.weight"},
		{"convolution last", architectures.CIFARResNet{Depth: 20, Width: 4, Shortcut: "A"}, trunk{4, false}, "none", "layer2.1.conv2.weight"},
		{"pre-activation", architectures.CIFARResNet{Depth: 20, Width: 4, Shortcut: "A", PreAct: true}, trunk{4, true}, "batch", "layer2.1.conv2.weight"},
		{"mlp", architectures.MLP{Depth: 6, Width: 12, Residual: true}, network(func(s *nn.Scope, x *G.Node) *G.Node {
			x = nn.FullyConnected(s.In("fc1").BeforeNorm(), x, 12)
			return nn.Logits(s.In("fc6"), nn.Act(s.In("act"), nn.Norm(s.In("norm"), x)))
		}), "rms", "fc3.weight"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(func(o *nn.Options) { o.Norm, o.BiasInit = c.norm, "normal(0.1)" })
			set := settings(o, 3, 10, 12, 12, 3)
			x, y := batchOf(set, tensor.Float32)
			whole, part := nn.NewParams(1, tensor.Float32), nn.NewParams(1, tensor.Float32)
			want := logits(t, build(t, part, nn.Train, c.trunk, set), x, y)

			ordinary := nn.NewParams(1, tensor.Float32)
			if have := logits(t, build(t, ordinary, nn.Train, c.net, set), x, y); have[0] == want[0] {
				t.Fatal("the branches do nothing without zero init either")
			}
			set.ResidualInit = "zero"
			pr := build(t, whole, nn.Train, c.net, set)
			wantBits(t, "logits", logits(t, pr, x, y), want)
			for i, v := range values(t, whole, c.zeros) {
				if v != 0 {
					t.Fatalf("%s: have %v at %d, want 0", c.zeros, v, i)
				}
			}
			// The zeros learn: their gradient is not zero.
			for _, q := range pr.Trained() {
				if _, v := moments(q.Grad.Data().([]float32)); q.Path == c.zeros && v == 0 {
					t.Errorf("%s has no gradient", q.Path)
				}
			}
		})
	}
}

// TestScaledInit: of the L = 9 branches of ResNet-20, only the end is divided by √L: the
// norm's scale where a norm directly follows the last layer, and otherwise
// the layer with its bias.
func TestScaledInit(t *testing.T) {
	for _, c := range []struct {
		norm   string
		preact bool
		ends   []string
	}{
		{"none", false, []string{"conv2.weight", "conv2.bias"}},
		{"batch", false, []string{"bn2.weight"}},
		{"batch", true, []string{"conv2.weight"}},
	} {
		net := architectures.CIFARResNet{Depth: 20, Width: 4, Shortcut: "B", PreAct: c.preact}
		weights := func(residual string) *nn.Params {
			p := nn.NewParams(1, tensor.Float32)
			o := options(func(o *nn.Options) { o.Norm, o.BiasInit, o.ResidualInit = c.norm, "normal(1)", residual })
			build(t, p, nn.Infer, net, settings(o, 1, 10, 8, 8, 3))
			return p
		}
		plain, ends := weights("none"), 0
		for _, q := range weights("scaled").All() {
			want := slices.Clone(values(t, plain, q.Path))
			for _, end := range c.ends {
				if strings.HasPrefix(q.Path, "layer") && strings.HasSuffix(q.Path, end) {
					ends++
					for i := range want {
						want[i] /= 3
					}
				}
			}
			for i, v := range q.Value.Data().([]float32) {
				if math.Abs(float64(v-want[i])) > 1e-6 {
					t.Errorf("norm %s, preact %v: %s: have %v at %d, want %v", c.norm, c.preact, q.Path, v, i, want[i])
					break
				}
			}
		}
		if ends != 9*len(c.ends) {
			t.Errorf("norm %s, preact %v: have %d ends of branches, want %d", c.norm, c.preact, ends, 9*len(c.ends))
		}
	}
}

// TestResidualGrowth: a branch whose output has r times the second moment of its
// input makes the signal grow by 1+r in each block, and by less than eʳ in all
// of them where each is divided by √L; not at all where each starts at zero. With
// two rectified layers of variance gain²/n, r is gain⁴/4.
func TestResidualGrowth(t *testing.T) {
	const branches, width, seeds = 25, 128, 6
	net := architectures.MLP{Depth: 2*branches + 2, Width: width, Residual: true}
	growth := func(init, residual string, seed uint64) float64 {
		set := settings(options(func(o *nn.Options) { o.Init, o.ResidualInit = init, residual }), 4, 10, width)
		pr := build(t, nn.NewParams(seed, tensor.Float32), nn.Infer, net, set)
		x, _ := batchOf(set, tensor.Float32)
		run(t, pr, x, nil)
		signal := make([]float64, 4*width)
		add := func(layer int) (square float64) {
			out, err := pr.OutputOf(fmt.Sprintf("fc%d.weight", layer))
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range out.Data().([]float32) {
				signal[i] += float64(v)
				square += signal[i] * signal[i]
			}
			return square
		}
		before := add(1)
		after := before
		for b := range branches {
			after = add(2*b + 3)
		}
		return after / before
	}
	for init, r := range map[string]float64{"kaiming_normal": 1, "lecun_normal(1.189207)": 0.5} {
		mean := map[string]float64{} // of the growth's logarithm
		for _, residual := range []string{"none", "scaled", "zero"} {
			for seed := range uint64(seeds) {
				mean[residual] += math.Log(growth(init, residual, seed)) / seeds
			}
		}
		for residual, c := range map[string]struct{ want, tolerance float64 }{
			"none":   {branches * math.Log1p(r), 1.2},
			"scaled": {branches * math.Log1p(r/branches), 0.25},
			"zero":   {0, 0},
		} {
			if math.Abs(mean[residual]-c.want) > c.tolerance {
				t.Errorf("%s, %s: the second moment grows by exp(%.3f), want exp(%.3f ± %.2f)", init, residual, mean[residual], c.want, c.tolerance)
			}
		}
	}
}

// TestFixup checks the rules of Zhang et al. 2019 on ResNet-20: m = 2 weight
// layers in each of L = 9 branches.
func TestFixup(t *testing.T) {
	net := architectures.CIFARResNet{Depth: 20, Width: 16, Shortcut: "A"}
	fixup := options(func(o *nn.Options) { o.ResidualInit, o.BiasInit = "fixup", "normal(1)" })
	plain, p := nn.NewParams(1, tensor.Float32), nn.NewParams(1, tensor.Float32)
	set := settings(fixup, 4, 10, 12, 12, 3)
	build(t, plain, nn.Train, net, settings(options(), 4, 10, 12, 12, 3))
	pr := build(t, p, nn.Train, net, set)

	x, y := batchOf(set, tensor.Float32)
	if loss := run(t, pr, x, y); loss != float64(float32(math.Log(10))) {
		t.Errorf("the loss starts at %v, want ln 10 = %v", loss, math.Log(10))
	}
	for _, q := range p.All() {
		v := q.Value.Data().([]float32)
		switch {
		case strings.HasSuffix(q.Path, ".scale"):
			wantBits(t, q.Path, v, []float32{1})
		case q.Kind == nn.NoDecay || strings.HasSuffix(q.Path, "conv2.weight") || q.Path == "linear.weight":
			wantBits(t, q.Path, v, make([]float32, len(v)))
		case strings.HasSuffix(q.Path, "conv1.weight"):
			scale := 1.0
			if strings.HasPrefix(q.Path, "layer") {
				scale = math.Pow(9, -1./2)
			}
			for i, w := range values(t, plain, q.Path) {
				if math.Abs(float64(v[i])-scale*float64(w)) > 1e-7 {
					t.Fatalf("%s: have %v at %d, want %v·%v", q.Path, v[i], i, scale, w)
				}
			}
		default:
			t.Errorf("unexpected parameter %s", q.Path)
		}
	}
	// The weights of the plain network, the biases of the linear layer, and
	// scalars: a bias before each of the 19 convolutions, the linear layer and the
	// 19 activations; a multiplier and a bias at the end of each branch.
	if have, want := p.Count(), 268346+19+1+19+2*9; have != want {
		t.Errorf("have %d parameters, want %d", have, want)
	}
	sum := 0
	for _, l := range pr.Layers {
		sum += l.Params
	}
	if sum != p.Count() {
		t.Errorf("the layers have %d parameters, the network %d", sum, p.Count())
	}

	// A few steps in, everything learns.
	before := p.Export()
	for range 5 {
		run(t, pr, x, y)
		sgdStep(pr, 0.1)
	}
	for i, q := range p.Export() {
		if slices.Equal(q.Data, before[i].Data) {
			t.Errorf("%s does not learn", q.Name)
		}
	}
}

// TestFixupExponent: with m = 3 weight layers the exponent is −1/4, and with one
// there is no layer to scale.
func TestFixupExponent(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		b := s.Branch(16, 3)
		y := nn.Linear(b.In("a"), x, 8)
		y = nn.Linear(b.In("b"), y, 8)
		y = nn.Add(s.In("sum"), x, nn.Linear(b.Last().In("c"), y, 8))
		y = nn.Add(s.In("sum2"), y, nn.Linear(s.Branch(16, 1).Last().In("d"), y, 8))
		return nn.Logits(s.In("l"), y)
	})
	o := options(func(o *nn.Options) { o.ResidualInit = "fixup" })
	plain, p := nn.NewParams(1, tensor.Float32), nn.NewParams(1, tensor.Float32)
	build(t, plain, nn.Infer, net, settings(options(), 1, 2, 8))
	build(t, p, nn.Infer, net, settings(o, 1, 2, 8))
	for path, scale := range map[string]float32{"a.weight": 0.5, "b.weight": 0.5, "c.weight": 0, "d.weight": 0} {
		want := append([]float32{}, values(t, plain, path)...)
		for i := range want {
			want[i] *= scale
		}
		for i, v := range values(t, p, path) {
			if math.Abs(float64(v-want[i])) > 1e-7 {
				t.Fatalf("%s: have %v at %d, want %v", path, v, i, want[i])
			}
		}
	}
}

// TestLSUV: the output of every layer has a variance within 0.1 of 1 on the
// calibration batch, and running statistics do not move.
func TestLSUV(t *testing.T) {
	lsuv := func(norm, activation string) nn.Options {
		return options(func(o *nn.Options) { o.Init, o.Norm, o.Activation = "lsuv", norm, activation })
	}
	for _, c := range []struct {
		name  string
		net   nn.Network
		o     nn.Options
		shape []int
	}{
		{"mlp", architectures.MLP{Depth: 10, Width: 64}, lsuv("none", "relu"), []int{9, 9, 1}},
		{"residual mlp", architectures.MLP{Depth: 10, Width: 64, Residual: true}, lsuv("none", "tanh"), []int{9, 9, 1}},
		{"resnet", architectures.CIFARResNet{Depth: 14, Width: 4, Shortcut: "B"}, lsuv("none", "relu"), []int{12, 12, 3}},
		{"resnet with batch norm", architectures.CIFARResNet{Depth: 14, Width: 4, Shortcut: "B"}, lsuv("batch", "relu"), []int{12, 12, 3}},
		{"lenet5-classic", architectures.LeNet5Classic{}, lsuv("none", "scaled_tanh"), []int{32, 32, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := nn.NewParams(4, tensor.Float32)
			set := settings(c.o, 32, 10, c.shape...)
			pr := build(t, p, nn.Train, c.net, set)
			x, y := batchOf(set, tensor.Float32)
			run(t, pr, x, y)
			far := 0
			check := func(report bool) {
				paths := pr.WeightedPaths()
				if len(paths) < 4 {
					t.Fatalf("only %v have outputs", paths)
				}
				for _, path := range paths {
					out, err := pr.OutputOf(path)
					if err != nil {
						t.Fatal(err)
					}
					if _, v := moments(out.Data().([]float32)); math.Abs(v-1) > 0.1 {
						far++
						if report {
							t.Errorf("the output of %s has variance %v", path, v)
						}
					}
				}
			}
			if check(false); far == 0 {
				t.Error("all variances are near 1 before: the test shows nothing")
			}
			if err := pr.LSUV(t.Context(), x, y); err != nil {
				t.Fatal(err)
			}
			check(true)
			for _, q := range p.All() {
				if mean, v := moments(q.Value.Data().([]float32)); q.Kind == nn.State && (v != 0 || mean != 0 && mean != 1) {
					t.Errorf("%s has moved", q.Path)
				}
			}
		})
	}
}

func TestLSUVOfDeadLayer(t *testing.T) {
	p := nn.NewParams(4, tensor.Float32)
	o := options(func(o *nn.Options) { o.Init, o.ResidualInit = "lsuv", "zero" })
	set := settings(o, 8, 10, 12)
	pr := build(t, p, nn.Train, architectures.MLP{Depth: 4, Width: 8, Residual: true}, set)
	x, y := batchOf(set, tensor.Float32)
	err := pr.LSUV(t.Context(), x, y)
	if want := "lsuv: the output of fc3 has variance 0"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("have error %v, want %q", err, want)
	}
}

// TestSignalPropagation: through ReLU layers He's initialisation keeps the mean
// square of the signal, and Xavier's halves it in each. The mean of its
// logarithm over seeds drifts a little below: by half its variance, 5/width a layer.
func TestSignalPropagation(t *testing.T) {
	const depth, width, seeds = 30, 128, 20
	stack := network(func(s *nn.Scope, x *G.Node) *G.Node {
		for i := range depth {
			x = nn.Act(s.In("act%d", i), nn.Linear(s.In("fc%d", i).NoBias(), x, width))
		}
		return x
	})
	mean := map[string]float64{}
	for _, init := range []string{"kaiming_normal", "xavier_normal", "normal(0.01)"} {
		for seed := range uint64(seeds) {
			set := settings(options(func(o *nn.Options) { o.Init = init }), 4, width, width)
			pr := build(t, nn.NewParams(seed, tensor.Float32), nn.Infer, stack, set)
			x, _ := batchOf(set, tensor.Float32)
			var before, after float64
			for _, v := range x[0].Data().([]float32) {
				before += float64(v) * float64(v)
			}
			for _, v := range logits(t, pr, x, nil) {
				after += float64(v) * float64(v)
			}
			// A rectified signal of unit variance has the mean square 1/2.
			mean[init] += math.Log(2*after/before) / seeds
		}
	}
	deviation := math.Sqrt(5 * depth / float64(width) / seeds)
	drift := -5 * depth / float64(width) / 2
	for init, want := range map[string]float64{
		"kaiming_normal": drift,
		"xavier_normal":  drift - depth*math.Log(2),
		"normal(0.01)":   drift + depth*math.Log(1e-4*width/2),
	} {
		if math.Abs(mean[init]-want) > 4*deviation {
			t.Errorf("%s: have the mean log ratio %.2f, want %.2f ± %.2f", init, mean[init], want, 4*deviation)
		}
	}
	if have := mean["kaiming_normal"] - mean["xavier_normal"]; math.Abs(have-depth*math.Ln2) > 1e-3 {
		t.Errorf("He's signal is exp(%v) times Xavier's, want 2^%d", have, depth)
	}
}
