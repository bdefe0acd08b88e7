package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/nn"
)

func TestOptionsValidate(t *testing.T) {
	for _, c := range []struct {
		change func(o *nn.Options)
		want   []string // key: beginning of the message
	}{
		{func(o *nn.Options) {}, nil},
		{func(o *nn.Options) { o.Init, o.Norm, o.Activation = " normal( 0.01 ) ", "group(8)", "leaky(0.2)" }, nil},
		{func(o *nn.Options) { o.Init = "orthogonal(2)" }, nil},
		{func(o *nn.Options) { o.Init, o.BiasInit = "lecun_normal(1.3)", "normal(0.2)" }, nil},
		{func(o *nn.Options) { o.Init, o.BiasInit = "fan_in_uniform", "fan_in_uniform" }, nil},
		{func(o *nn.Options) { o.ResidualInit = "fixup" }, nil},
		{func(o *nn.Options) { o.Init = "he" }, []string{`init: have "he", want one of zero, constant, normal, uniform, fan_in_uniform, lecun_normal, lecun_uniform, lecun1989`}},
		{func(o *nn.Options) { o.Init = "normal" }, []string{"init: normal: have 0 numbers in brackets, want 1"}},
		{func(o *nn.Options) { o.Init = "orthogonal(1,2)" }, []string{"init: orthogonal: have 2 numbers in brackets, want 0 to 1"}},
		{func(o *nn.Options) { o.Init = "normal(-1)" }, []string{"init: normal: have -1, want a number of at least 0"}},
		{func(o *nn.Options) { o.Init = "lecun_uniform(-1)" }, []string{"init: lecun_uniform: have gain -1, want a number of at least 0"}},
		{func(o *nn.Options) { o.BiasInit = "lecun_normal" }, []string{`bias_init: have "lecun_normal", want one of zero, constant, normal, uniform, fan_in_uniform`}},
		{func(o *nn.Options) { o.RecurrentInit = "identity(0.5)" }, nil},
		{func(o *nn.Options) { o.RecurrentInit = "lsuv" }, []string{`recurrent_init: have "lsuv", want one of init, identity, zero,`}},
		{func(o *nn.Options) { o.BiasInit = "uniform(-2)" }, []string{"bias_init: uniform: have -2, want a number of at least 0"}},
		{func(o *nn.Options) { o.Init = "constant(NaN)" }, []string{"init: constant: have NaN, want a finite number"}},
		{func(o *nn.Options) { o.Init = "uniform(Inf)" }, []string{"init: uniform: have +Inf, want a finite number"}},
		{func(o *nn.Options) { o.Init = "normal(0.1" }, []string{`init: "normal(0.1" is not of the form`}},
		{func(o *nn.Options) { o.Norm = "group" }, []string{"norm: group: have 0 numbers"}},
		{func(o *nn.Options) { o.Norm = "group(2.5)" }, []string{"norm: group: have 2.5 groups, want a positive whole number"}},
		{func(o *nn.Options) { o.Norm = "group(0)" }, []string{"norm: group: have 0 groups, want a positive whole number"}},
		{func(o *nn.Options) { o.Norm = "" }, []string{`norm: "" names no choice`}},
		// An unknown activation is reported once, not again by the inits that need its gain.
		{func(o *nn.Options) { o.Activation = "rellu" }, []string{`activation: have "rellu", want one of relu, relu6, leaky`}},
		{func(o *nn.Options) { o.Activation = "leaky(1)" }, []string{"activation: leaky: have slope 1, want one between 0 and 1"}},
		{func(o *nn.Options) { o.ResidualInit = "Zero" }, []string{`residual_init: have "Zero", want one of none, zero, scaled, fixup`}},
		{func(o *nn.Options) { o.Init, o.ResidualInit = "lsuv", "scaled" }, []string{"residual_init: lsuv sets the scale of each layer itself: have scaled, want none"}},
		{func(o *nn.Options) { o.NormEps = 1e-3 }, nil},
		{func(o *nn.Options) { o.NormEps = -1e-3 }, []string{"norm_eps: have -0.001, want a finite number of at least 0"}},
		{func(o *nn.Options) { o.NormEps = math.NaN() }, []string{"norm_eps: have NaN"}},
		{func(o *nn.Options) { o.NormEps = math.Inf(1) }, []string{"norm_eps: have +Inf"}},
		{func(o *nn.Options) { o.Dropout = 1 }, []string{"dropout: have 1, want a probability in [0, 1)"}},
		{func(o *nn.Options) { o.Dropout = math.NaN() }, []string{"dropout: have NaN"}},
		{func(o *nn.Options) { o.ResidualInit, o.Norm = "fixup", "batch" }, []string{"residual_init: fixup replaces normalisation: have norm batch, want norm none"}},
		// Problems of one choice neither hide nor invent those of another.
		{func(o *nn.Options) { o.ResidualInit, o.Norm = "fixup", "bath" }, []string{`norm: have "bath"`}},
		{func(o *nn.Options) { o.ResidualInit, o.Norm = "fixup", "group(0)" }, []string{"norm: group: have 0 groups"}},
		{func(o *nn.Options) { o.ResidualInit, o.Norm, o.Activation = "fixup", "batch", "rel" }, []string{`activation: have "rel"`, "residual_init: fixup replaces"}},
		{func(o *nn.Options) {
			*o = nn.Options{Init: "x", BiasInit: "x", ResidualInit: "x", Norm: "x", Activation: "x", Dropout: -1}
		},
			[]string{"activation: ", "init: ", "bias_init: ", "residual_init: ", "norm: ", "dropout: "}},
	} {
		o := options(c.change)
		var have []string
		for _, p := range o.Validate() {
			have = append(have, p.Key+": "+p.Message)
		}
		ok := len(have) == len(c.want)
		for i := range c.want {
			ok = ok && strings.HasPrefix(have[i], c.want[i])
		}
		if !ok {
			t.Errorf("%+v: have %q, want %q", o, have, c.want)
		}
	}
}

