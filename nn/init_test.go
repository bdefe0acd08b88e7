package nn_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
	"zoo/nn/nntest"
)

// One layer of each kind, with more than 1e5 weights, and the fans that its
// weights should have.
var fanned = []struct {
	name  string
	shape []int
	net   network
	parts []part
}{
	{"linear", []int{400}, func(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s.In("l"), x, 300) },
		[]part{{0, 120000, 400, 300}}},
	{"fully connected", []int{4, 5, 30}, func(s *nn.Scope, x *G.Node) *G.Node { return nn.FullyConnected(s.In("l"), x, 300) },
		[]part{{0, 180000, 600, 300}}},
	{"conv", []int{3, 3, 64}, func(s *nn.Scope, x *G.Node) *G.Node {
		return nn.GlobalAvgPool(s, nn.Conv(s.In("l"), x, 300, 3, 1, 0))
	}, []part{{0, 9 * 64 * 300, 9 * 64, 9 * 300}}},
	{"conv table", []int{5, 5, 40}, func(s *nn.Scope, x *G.Node) *G.Node {
		return nn.GlobalAvgPool(s, nn.ConvTable(s.In("l"), x, halfTable(), 5, 1, 0))
	}, []part{
		{0, 100000, 25 * 10, 25 * 225},          // 400 filters that see ten channels
		{100000, 225000, 25 * 40, 25 * 225},     // 125 filters that see all
		{225000 - 1000, 225000, 1000, 25 * 225}, // the last of them
	}},
}

// A part is a range of weights and its fans.
type part struct{ lo, hi, in, out int }

// halfTable connects 400 filters to 10 of 40 channels each, in turn, and 125 to
// all: each channel reaches 225 of the 525.
func halfTable() (table [][]int) {
	for f := range 400 {
		var channels []int
		for i := range 10 {
			channels = append(channels, f%4*10+i)
		}
		table = append(table, channels)
	}
	for range 125 {
		var channels []int
		for i := range 40 {
			channels = append(channels, i)
		}
		table = append(table, channels)
	}
	return table
}

// TestInitVariance checks mean and variance to four standard errors, and bounds
// exactly.
func TestInitVariance(t *testing.T) {
	fan := func(f func(in, out float64) float64) func(in, out float64) float64 { return f }
	in := fan(func(in, _ float64) float64 { return in })
	out := fan(func(_, out float64) float64 { return out })
	both := fan(func(in, out float64) float64 { return (in + out) / 2 })
	of := func(v float64, fan func(in, out float64) float64) func(in, out float64) float64 {
		return func(i, o float64) float64 { return v / fan(i, o) }
	}
	schemes := []struct {
		init     string
		uniform  bool
		variance func(in, out float64) float64
	}{
		{"normal(0.01)", false, func(_, _ float64) float64 { return 1e-4 }},
		{"uniform(0.3)", true, func(_, _ float64) float64 { return 0.03 }},
		{"fan_in_uniform", true, of(1./3, in)},
		{"lecun_normal", false, of(1, in)},
		{"lecun_normal(1.5)", false, of(2.25, in)},
		{"lecun_uniform", true, of(1, in)},
		{"lecun_uniform(0.5)", true, of(0.25, in)},
		{"lecun1989", true, func(in, _ float64) float64 { return 2.4 * 2.4 / 3 / (in * in) }},
		{"xavier_normal", false, of(1, both)},
		{"xavier_uniform", true, of(1, both)},
		{"kaiming_normal", false, of(2, in)},
		{"kaiming_uniform", true, of(2, in)},
		{"kaiming_normal_fan_out", false, of(2, out)},
		{"kaiming_uniform_fan_out", true, of(2, out)},
	}
	for _, c := range fanned {
		for _, scheme := range schemes {
			t.Run(c.name+"/"+scheme.init, func(t *testing.T) {
				p := nn.NewParams(42, tensor.Float32)
				o := options(func(o *nn.Options) { o.Init = scheme.init })
				classes := map[bool]int{true: 300, false: 525}[c.name != "conv table"]
				build(t, p, nn.Infer, c.net, settings(o, 1, classes, c.shape...))
				w := values(t, p, "l.weight")
				if last := c.parts[len(c.parts)-1].hi; len(w) != last {
					t.Fatalf("have %d weights, want %d", len(w), last)
				}
				for _, part := range c.parts {
					w := w[part.lo:part.hi]
					want := scheme.variance(float64(part.in), float64(part.out))
					mean, variance := moments(w)
					n := float64(len(w))
					spread := math.Sqrt(2 / n) // of the variance of normal values
					if scheme.uniform {
						spread = math.Sqrt(0.8 / n)
					}
					if math.Abs(variance/want-1) > 4*spread || math.Abs(mean) > 4*math.Sqrt(want/n) {
						t.Errorf("%+v: have mean %.3g and variance %.6g, want 0 and %.6g ± %.2g", part, mean, variance, want, 4*spread*want)
					}
					if !scheme.uniform {
						continue
					}
					bound, largest := math.Sqrt(3*want), 0.0
					for _, v := range w {
						largest = max(largest, math.Abs(float64(v)))
					}
					if largest > bound*(1+1e-6) || largest < bound*(1-20/n) {
						t.Errorf("%+v: have weights up to %v, want up to %v", part, largest, bound)
					}
				}
				for i, b := range values(t, p, "l.bias") {
					if b != 0 {
						t.Fatalf("bias %d is %v, want 0", i, b)
					}
				}
			})
		}
	}
}

