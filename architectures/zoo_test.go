package architectures_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/internal/optim"
	"zoo/nn"
)

// A smallNetwork is a network to test with. like is a registered model with the choices of
// the paper; if data is zero, it is the model's.
type smallNetwork struct {
	name string
	like string
	net  nn.Network
	data datasets.Spec
}

// model is the registered model, for the data of the small network.
func (n smallNetwork) model(t *testing.T) architectures.Model {
	t.Helper()
	m, ok := architectures.Lookup(n.like)
	if !ok {
		t.Fatalf("there is no model %s", n.like)
	}
	if n.data.Inputs != nil {
		m.Data = n.data
	}
	return m
}

// smallNetworks are the networks that the tests of this file use: small enough to be
// differentiated numerically, with at least one of every registered type and every style of
// block.
var smallNetworks = []smallNetwork{
	{"lenet1989", "lenet1989", architectures.LeNet1989{}, datasets.Spec{}},
	{"lenet5-classic", "lenet5-classic", architectures.LeNet5Classic{}, datasets.Spec{}},
	{"lenet5", "lenet5", architectures.LeNet5{Filters: []int{6, 16}, Hidden: []int{120, 84}, Pad: 2}, datasets.Spec{}},

	{"mlp", "mlp", architectures.MLP{Depth: 3, Width: 16}, datasets.Images(6, 6, 1, 10)},
	{"mlp, residual", "mlp", architectures.MLP{Depth: 6, Width: 16, Residual: true}, datasets.Images(6, 6, 1, 10)},

	{
		name: "alexnet",
		like: "alexnet-cifar",
		net:  architectures.AlexNet{Stem: "small", Filters: []int{4, 8, 8, 8, 8}, Groups: 2, LRN: true, Overlap: true, Hidden: []int{16, 16}},
		data: datasets.Images(16, 16, 3, 10),
	},
	{
		name: "alexnet, 11×11",
		like: "alexnet-cifar",
		net:  architectures.AlexNet{Stem: "alexnet", Filters: []int{4, 8, 8, 8, 8}, Groups: 1, Hidden: []int{16}},
		data: datasets.Images(63, 63, 3, 10),
	},
	{
		name: "zfnet",
		like: "alexnet-cifar",
		net:  architectures.AlexNet{Stem: "zfnet", Filters: []int{4, 8, 8, 8, 8}, Groups: 1, LRN: true, Overlap: true, Hidden: []int{16}},
		data: datasets.Images(63, 63, 3, 10),
	},
	{
		name: "alexnet, one tower",
		like: "alexnet",
		net:  architectures.AlexNetOneTower{Filters: []int{4, 8, 8, 8, 8}, Pool: 3, Hidden: []int{16, 16}},
		data: datasets.Images(63, 63, 3, 10),
	},

	{"vgg", "vgg11-cifar", architectures.VGG{Blocks: []int{1, 1, 2, 2, 2}, Width: 4}, datasets.Images(32, 32, 3, 10)},
	{
		name: "vgg, linear layers",
		like: "vgg16",
		net:  architectures.VGG{Blocks: []int{1, 2, 3}, Width: 4, Pointwise: true, LRN: true, Pool: 3, Hidden: []int{16, 16}},
		data: datasets.Images(16, 16, 3, 10),
	},
	{
		name: "vgg, batch norm",
		like: "vgg16_bn",
		net:  architectures.VGG{Blocks: []int{1, 2}, Width: 4, Pool: 2, Hidden: []int{16}},
		data: datasets.Images(8, 8, 3, 10),
	},

	// Each of the shortcuts: TestShortcutGradients.
	{"resnet-cifar, A", "resnet20", architectures.CIFARResNet{Depth: 20, Width: 4, Shortcut: "A"}, datasets.Images(8, 8, 3, 10)},
	{"resnet-cifar, B", "resnet20-b", architectures.CIFARResNet{Depth: 14, Width: 4, Shortcut: "B"}, datasets.Images(8, 8, 3, 10)},
	{
		name: "resnet-cifar, plain",
		like: "plain20",
		net:  architectures.CIFARResNet{Depth: 20, Width: 4, Shortcut: "none"},
		data: datasets.Images(8, 8, 3, 10),
	},
	{
		name: "resnet-cifar, pre-activation",
		like: "preact-resnet110",
		net:  architectures.CIFARResNet{Depth: 20, Width: 4, Shortcut: "A", PreAct: true},
		data: datasets.Images(8, 8, 3, 10),
	},
	{
		name: "resnet-cifar, deep",
		like: "resnet110",
		net:  architectures.CIFARResNet{Depth: 110, Width: 4, Shortcut: "A"},
		data: datasets.Images(8, 8, 3, 10),
	},

	// Each block with each of the shortcuts: TestResNetGradients.
	{
		name: "resnet, basic",
		like: "resnet18",
		net:  architectures.ResNet{Block: "basic", Blocks: []int{1, 2, 1}, Width: 4, Cardinality: 1, Stem: "small", Shortcut: "B"},
		data: datasets.Images(8, 8, 3, 10),
	},
	{
		name: "resnet, bottleneck",
		like: "resnet50",
		net:  architectures.ResNet{Block: "bottleneck", Blocks: []int{1, 2, 1}, Width: 4, Cardinality: 1, Stem: "small", Shortcut: "B"},
		data: datasets.Images(8, 8, 3, 10),
	},
	{
		name: "resnext",
		like: "resnext50_32x4d",
		net:  architectures.ResNet{Block: "bottleneck", Blocks: []int{1, 2, 1}, Width: 4, Cardinality: 4, GroupWidth: 2, Stem: "small", Shortcut: "B"},
		data: datasets.Images(8, 8, 3, 10),
	},
	{
		name: "resnet, pre-activation",
		like: "preact-resnet50",
		net:  architectures.ResNet{Block: "bottleneck", Blocks: []int{1, 2, 1}, Width: 4, Cardinality: 1, Stem: "small", Shortcut: "B", PreAct: true},
		data: datasets.Images(8, 8, 3, 10),
	},
	{
		name: "densenet",
		like: "densenet40",
		net:  architectures.DenseNet{Blocks: []int{2, 2}, Growth: 3, Width: 4, Compression: 1, Stem: "small"},
		data: datasets.Images(8, 8, 3, 10),
	},
	{
		name: "densenet, bc",
		like: "densenet100-bc",
		net:  architectures.DenseNet{Blocks: []int{2, 1, 2}, Growth: 3, Width: 4, Bottleneck: 2, Compression: 0.5, Stem: "small"},
		data: datasets.Images(8, 8, 3, 10),
	},
	{
		name: "densenet, imagenet stem",
		like: "densenet121",
		net:  architectures.DenseNet{Blocks: []int{2, 1}, Growth: 3, Width: 4, Bottleneck: 2, Compression: 0.5, Stem: "imagenet"},
		data: datasets.Images(32, 32, 3, 10),
	},
	{"googlenet", "googlenet-paper", smallGoogLeNet, datasets.Images(12, 12, 3, 10)},
	{
		name: "googlenet, imagenet stem",
		like: "googlenet",
		net:  architectures.GoogLeNet{Stem: "imagenet", Divisor: 16, Filter: 3, Pooling: "torchvision", LRN: true},
		data: datasets.Images(64, 64, 3, 10),
	},
	{"inception-bn", "inception-bn", architectures.InceptionBN{Stem: "small", Divisor: 32}, datasets.Images(12, 12, 3, 10)},
	{"inception v3", "inception_v3", smallInceptionV3, datasets.Images(13, 13, 3, 10)},
	{
		name: "inception v4",
		like: "inception_v4",
		net:  architectures.InceptionV4{Stem: "small", Modules: []int{1, 1, 1}, Divisor: 32},
		data: datasets.Images(13, 13, 3, 10),
	},
	{
		name: "inception-resnet",
		like: "inception_resnet_v2",
		net:  architectures.InceptionResNet{Stem: "small", Modules: []int{2, 1, 2}, Scale: []float64{0.17, 0.10, 0.20}, Divisor: 32},
		data: datasets.Images(13, 13, 3, 10),
	},
	{
		name: "squeezenet",
		like: "squeezenet1_1",
		net:  architectures.SqueezeNet{Stem: "small", Filters: 8, Modules: 4, Expand: 16, Squeeze: 0.25, Pools: []int{0, 2}},
		data: datasets.Images(12, 12, 3, 10),
	},
	{
		name: "squeezenet, 7×7",
		like: "squeezenet1_0",
		net:  architectures.SqueezeNet{Stem: "7x7", Filters: 8, Modules: 2, Expand: 16, Squeeze: 0.25, Pools: []int{0, 1}},
		data: datasets.Images(32, 32, 3, 10),
	},
	{
		name: "squeezenet, 3×3",
		like: "squeezenet1_1",
		net:  architectures.SqueezeNet{Stem: "3x3", Filters: 8, Modules: 2, Expand: 16, Squeeze: 0.25, Pools: []int{0, 1}},
		data: datasets.Images(16, 16, 3, 10),
	},
	{
		name: "mobilenet v2",
		like: "mobilenet_v2",
		net:  architectures.MobileNetV2{Stem: "small", Width: 0.25, Blocks: []int{1, 2, 2}},
		data: datasets.Images(8, 8, 3, 10),
	},
	{
		name: "mobilenet v2, imagenet stem",
		like: "mobilenet_v2",
		net:  architectures.MobileNetV2{Stem: "imagenet", Width: 0.25, Blocks: []int{1, 2}},
		data: datasets.Images(16, 16, 3, 10),
	},
	{
		name: "mobilenet v3, small",
		like: "mobilenet_v3_small",
		net:  architectures.MobileNetV3{Size: "small", Stem: "small", Width: 0.1, HardSwish: true},
		data: datasets.Images(16, 16, 3, 10),
	},
	{
		name: "mobilenet v3, large",
		like: "mobilenet_v3_large",
		net:  architectures.MobileNetV3{Size: "large", Stem: "imagenet", Width: 0.1},
		data: datasets.Images(32, 32, 3, 10),
	},
	{"xception", "xception", architectures.Xception{Stem: "small", Middle: 1, Divisor: 32}, datasets.Images(12, 12, 3, 10)},
	{
		name: "resnet, imagenet stem",
		like: "resnet34",
		net:  architectures.ResNet{Block: "basic", Blocks: []int{1, 1}, Width: 4, Cardinality: 1, Stem: "imagenet", Shortcut: "A"},
		data: datasets.Images(32, 32, 3, 10),
	},

	{
		name: "vit",
		like: "vit-cifar",
		net:  architectures.ViT{Patch: 2, Dim: 12, Depth: 2, Heads: 3, MLP: 16, Pool: "cls", Position: "learned"},
		data: datasets.Images(8, 6, 3, 10),
	},
	{
		name: "vit, mean",
		like: "vit-mnist",
		net:  architectures.ViT{Patch: 4, Dim: 12, Depth: 3, Heads: 2, MLP: 20, Pool: "mean", Position: "sin"},
		data: datasets.Images(8, 8, 1, 10),
	},

	{"gpt", "gpt", architectures.GPT{Dim: 12, Depth: 2, Heads: 3, Context: 6}, datasets.Tokens(5, 60)},
	{"rnn", "rnn", architectures.RNN{Units: 16}, datasets.Tokens(5, 60)},
	{"lstm", "lstm", architectures.LSTM{Units: 16, ForgetBias: 1}, datasets.Tokens(5, 60)},
	{"gru", "gru", architectures.GRU{Units: 8}, datasets.Tokens(5, 60)},
	{"tcn", "tcn", architectures.TCN{Channels: 16, Depth: 2, Kernel: 2}, datasets.Tokens(5, 60)},
	{"tcn of numbers", "tcn", architectures.TCN{Channels: 6, Depth: 2, Kernel: 3}, numbers(datasets.Label(3))},
	{"char-rnn", "char-rnn", architectures.CharRNN{Units: 24, Depth: 2, Cell: "lstm"}, datasets.Tokens(5, 60)},
	{"char-rnn, residual", "char-rnn", architectures.CharRNN{Units: 6, Depth: 3, Cell: "gru", Residual: true}, datasets.Tokens(5, 60)},
	{"char-rnn of rnn", "char-rnn", architectures.CharRNN{Units: 16, Depth: 2, Cell: "rnn"}, datasets.Tokens(5, 60)},
	{"wavenet", "wavenet-small", architectures.WaveNet{Residual: 6, Dilation: 5, Skip: 12, Layers: 2, Cycles: 2}, datasets.Tokens(9, 40)},
	{"wavenet, chain of numbers", "wavenet-small", architectures.WaveNet{Residual: 6, Dilation: 5, Skip: 12, Layers: 2, Cycles: 1, Plain: true, Chain: true}, numbers(datasets.Label(3))},
	{"wavenet, conditioned", "wavenet-small", architectures.WaveNet{Residual: 6, Dilation: 5, Skip: 12, Layers: 3, Cycles: 1}, conditioned(datasets.Tokens(9, 40))},
	{"rnn, one class of numbers", "rnn", architectures.RNN{Units: 8}, numbers(datasets.Label(3))},
	{
		name: "rnn, one number of numbers",
		like: "rnn",
		net:  architectures.RNN{Units: 8},
		data: numbers(datasets.Field{Name: "sum", Dtype: tensor.Float32, Shape: []int{1}}),
	},
}