// TestEveryChoiceIsDifferentiable compares, in float64, the slope of the loss of
// a small residual network with its gradient, for every choice of norm,
// activation and residual initialisation.
func TestEveryChoiceIsDifferentiable(t *testing.T) {
	var choices []nn.Options
	for _, norm := range []string{"none", "batch", "layer", "group(2)", "instance", "rms"} {
		choices = append(choices, options(func(o *nn.Options) { o.Norm, o.Activation = norm, "tanh" }))
	}
	for _, a := range []string{"leaky(0.1)", "prelu", "elu", "gelu", "gelu_tanh", "silu", "hardswish", "sigmoid", "hardsigmoid", "scaled_tanh", "linear"} {
		choices = append(choices, options(func(o *nn.Options) { o.Norm, o.Activation = "batch", a }))
	}
	for _, r := range []string{"zero", "scaled", "fixup"} {
		choices = append(choices, options(func(o *nn.Options) { o.ResidualInit, o.Activation = r, "tanh" }))
	}
	choices = append(choices, options(func(o *nn.Options) { o.Norm, o.Activation, o.Dropout = "layer", "gelu", 0.3 }))
	image := architectures.CIFARResNet{Depth: 8, Width: 4, Shortcut: "B"}
	vector := architectures.MLP{Depth: 6, Width: 8, Residual: true}
	for _, o := range choices {
		for _, net := range []nn.Network{image, vector} {
			if net == nn.Network(vector) && (o.Norm == "group(2)" || o.Norm == "instance") {
				continue
			}
			t.Run(fmt.Sprintf("%T %s %s %s", net, o.Norm, o.Activation, o.ResidualInit), func(t *testing.T) {
				checkSlope(t, net, o)
			})
		}
	}
}

func checkSlope(t *testing.T, net nn.Network, o nn.Options) {
	p := nn.NewParams(3, tensor.Float64)
	set := settings(o, 3, 10, 8, 8, 2)
	pr := build(t, p, nn.Train, net, set)
	x, y := batchOf(set, tensor.Float64)
	r := rand.New(rand.NewPCG(1, 2))
	for _, q := range p.All() { // away from zeros, at which some gradients vanish
		v := q.Value.Data().([]float64)
		for i := range v {
			v[i] += 0.05 * r.NormFloat64()
		}
	}
	run(t, pr, x, y)
	var direction [][]float64
	var slope float64
	for _, q := range pr.Trained() {
		g := append([]float64{}, q.Grad.Data().([]float64)...)
		var squares float64
		for i, v := range g {
			g[i] = v * (0.5 + r.Float64())
			slope += v * g[i]
			squares += v * v
		}
		if squares == 0 {
			t.Errorf("the gradient of %s is zero", q.Path)
		}
		direction = append(direction, g)
	}
	h := 1e-5 / slope
	at := func(by float64) float64 {
		for i, q := range pr.Trained() {
			for j, d := range direction[i] {
				q.Value.Data().([]float64)[j] += by * d
			}
		}
		return run(t, pr, x, y)
	}
	up := at(h)
	if have := (up - at(-2*h)) / (2 * h); math.Abs(have-slope) > 1e-4*slope {
		t.Errorf("the slope is %.10g, the gradient says %.10g", have, slope)
	}
}