func linearOnly(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s.In("l"), x, 10) }

// TestInitGain: with one seed, initialisations differ only by their scale.
func TestInitGain(t *testing.T) {
	weights := func(init, activation string) []float32 {
		p := nn.NewParams(3, tensor.Float32)
		o := options(func(o *nn.Options) { o.Init, o.Activation = init, activation })
		build(t, p, nn.Infer, network(linearOnly), settings(o, 1, 10, 20))
		return values(t, p, "l.weight")
	}
	for activation, gain := range map[string]float64{
		"relu": math.Sqrt2, "leaky(0.2)": math.Sqrt(2 / 1.04), "prelu": math.Sqrt(2 / 1.0625), "tanh": 5. / 3,
		"sigmoid": 1, "hardsigmoid": 1, "linear": 1, "scaled_tanh": 1, "relu6": math.Sqrt2, "hardswish": math.Sqrt2,
		"elu": math.Sqrt2, "gelu": math.Sqrt2, "gelu_tanh": math.Sqrt2, "silu": math.Sqrt2,
	} {
		for init, unit := range map[string]string{
			"kaiming_normal": "lecun_normal", "kaiming_uniform": "lecun_uniform", "orthogonal": "orthogonal(1)",
		} {
			have, want := weights(init, activation), weights(unit, activation)
			for i, v := range want {
				if math.Abs(float64(have[i])-gain*float64(v)) > 1e-6 {
					t.Errorf("%s with %s: weight %d is %v, want %v·%v", init, activation, i, have[i], gain, v)
					break
				}
			}
		}
	}
	wantBits(t, "gain 1", weights("lecun_normal(1)", "tanh"), weights("lecun_normal", "tanh"))
	wantBits(t, "gain 1", weights("lecun_uniform(1)", "tanh"), weights("lecun_uniform", "tanh"))
	for i, v := range weights("zero", "relu") {
		if v != 0 {
			t.Fatalf("zero: weight %d is %v", i, v)
		}
	}
	for i, v := range weights("constant(-0.25)", "relu") {
		if v != -0.25 {
			t.Fatalf("constant: weight %d is %v", i, v)
		}
	}
}