// numbers are sequences of five pairs of numbers.
func numbers(target datasets.Field) datasets.Spec {
	return datasets.Spec{
		Inputs:  []datasets.Field{{Name: "pairs", Dtype: tensor.Float32, Shape: []int{5, 2}}},
		Targets: []datasets.Field{target},
	}
}

// conditioned is s with a class for each example, and two numbers for each position.
func conditioned(s datasets.Spec) datasets.Spec {
	s.Inputs = append(s.Inputs, datasets.Label(3), datasets.Field{Name: "features", Dtype: tensor.Float32, Shape: []int{s.Positions(), 2}})
	return s
}

// TestEveryTypeIsTested: smallNetworks has each type of network that is registered.
func TestEveryTypeIsTested(t *testing.T) {
	tested := map[reflect.Type]bool{}
	for _, n := range smallNetworks {
		tested[reflect.TypeOf(n.net)] = true
	}
	for _, name := range architectures.Names() {
		m, _ := architectures.Lookup(name)
		if typ := reflect.TypeOf(m.Network); !tested[typ] {
			t.Errorf("%s is a %v, of which smallNetworks has none: add a row for each style of its blocks", name, typ)
		}
	}
}

func forAll(t *testing.T, test func(t *testing.T, m architectures.Model, net nn.Network)) {
	for _, n := range smallNetworks {
		t.Run(n.name, func(t *testing.T) {
			test(t, n.model(t), n.net)
		})
	}
}