// TestNormsNormalise: each norm makes mean 0 and variance 1 over its own axes.
func TestNormsNormalise(t *testing.T) {
	const n, h, w, c = 3, 4, 5, 6
	index := func(i, p, q, j int) int { return ((i*h+p)*w+q)*c + j }
	groups := map[string]func(i, j int) int{ // which mean a value takes part in, of image i and channel j
		"batch":    func(_, j int) int { return j },
		"layer":    func(i, _ int) int { return i },
		"group(2)": func(i, j int) int { return i*2 + j/3 },
		"instance": func(i, j int) int { return i*c + j },
	}
	for norm, group := range groups {
		net := network(func(s *nn.Scope, x *G.Node) *G.Node { return flatten(s, nn.Norm(s.In("n"), x), h*w*c) })
		set := settings(options(func(o *nn.Options) { o.Norm = norm }), n, h*w*c, h, w, c)
		x, y := batchOf(set, tensor.Float32)
		for i, d := 0, x[0].Data().([]float32); i < len(d); i++ {
			d[i] = 3*d[i] + float32(i%7)
		}
		have := logits(t, build(t, nn.NewParams(1, tensor.Float32), nn.Train, net, set), x, y)
		members := map[int][]float32{}
		for i := range n {
			for p := range h {
				for q := range w {
					for j := range c {
						g := group(i, j)
						members[g] = append(members[g], have[index(i, p, q, j)])
					}
				}
			}
		}
		for g, v := range members {
			if mean, variance := moments(v); math.Abs(mean) > 1e-5 || math.Abs(variance-1) > 1e-4 {
				t.Errorf("%s: group %d has mean %v and variance %v", norm, g, mean, variance)
			}
		}
	}
}

func TestNormErrors(t *testing.T) {
	normed := network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Logits(s.In("fc"), nn.Norm(s.In("n"), x)) })
	for _, c := range []struct {
		norm  string
		batch int
		shape []int
		want  string
	}{
		{"batch", 1, []int{6}, "n: batchnorm: have input (1, 6) with 1 value a channel"},
		{"batch", 1, []int{1, 1, 6}, "n: batchnorm: have input (1, 1, 1, 6) with 1 value a channel"},
		{"instance", 4, []int{1, 1, 6}, "n: groupnorm: have input (4, 1, 1, 6) with 1 value in each of 6 groups"},
		{"group(4)", 4, []int{3, 3, 6}, "n: groupnorm: have 6 channels and 4 groups"},
		{"group(2)", 4, []int{6}, "n: group norm: have input (4, 6), want images (N, H, W, C); for vectors and tokens use batch, layer or rms"},
		{"instance", 4, []int{6}, "n: instance norm: have input (4, 6), want images"},
		{"group(2)", 4, []int{5, 6}, "n: group norm: have input (4, 5, 6), want images (N, H, W, C); for vectors and tokens use batch, layer or rms"},
		{"layer", 4, []int{1}, "n: layernorm: have input (4, 1)"},
	} {
		_, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Train, normed, settings(options(func(o *nn.Options) { o.Norm = c.norm }), c.batch, 2, c.shape...))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s of %v: have error %v, want %q", c.norm, c.shape, err, c.want)
		}
	}
	for _, c := range []struct {
		norm  string
		shape []int
	}{{"batch", []int{6}}, {"layer", []int{6}}, {"rms", []int{6}}, {"rms", []int{2, 2, 6}}, {"none", []int{6}}} {
		p := nn.NewParams(1, tensor.Float32)
		build(t, p, nn.Train, normed, settings(options(func(o *nn.Options) { o.Norm = c.norm }), 2, 2, c.shape...))
	}
}