// TestBiasInit: biases are drawn as asked for, with the fan-ins of their layers'
// outputs, each by its own path, and the weights do not know of it.
func TestBiasInit(t *testing.T) {
	const n = 20000
	table := make([][]int, n)
	for f := range table {
		table[f] = []int{0, 1, 2}[:1+f*2/n]
	}
	layers := map[string]struct {
		in    []int // fan-ins of the halves of the outputs
		shape []int
		net   network
	}{
		"linear": {[]int{7, 7}, []int{7}, func(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s.In("l"), x, n) }},
		"conv": {[]int{12, 12}, []int{2, 2, 3}, func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.GlobalAvgPool(s, nn.Conv(s.In("l"), x, n, 2, 1, 0))
		}},
		"conv table": {[]int{4, 8}, []int{2, 2, 3}, func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.GlobalAvgPool(s, nn.ConvTable(s.In("l"), x, table, 2, 1, 0))
		}},
		"logits": {[]int{7, 7}, []int{7}, func(s *nn.Scope, x *G.Node) *G.Node { return nn.Logits(s.In("l"), x) }},
	}
	for name, c := range layers {
		draw := func(init string, seed uint64) (w, b []float32) {
			p := nn.NewParams(seed, tensor.Float32)
			build(t, p, nn.Infer, c.net, settings(options(func(o *nn.Options) { o.BiasInit = init }), 1, n, c.shape...))
			return values(t, p, "l.weight"), values(t, p, "l.bias")
		}
		plain, zeros := draw("", 1)
		wantBits(t, name+": no choice", zeros, make([]float32, n))
		for init, variance := range map[string]func(in float64) float64{
			"zero":           func(float64) float64 { return 0 },
			"constant(0.5)":  func(float64) float64 { return 0 },
			"normal(0.3)":    func(float64) float64 { return 0.09 },
			"uniform(0.3)":   func(float64) float64 { return 0.03 },
			"fan_in_uniform": func(in float64) float64 { return 1 / (3 * in) },
		} {
			w, b := draw(init, 1)
			wantBits(t, name+": weights with biases "+init, w, plain)
			for half, in := range c.in {
				mean, v := moments(b[half*n/2 : (half+1)*n/2])
				wantMean, want := 0., variance(float64(in))
				if init == "constant(0.5)" {
					wantMean = 0.5
				}
				if math.Abs(mean-wantMean) > 4*math.Sqrt(want/(n/2))+1e-9 || math.Abs(v-want) > 4*math.Sqrt(2./(n/2))*want+1e-9 {
					t.Errorf("%s, %s: half %d has mean %v and variance %v, want %v and %v", name, init, half, mean, v, wantMean, want)
				}
			}
		}
		_, one := draw("normal(1)", 1)
		if _, two := draw("normal(1)", 2); slices.Equal(one, two) {
			t.Errorf("%s: two seeds have the same biases", name)
		}
	}
}

// TestLogitsInit: no activation follows the last layer, so that its gain is 1,
// and its fan is that of its inputs.
func TestLogitsInit(t *testing.T) {
	weights := func(init string, layer func(s *nn.Scope, x *G.Node) *G.Node) []float32 {
		p := nn.NewParams(3, tensor.Float32)
		o := options(func(o *nn.Options) { o.Init = init })
		net := network(func(s *nn.Scope, x *G.Node) *G.Node { return layer(s.In("l"), x) })
		build(t, p, nn.Infer, net, settings(o, 1, 10, 64))
		return values(t, p, "l.weight")
	}
	linear := func(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s, x, 10) }
	for init, same := range map[string]string{
		"kaiming_normal": "lecun_normal", "kaiming_normal_fan_out": "lecun_normal", "xavier_normal": "xavier_normal",
		"orthogonal": "orthogonal(1)", "orthogonal(2)": "orthogonal(2)", "normal(0.01)": "normal(0.01)",
	} {
		wantBits(t, init, weights(init, nn.Logits), weights(same, linear))
	}
	uniform, want := weights("kaiming_uniform_fan_out", nn.Logits), weights("lecun_uniform", linear)
	for i, v := range uniform {
		if math.Abs(float64(v-want[i])) > 1e-7 {
			t.Fatalf("uniform: have %v at %d, want %v", v, i, want[i])
		}
	}
}

// TestOrthogonal: WᵀW = g²·1 for tall matrices, W·Wᵀ = g²·1 for wide ones.
func TestOrthogonal(t *testing.T) {
	for _, c := range []struct {
		init  string
		gain  float64
		net   network
		shape []int
		rows  int
		cols  int
	}{
		{"orthogonal", math.Sqrt2, func(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s.In("l"), x, 40) }, []int{100}, 100, 40},
		{"orthogonal(0.7)", 0.7, func(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s.In("l"), x, 40) }, []int{40}, 40, 40},
		{"lsuv", 1, func(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s.In("l"), x, 40) }, []int{15}, 15, 40},
		{"orthogonal(1)", 1, func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.GlobalAvgPool(s, nn.Conv(s.In("l"), x, 40, 3, 1, 1))
		}, []int{4, 4, 8}, 72, 40},
		{"orthogonal", math.Sqrt2, func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.GlobalAvgPool(s, nn.Conv(s.In("l"), x, 40, 3, 1, 1))
		}, []int{4, 4, 2}, 18, 40},
	} {
		p := nn.NewParams(5, tensor.Float32)
		build(t, p, nn.Infer, c.net, settings(options(func(o *nn.Options) { o.Init = c.init }), 1, 40, c.shape...))
		w := values(t, p, "l.weight")
		at := func(v, i int) float64 { return float64(w[i*c.cols+v]) } // element i of vector v
		n, long := c.cols, c.rows
		if c.rows < c.cols {
			at = func(v, i int) float64 { return float64(w[v*c.cols+i]) }
			n, long = c.rows, c.cols
		}
		for a := range n {
			for b := range n {
				want, have := 0.0, 0.0
				if a == b {
					want = c.gain * c.gain
				}
				for i := range long {
					have += at(a, i) * at(b, i)
				}
				if math.Abs(have-want) > 1e-5 {
					t.Fatalf("%s of %d×%d: vectors %d and %d have the product %v, want %v", c.init, c.rows, c.cols, a, b, have, want)
				}
			}
		}
	}
}