// batch is random examples.
func batch(spec datasets.Spec, n int, dtype tensor.Dtype) (x, y []*tensor.Dense) {
	return datasets.RandomBatch(spec, n, rand.New(rand.NewPCG(7, 7)), dtype)
}

func build(t *testing.T, p *nn.Params, mode nn.Mode, m architectures.Model, net nn.Network, o nn.Options, batch int, change ...func(*nn.Settings)) *nn.Program {
	t.Helper()
	set := nn.Settings{Options: o, Spec: m.Data, Batch: batch}
	for _, c := range change {
		c(&set)
	}
	pr, err := nn.Build(p, mode, net, set)
	if err != nil {
		t.Fatal(err)
	}
	return pr
}

func unfused(s *nn.Settings) { s.Unfused = true }

// TestOptions: the choices of every model are valid, and none is left open.
func TestOptions(t *testing.T) {
	for _, name := range architectures.Names() {
		m, _ := architectures.Lookup(name)
		for _, p := range m.Options.Validate() {
			t.Errorf("%s: %s: %s", name, p.Key, p.Message)
		}
		if m.Options.BiasInit != "zero" {
			t.Errorf("%s: have bias_init %q, want zero", name, m.Options.BiasInit)
		}
	}
}

// TestGradient compares, in float64, the slope of the loss along random
// directions through all parameters with the gradient. The activation is smooth,
// so that no kink lies between the two ends of a difference.
func TestGradient(t *testing.T) { forAll(t, checkGradient) }