// TestRunningStatistics: after k steps on one batch they have gone 1 − 0.9ᵏ of
// the way to its mean and its unbiased variance, and evaluation uses them.
func TestRunningStatistics(t *testing.T) {
	const batch, c, steps = 5, 3, 4
	net := network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Norm(s.In("bn"), x) })
	set := settings(options(func(o *nn.Options) { o.Norm = "batch" }), batch, c, c)
	p := nn.NewParams(1, tensor.Float32)
	train, eval := build(t, p, nn.Train, net, set), build(t, p, nn.Eval, net, set)
	x, y := batchOf(set, tensor.Float32)
	wantBits(t, "mean", values(t, p, "bn.running_mean"), []float32{0, 0, 0})
	wantBits(t, "variance", values(t, p, "bn.running_var"), []float32{1, 1, 1})
	for range steps {
		run(t, train, x, y)
		run(t, train, x, y) // a run without Finish is not a step
		train.Finish()
	}
	way := 1 - math.Pow(0.9, steps)
	have := logits(t, eval, x, y)
	for j := range c {
		var column []float32
		for i := range batch {
			column = append(column, x[0].Data().([]float32)[i*c+j])
		}
		mean, variance := moments(column)
		mean, variance = way*mean, (1-way)+way*variance*batch/(batch-1)
		if m, v := values(t, p, "bn.running_mean")[j], values(t, p, "bn.running_var")[j]; math.Abs(float64(m)-mean) > 1e-6 || math.Abs(float64(v)-variance) > 1e-6 {
			t.Errorf("channel %d: have %v and %v, want %v and %v", j, m, v, mean, variance)
		}
		for i := range batch {
			if want := (float64(column[i]) - mean) / math.Sqrt(variance+1e-5); math.Abs(float64(have[i*c+j])-want) > 1e-5 {
				t.Errorf("evaluation: have %v, want %v", have[i*c+j], want)
			}
		}
	}
}

// TestDropout: what is dropped is a function of seed, path and step.
func TestDropout(t *testing.T) {
	const n = 2000
	at := func(path string) network {
		return func(s *nn.Scope, x *G.Node) *G.Node { return nn.Dropout(s.In("%s", path), x) }
	}
	set := settings(options(func(o *nn.Options) { o.Dropout = 0.3 }), 2, n, n)
	x, y := batchOf(set, tensor.Float32)
	in := x[0].Data().([]float32)
	out := func(seed uint64, path string, step uint64, mode nn.Mode) []float32 {
		pr := build(t, nn.NewParams(seed, tensor.Float32), mode, withParam(at(path)), set)
		pr.SetStep(step)
		return logits(t, pr, x, y)
	}
	first := out(1, "a", 5, nn.Train)
	dropped := 0
	for i, v := range first {
		switch {
		case v == 0:
			dropped++
		case math.Abs(float64(v)-float64(in[i])/0.7) > 1e-6:
			t.Fatalf("have %v at %d, want %v/0.7", v, i, in[i])
		}
	}
	if share := float64(dropped) / (2 * n); math.Abs(share-0.3) > 4*math.Sqrt(0.21/(2*n)) {
		t.Errorf("a share of %v is dropped, want 0.3", share)
	}
	wantBits(t, "the same again", out(1, "a", 5, nn.Train), first)
	for name, other := range map[string][]float32{
		"another seed": out(2, "a", 5, nn.Train), "another path": out(1, "b", 5, nn.Train), "another step": out(1, "a", 6, nn.Train),
	} {
		same := 0
		for i := range other {
			if (other[i] == 0) == (first[i] == 0) {
				same++
			}
		}
		// Independent masks agree with probability 0.7² + 0.3².
		if share := float64(same) / (2 * n); math.Abs(share-0.58) > 4*math.Sqrt(0.58*0.42/(2*n)) {
			t.Errorf("%s: the masks agree in a share of %v, want 0.58", name, share)
		}
	}
	wantBits(t, "evaluation", out(1, "a", 5, nn.Eval), in)
	wantBits(t, "inference", out(1, "a", 5, nn.Infer), in)

	// The step may be set between runs of one program.
	pr := build(t, nn.NewParams(1, tensor.Float32), nn.Train, withParam(at("a")), set)
	pr.SetStep(6)
	run(t, pr, x, y)
	pr.SetStep(5)
	wantBits(t, "step 5 after step 6", logits(t, pr, x, y), first)
}