// TestHistoricInit: tables and subsampling take every initialisation too.
func TestHistoricInit(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.SumPool(s.In("s"), x)
		x = nn.ConvTable(s.In("c"), x, [][]int{{0}, {1, 2}, {0, 1, 2, 3, 4, 5}}, 2, 1, 0)
		return nn.Logits(s.In("l"), x)
	})
	p := nn.NewParams(5, tensor.Float32)
	build(t, p, nn.Infer, net, settings(options(func(o *nn.Options) { o.Init = "orthogonal(3)" }), 1, 10, 8, 8, 6))
	for i, v := range values(t, p, "s.weight") {
		if v == 0 || math.Abs(float64(v)) > 3 {
			t.Errorf("subsampling: coefficient %d is %v, want one of four weights of a filter of length 3", i, v)
		}
	}
	w := values(t, p, "c.weight")
	for f, fan := range []int{4, 8, 24} {
		var squares float64
		for _, v := range w[:fan] {
			squares += float64(v) * float64(v)
		}
		if w = w[fan:]; math.Abs(squares-9) > 1e-5 {
			t.Errorf("filter %d has the squared length %v, want 9", f, squares)
		}
	}
	if len(w) != 0 {
		t.Errorf("%d weights are left", len(w))
	}

	// An untied filter's variance is that of its fan-in.
	net = func(s *nn.Scope, x *G.Node) *G.Node { return nn.Logits(s.In("l"), nn.SumPool(s.In("s"), x)) }
	p = nn.NewParams(5, tensor.Float32)
	build(t, p, nn.Infer, net, settings(options(func(o *nn.Options) { o.Init = "lecun1989" }), 1, 2, 2, 2, 100000))
	if _, v := moments(values(t, p, "s.weight")); math.Abs(v/0.12-1) > 4*math.Sqrt(0.8/1e5) {
		t.Errorf("subsampling: have variance %v, want U(±2.4/4)'s, 0.12", v)
	}
}

// TestSeedsAndPaths: weights depend on the seed and the path, and on nothing
// else; those of two seeds or two paths are uncorrelated.
func TestSeedsAndPaths(t *testing.T) {
	const n = 100 * 100
	weights := map[string][]float32{}
	for seed := range uint64(6) {
		p := nn.NewParams(seed, tensor.Float32)
		net := network(func(s *nn.Scope, x *G.Node) *G.Node {
			for i := range 3 {
				x = nn.Linear(s.In("fc%d", i), x, 100)
			}
			return x
		})
		build(t, p, nn.Infer, net, settings(options(), 1, 100, 100))
		for i := range 3 {
			path := fmt.Sprintf("fc%d.weight", i)
			weights[fmt.Sprint(seed, " ", path)] = values(t, p, path)
		}
	}
	for a, v := range weights {
		for b, w := range weights {
			if a >= b {
				continue
			}
			var r, reversed float64
			for i := range v {
				r += float64(v[i]) * float64(w[i]) * 50 / n // the variance is 2/100
				reversed += float64(v[i]) * float64(w[n-1-i]) * 50 / n
			}
			if limit := 5 / math.Sqrt(n); math.Abs(r) > limit || math.Abs(reversed) > limit {
				t.Errorf("the weights of %s and %s have the correlation %.3f, %.3f", a, b, r, reversed)
			}
		}
	}
}