func checkGradient(t *testing.T, m architectures.Model, net nn.Network) {
	o := smooth(m.Options)
	p := nn.NewParams(3, tensor.Float64)
	pr := build(t, p, nn.Train, m, net, o, 3)
	x, y := batch(m.Data, 3, tensor.Float64)
	loss := func() float64 {
		l, err := pr.Run(x, y)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	loss()
	trained := pr.Trained()
	grads := make([][]float64, len(trained))
	for i, q := range trained {
		grads[i] = append([]float64{}, q.Grad.Data().([]float64)...)
		if allZero(grads[i]) {
			t.Errorf("the gradient of %s is zero", q.Path)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 3 {
		var slope float64
		direction := make([][]float64, len(trained))
		for i, g := range grads {
			direction[i] = make([]float64, len(g))
			for j := range g {
				// close to the gradient, so that there is a slope
				direction[i][j] = g[j] * (0.5 + r.Float64())
				slope += g[j] * direction[i][j]
			}
		}
		h := 1e-5 / slope // the loss changes by 2e-5: gradients of deep plain networks are huge
		move := func(by float64) {
			for i, q := range trained {
				w := q.Value.Data().([]float64)
				for j := range w {
					w[j] += by * direction[i][j]
				}
			}
		}
		move(h)
		up := loss()
		move(-2 * h)
		down := loss()
		move(h)
		if have := (up - down) / (2 * h); math.Abs(have-slope) > 1e-4*math.Abs(slope) {
			t.Errorf("the slope is %.10g, the gradient says %.10g", have, slope)
		}
	}
}

// smooth replaces activations whose derivative jumps from 0 to 1 by GELU.
func smooth(o nn.Options) nn.Options {
	if o.Activation == "relu" || o.Activation == "relu6" {
		o.Activation = "gelu"
	}
	return o
}

func allZero(v []float64) bool {
	for _, x := range v {
		if x != 0 {
			return false
		}
	}
	return true
}

// TestTrainEqualsEval: without norm and dropout both graphs compute the same function.
func TestTrainEqualsEval(t *testing.T) {
	forAll(t, func(t *testing.T, m architectures.Model, net nn.Network) {
		o := m.Options
		o.Norm, o.Dropout = "none", 0
		p := nn.NewParams(3, tensor.Float32)
		x, y := batch(m.Data, 3, tensor.Float32)
		train, err := build(t, p, nn.Train, m, net, o, 3).Run(x, y)
		if err != nil {
			t.Fatal(err)
		}
		eval, err := build(t, p, nn.Eval, m, net, o, 3).Run(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if train != eval {
			t.Errorf("the loss is %v in training and %v in evaluation", train, eval)
		}
	})
}

// TestFusedEqualsUnfused compares loss, logits and every gradient bit by bit.
func TestFusedEqualsUnfused(t *testing.T) { forAll(t, checkFusion) }

func checkFusion(t *testing.T, m architectures.Model, net nn.Network) {
	x, y := batch(m.Data, 3, tensor.Float32)
	var results [2][]float32
	for i, change := range [][]func(*nn.Settings){nil, {unfused}} {
		p := nn.NewParams(3, tensor.Float32)
		pr := build(t, p, nn.Train, m, net, m.Options, 3, change...)
		for range 2 { // the second run finds the first one's values in the arena
			loss, err := pr.Run(x, y)
			if err != nil {
				t.Fatal(err)
			}
			results[i] = append([]float32{float32(loss)}, pr.Logits().Data().([]float32)...)
			for _, q := range pr.Trained() {
				results[i] = append(results[i], q.Grad.Data().([]float32)...)
			}
		}
	}
	for k, v := range results[0] {
		if math.Float32bits(v) != math.Float32bits(results[1][k]) {
			t.Fatalf("value %d is %v fused and %v unfused", k, v, results[1][k])
		}
	}
}

// TestOverfit: a network that cannot learn eight examples by heart is broken.
func TestOverfit(t *testing.T) {
	forAll(t, func(t *testing.T, m architectures.Model, net nn.Network) {
		m.Options.Dropout = 0 // which is there to prevent it
		if _, ok := net.(architectures.SqueezeNet); ok {
			m.Options.Activation = "leaky(0.1)" // its logits follow an activation: after a ReLU they may stay 0
		}
		p := nn.NewParams(3, tensor.Float32)
		pr := build(t, p, nn.Train, m, net, m.Options, 8)
		x, y := batch(m.Data, 8, tensor.Float32)
		var ps []optim.Param
		for _, q := range pr.Trained() {
			ps = append(ps, optim.Param{Name: q.Path, W: q.Value.Data().([]float32), G: q.Grad.Data().([]float32)})
		}
		o := optim.Defaults()
		o.Name, o.LR = "adam", 0.003
		solver, err := optim.New(o, ps)
		if err != nil {
			t.Fatal(err)
		}
		floor := 0.0
		if c, ok := net.(architectures.LeNet5Classic); ok {
			floor = c.LeastLoss()
		}
		var losses []string
		for step := range 1000 {
			loss, err := pr.Run(x, y)
			if err != nil {
				t.Fatal(err)
			}
			if step%100 == 0 {
				losses = append(losses, fmt.Sprintf("%.3f", loss))
			}
			if loss < floor+0.05 {
				return
			}
			solver.Step(o.LR, ps)
		}
		t.Errorf("the loss does not come within 0.05 of its floor in 1000 steps: %v", losses)
	})
}