// TestUnasked: a choice is unasked where no value of it changes the network or its
// first weights, and asked where one does.
func TestUnasked(t *testing.T) {
	mlp := architectures.MLP{Depth: 4, Width: 8}
	residual := architectures.MLP{Depth: 4, Width: 8, Residual: true}
	plain := architectures.CIFARResNet{Depth: 8, Width: 2, Shortcut: "none"}
	res := architectures.CIFARResNet{Depth: 8, Width: 2, Shortcut: "A"}
	vgg := architectures.VGG{Blocks: []int{1}, Width: 4}
	set := func(change func(o *nn.Options)) nn.Options { return options(change) }
	for _, c := range []struct {
		name string
		net  nn.Network
		o    nn.Options
		want string
	}{
		{"perceptron", mlp, set(func(o *nn.Options) {}), "recurrent_init residual_init norm_eps"},
		{"perceptron, layer norm", mlp, set(func(o *nn.Options) { o.Norm = "layer" }), "recurrent_init residual_init"},
		{"residual perceptron", residual, set(func(o *nn.Options) {}), "recurrent_init norm_eps"},
		{"plain", plain, set(func(o *nn.Options) { o.Norm = "batch" }), "recurrent_init residual_init dropout"},
		{"residual", res, set(func(o *nn.Options) { o.Norm = "batch" }), "recurrent_init dropout"},
		{"vgg", vgg, set(func(o *nn.Options) {}), "recurrent_init residual_init norm_eps"},
		{"vgg, batch norm", vgg, set(func(o *nn.Options) { o.Norm = "batch" }), "recurrent_init residual_init"},
	} {
		p := build(t, nn.NewParams(1, tensor.Float32), nn.Infer, c.net, settings(c.o, 1, 3, 8, 8, 1))
		if have := strings.Join(p.Unasked, " "); have != c.want {
			t.Errorf("%s: have %q unasked, want %q", c.name, have, c.want)
		}
	}
}

// TestFixupWantsBranches: without any it would be zero logits and scalars, and
// train at chance.
func TestFixupWantsBranches(t *testing.T) {
	fixup := options(func(o *nn.Options) { o.ResidualInit = "fixup" })
	for _, net := range []nn.Network{architectures.MLP{Depth: 4, Width: 8}, architectures.CIFARResNet{Depth: 8, Width: 2, Shortcut: "none"}} {
		_, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Train, net, settings(fixup, 1, 3, 8, 8, 1))
		if err == nil || !strings.Contains(err.Error(), "residual_init: have fixup, which is for residual branches, and this network has none") {
			t.Errorf("%T: have error %v", net, err)
		}
	}
	build(t, nn.NewParams(1, tensor.Float32), nn.Train, architectures.MLP{Depth: 4, Width: 8, Residual: true}, settings(fixup, 1, 3, 8, 8, 1))
}

// TestCanonical: equal choices are equal words, which a scope's With then reads again.
func TestCanonical(t *testing.T) {
	o := nn.Options{Init: "constant( 0.10 )", BiasInit: "", ResidualInit: "none", Norm: "group(8.0)", Activation: "leaky(1e-2)"}
	want := nn.Options{Init: "constant(0.1)", BiasInit: "zero", RecurrentInit: "init", ResidualInit: "none", Norm: "group(8)", Activation: "leaky(0.01)"}
	if have := o.Canonical(); have != want {
		t.Errorf("have %+v, want %+v", have, want)
	}
	for _, init := range []string{"normal(1e-07)", "lecun_normal", "lecun_normal(1.5)", "orthogonal", "orthogonal(1)", "uniform(0)", "constant(-0.3)", "lsuv"} {
		o := options(func(o *nn.Options) { o.Init, o.BiasInit, o.RecurrentInit = init, "zero", "identity(0.5)" })
		if have := o.Canonical(); have != o {
			t.Errorf("have %+v, want %+v", have, o)
		}
	}
	if o.Norm = " bath"; o.Canonical() != o {
		t.Errorf("have %+v of options that are not valid, want them as they are", o.Canonical())
	}
}