// TestDrawnInParts: a tensor that is drawn part by part has the bits of one that
// is drawn as a whole, and takes no second tensor's memory.
func TestDrawnInParts(t *testing.T) {
	const n = 3*nn.DrawnAtOnce + 17
	for _, init := range []string{
		"zero", "constant(3)", "normal(0.01)", "uniform(0.3)", "fan_in_uniform", "lecun_normal", "lecun_uniform(2)", "lecun1989",
		"xavier_normal", "xavier_uniform", "kaiming_normal", "kaiming_uniform", "kaiming_normal_fan_out", "kaiming_uniform_fan_out",
	} {
		parts, whole, err := nn.Draw(init, n)
		if err != nil {
			t.Fatal(err)
		}
		wantBits(t, init, parts, whole)
	}
	for _, init := range []string{"orthogonal", "lsuv"} {
		parts, whole, err := nn.Draw(init, 4*nn.DrawnAtOnce)
		if err != nil {
			t.Fatal(err)
		}
		wantBits(t, init, parts, whole)
	}
	const in, out = 1024, 4096
	bytes := func(p *nn.Params) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		build(t, p, nn.Infer, network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s.In("l"), x, out) }), settings(options(), 1, out, in))
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	const size, rest = 4 * in * out, 1 << 20
	for name, c := range map[string]struct {
		params *nn.Params
		want   uint64
	}{
		"drawn": {nn.NewParams(1, tensor.Float32), size}, "blank": {nn.BlankParams(tensor.Float32), size}, "outline": {nn.OutlineParams(tensor.Float32), 0},
	} {
		if have := bytes(c.params); have < c.want || have > c.want+rest {
			t.Errorf("%s: building allocates %d bytes, want %d and at most %d more", name, have, c.want, rest)
		}
	}
}

// TestInitial: what a layer says of its initial weights is what they are, in a
// branch too, and the gain is that of the inputs.
func TestInitial(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Conv(s.In("conv"), x, 40, 3, 1, 1)
		x = nn.Add(s.In("add"), nn.Conv(s.Branch(4, 2).Last().In("last"), x, 40, 3, 1, 1), x)
		return nn.Logits(s.In("fc"), nn.Linear(s.In("hidden"), nn.GlobalAvgPool(s.In("pool"), x), 400))
	})
	for _, init := range []string{
		"normal(0.02)", "uniform(0.1)", "fan_in_uniform", "lecun_normal", "lecun_normal(2)", "lecun_uniform", "lecun1989", "xavier_normal", "xavier_uniform",
		"kaiming_normal", "kaiming_uniform", "kaiming_normal_fan_out", "kaiming_uniform_fan_out", "orthogonal", "orthogonal(1)",
	} {
		o := options(func(o *nn.Options) { o.Init, o.Activation, o.ResidualInit = init, "tanh", "scaled" })
		p := nn.NewParams(5, tensor.Float32)
		pr := build(t, p, nn.Infer, net, settings(o, 1, 30, 6, 6, 8))
		fans := map[string]float64{"conv": 72, "last": 360, "hidden": 40, "fc": 400}
		seen := 0
		for _, l := range pr.Layers {
			if (l.Initial != nil) != (fans[l.Path] > 0) {
				t.Errorf("%s: layer %s has initial weights %v", init, l.Path, l.Initial)
			}
			if l.Initial == nil {
				continue
			}
			seen++
			w := values(t, p, l.Path+".weight")
			sum := 0.0
			for _, v := range w {
				sum += float64(v) * float64(v)
			}
			if std := math.Sqrt(sum / float64(len(w))); math.Abs(l.Initial.Std/std-1) > 0.04 {
				t.Errorf("%s: %s says that its weights have the deviation %v, have %v", init, l.Path, l.Initial.Std, std)
			}
			if gain := l.Initial.Std * math.Sqrt(fans[l.Path]); math.Abs(l.Initial.Gain/gain-1) > 1e-12 {
				t.Errorf("%s: %s says that its gain is %v, want %v", init, l.Path, l.Initial.Gain, gain)
			}
		}
		if seen != len(fans) {
			t.Errorf("%s: %d layers have initial weights, want %d", init, seen, len(fans))
		}
	}
	for init, want := range map[string]float64{"kaiming_normal": 5. / 3, "orthogonal": 5. / 3, "orthogonal(1)": 1, "lecun_normal": 1, "xavier_normal": 1} {
		o := options(func(o *nn.Options) { o.Init, o.Activation = init, "tanh" })
		square := build(t, nn.NewParams(5, tensor.Float32), nn.Infer, nntest.Stack(3, 20), settings(o, 1, 4, 20))
		if have := square.Layers[2].Initial.Gain; math.Abs(have-want) > 1e-12 {
			t.Errorf("%s before tanh: have gain %v, want %v", init, have, want)
		}
	}
}