// TestSpacesAroundChoices: a choice with spaces around it, or within its brackets, is
// the same choice everywhere.
func TestSpacesAroundChoices(t *testing.T) {
	mlp := architectures.MLP{Depth: 6, Width: 8, Residual: true}
	conv := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Act(s.In("act"), nn.Norm(s.In("norm"), nn.Conv(s.In("conv").BeforeNorm(), x, 4, 3, 1, 1)))
		own := s.With(func(o *nn.Options) { o.Dropout = 0.1 }) // choices of its own, but for the others
		return nn.Logits(own.In("fc"), x)
	})
	for _, c := range []struct {
		net           nn.Network
		spaced, plain func(o *nn.Options)
	}{
		{conv, func(o *nn.Options) { o.Norm = " none" }, func(o *nn.Options) { o.Norm = "none" }},
		{conv, func(o *nn.Options) { o.Norm = " group( 2 ) " }, func(o *nn.Options) { o.Norm = "group(2)" }},
		{conv, func(o *nn.Options) { o.Init = "kaiming_normal_fan_out " }, func(o *nn.Options) { o.Init = "kaiming_normal_fan_out" }},
		{conv, func(o *nn.Options) { o.Activation = " leaky( 0.1)" }, func(o *nn.Options) { o.Activation = "leaky(0.1)" }},
		{conv, func(o *nn.Options) { o.BiasInit = " normal(0.1) " }, func(o *nn.Options) { o.BiasInit = "normal(0.1)" }},
		{mlp, func(o *nn.Options) { o.Init = " lsuv" }, func(o *nn.Options) { o.Init = "lsuv" }},
		{mlp, func(o *nn.Options) { o.ResidualInit = " fixup" }, func(o *nn.Options) { o.ResidualInit = "fixup" }},
		{mlp, func(o *nn.Options) { o.ResidualInit, o.Norm = "fixup", " none " }, func(o *nn.Options) { o.ResidualInit = "fixup" }},
		{mlp, func(o *nn.Options) { o.ResidualInit = "zero " }, func(o *nn.Options) { o.ResidualInit = "zero" }},
		{mlp, func(o *nn.Options) { o.ResidualInit, o.Norm = "scaled\t", "layer " }, func(o *nn.Options) { o.ResidualInit, o.Norm = "scaled", "layer" }},
	} {
		spaced, plain := options(c.spaced), options(c.plain)
		if spaced.LSUV() != plain.LSUV() || plain.LSUV() != (plain.Init == "lsuv") {
			t.Errorf("%+v: have LSUV %v, want %v", spaced, spaced.LSUV(), plain.LSUV())
		}
		if have, want := spaced.Canonical(), plain.Canonical(); have != want {
			t.Errorf("%+v: have canonical options %+v, want %+v", spaced, have, want)
		}
		p, q := nn.NewParams(1, tensor.Float32), nn.NewParams(1, tensor.Float32)
		set := settings(spaced, 4, 3, 6, 6, 2)
		have := build(t, p, nn.Train, c.net, set)
		want := build(t, q, nn.Train, c.net, settings(plain, 4, 3, 6, 6, 2))
		if p.SHA256() != q.SHA256() || len(p.All()) != len(q.All()) {
			t.Errorf("%+v: have %d parameters, want the %d of the options without spaces, with their values", spaced, len(p.All()), len(q.All()))
			continue
		}
		if fmt.Sprint(have.Unasked) != fmt.Sprint(want.Unasked) {
			t.Errorf("%+v: have %v unasked, want %v", spaced, have.Unasked, want.Unasked)
		}
		x, y := batchOf(set, tensor.Float32)
		wantBits(t, fmt.Sprintf("%+v", spaced), logits(t, have, x, y), logits(t, want, x, y))
	}
	for want, change := range map[string]func(o *nn.Options){
		"residual_init: lsuv sets the scale of each layer itself: have scaled, want none": func(o *nn.Options) { o.Init, o.ResidualInit = " lsuv", " scaled" },
		"residual_init: fixup replaces normalisation: have norm batch, want norm none":    func(o *nn.Options) { o.Norm, o.ResidualInit = " batch", " fixup" },
	} {
		ps := options(change).Validate()
		if len(ps) != 1 || ps[0].Key+": "+ps[0].Message != want {
			t.Errorf("have the problems %v, want %s", ps, want)
		}
	}
}
