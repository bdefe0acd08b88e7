package architectures_test

import (
	_ "embed"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/internal/optim"
	"zoo/nn"
	"zoo/nn/nntest"
)

// torch_golden.json is what testdata/torch_golden.py printed: PyTorch 1.13 and
// torchvision 0.14, in float64. Weights and examples follow the formula of that
// script.
//
//go:embed testdata/torch_golden.json
var torchGolden []byte

type golden struct {
	Logits    []float64     `json:"logits"`    // in evaluation, before training
	Gradients nntest.Digest `json:"gradients"` // of each parameter, without kinks
	// Of networks that are trained some steps:
	Losses      []float64     `json:"losses"`
	After       nntest.Digest `json:"after"` // of each tensor after these
	LogitsAfter []float64     `json:"logits_after"`
}

// goldenCases are the networks of images of the script.
var goldenCases = []smallNetwork{
	{
		name: "lenet5",
		like: "lenet5",
		net:  architectures.LeNet5{Filters: []int{6, 16}, Hidden: []int{120, 84}, Pad: 2},
		data: datasets.Images(28, 28, 1, 10),
	},
	{"resnet20-A", "resnet20", architectures.CIFARResNet{Depth: 20, Width: 8, Shortcut: "A"}, datasets.Images(16, 16, 3, 10)},
	{"resnet8-B", "resnet20-b", architectures.CIFARResNet{Depth: 8, Width: 8, Shortcut: "B"}, datasets.Images(14, 14, 1, 10)},
	{"vgg11", "vgg11-cifar", architectures.VGG{Blocks: []int{1, 1, 2, 2, 2}, Width: 8}, datasets.Images(32, 32, 3, 10)},
	{"vgg-batch", "vgg11_bn-cifar", architectures.VGG{Blocks: []int{1, 2}, Width: 8}, datasets.Images(14, 14, 3, 10)},
	{
		name: "alexnet-2012",
		like: "alexnet-2012",
		net:  architectures.AlexNet{Stem: "alexnet", Filters: []int{8, 16, 24, 24, 16}, Groups: 2, LRN: true, Overlap: true, Hidden: []int{32, 32}},
		data: datasets.Images(103, 103, 3, 10),
	},
	{
		name: "zfnet",
		like: "zfnet",
		net:  architectures.AlexNet{Stem: "zfnet", Filters: []int{8, 16, 24, 24, 16}, Groups: 1, LRN: true, Overlap: true, Hidden: []int{32, 32}},
		data: datasets.Images(79, 79, 3, 10),
	},
	{
		name: "alexnet",
		like: "alexnet",
		net:  architectures.AlexNetOneTower{Filters: []int{64, 192, 384, 256, 256}, Pool: 6, Hidden: []int{32, 32}},
		data: datasets.Images(95, 95, 3, 10),
	},
	{
		name: "vgg16",
		like: "vgg16",
		net:  architectures.VGG{Blocks: []int{2, 2, 3, 3, 3}, Width: 8, Pool: 7, Hidden: []int{32, 32}},
		data: datasets.Images(96, 96, 3, 10),
	},
	{
		name: "vgg11_bn",
		like: "vgg11_bn",
		net:  architectures.VGG{Blocks: []int{1, 1, 2, 2, 2}, Width: 8, Pool: 7, Hidden: []int{32, 32}},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "vgg-c-lrn",
		like: "vgg-c",
		net:  architectures.VGG{Blocks: []int{2, 3}, Width: 8, Pointwise: true, LRN: true, Hidden: []int{32, 32}},
		data: datasets.Images(12, 12, 3, 10),
	},
	{
		name: "vit",
		like: "vit_b_16",
		net:  architectures.ViT{Patch: 8, Dim: 64, Depth: 2, Heads: 4, MLP: 128, Pool: "cls", Position: "learned"},
		data: datasets.Images(32, 32, 3, 10),
	},
	{
		name: "resnet18",
		like: "resnet18",
		net:  architectures.ResNet{Block: "basic", Blocks: []int{2, 2, 2, 2}, Width: 64, Cardinality: 1, Stem: "imagenet", Shortcut: "B"},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "resnet-bottleneck",
		like: "resnet50",
		net:  architectures.ResNet{Block: "bottleneck", Blocks: []int{1, 2, 1, 1}, Width: 64, Cardinality: 1, Stem: "imagenet", Shortcut: "B"},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "resnet-v1",
		like: "resnet50-v1",
		net:  architectures.ResNet{Block: "bottleneck", Blocks: []int{1, 1, 1, 1}, Width: 64, Cardinality: 1, Stem: "imagenet", Shortcut: "B", StrideFirst: true},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "resnext",
		like: "resnext50_32x4d",
		net:  architectures.ResNet{Block: "bottleneck", Blocks: []int{1, 1, 1, 1}, Width: 64, Cardinality: 32, GroupWidth: 4, Stem: "imagenet", Shortcut: "B"},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "wide-resnet",
		like: "wide_resnet50_2",
		net:  architectures.ResNet{Block: "bottleneck", Blocks: []int{1, 1, 1, 1}, Width: 64, Cardinality: 1, GroupWidth: 128, Stem: "imagenet", Shortcut: "B"},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "preact-basic",
		like: "preact-resnet18",
		net:  architectures.ResNet{Block: "basic", Blocks: []int{1, 2, 1}, Width: 8, Cardinality: 1, Stem: "small", Shortcut: "B", PreAct: true},
		data: datasets.Images(16, 16, 3, 10),
	},
	{
		name: "preact-bottleneck",
		like: "preact-resnet50",
		net:  architectures.ResNet{Block: "bottleneck", Blocks: []int{1, 2}, Width: 4, Cardinality: 1, Stem: "small", Shortcut: "B", PreAct: true},
		data: datasets.Images(16, 16, 3, 10),
	},
	{
		name: "densenet-bc",
		like: "densenet121",
		net:  architectures.DenseNet{Blocks: []int{2, 3, 2, 2}, Growth: 12, Width: 16, Bottleneck: 4, Compression: 0.5, Stem: "imagenet"},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "densenet",
		like: "densenet40",
		net:  architectures.DenseNet{Blocks: []int{2, 3}, Growth: 6, Width: 8, Compression: 1, Stem: "small"},
		data: datasets.Images(16, 16, 3, 10),
	},
	{
		name: "googlenet",
		like: "googlenet",
		net:  architectures.GoogLeNet{Stem: "imagenet", Divisor: 8, Filter: 3, Pooling: "torchvision", Aux: 0.3},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "googlenet-paper",
		like: "googlenet-paper",
		net:  architectures.GoogLeNet{Stem: "imagenet", Divisor: 8, Filter: 5, Pooling: "paper", LRN: true, Aux: 0.3},
		data: datasets.Images(80, 80, 3, 10),
	},
	{"inception-bn", "inception-bn", architectures.InceptionBN{Stem: "imagenet", Divisor: 16}, datasets.Images(48, 48, 3, 10)},
	{
		name: "inception_v3",
		like: "inception_v3",
		net:  architectures.InceptionV3{Stem: "imagenet", Modules: []int{3, 4, 2}, Divisor: 16, Aux: 0.4},
		data: datasets.Images(75, 75, 3, 10),
	},
	{
		name: "inception_v4",
		like: "inception_v4",
		net:  architectures.InceptionV4{Stem: "imagenet", Modules: []int{1, 1, 1}, Divisor: 16},
		data: datasets.Images(75, 75, 3, 10),
	},
	{
		name: "inception_resnet_v2",
		like: "inception_resnet_v2",
		net:  architectures.InceptionResNet{Stem: "imagenet", Modules: []int{2, 2, 2}, Scale: []float64{0.17, 0.10, 0.20}, Divisor: 16},
		data: datasets.Images(75, 75, 3, 10),
	},
	{
		name: "squeezenet1_0",
		like: "squeezenet1_0",
		net:  architectures.SqueezeNet{Stem: "7x7", Filters: 96, Modules: 8, Expand: 128, Squeeze: 0.125, Pools: []int{0, 3, 7}},
		data: datasets.Images(48, 48, 3, 10),
	},
	{
		name: "squeezenet1_1",
		like: "squeezenet1_1",
		net:  architectures.SqueezeNet{Stem: "3x3", Filters: 64, Modules: 8, Expand: 128, Squeeze: 0.125, Pools: []int{0, 2, 4}},
		data: datasets.Images(48, 48, 3, 10),
	},
	{
		name: "mobilenet_v2",
		like: "mobilenet_v2",
		net:  architectures.MobileNetV2{Stem: "imagenet", Width: 0.5, Blocks: []int{1, 2, 3, 4, 3, 3, 1}},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "mobilenet_v3_small",
		like: "mobilenet_v3_small",
		net:  architectures.MobileNetV3{Size: "small", Stem: "imagenet", Width: 0.5, HardSwish: true},
		data: datasets.Images(64, 64, 3, 10),
	},
	{
		name: "mobilenet_v3_large",
		like: "mobilenet_v3_large",
		net:  architectures.MobileNetV3{Size: "large", Stem: "imagenet", Width: 0.5, HardSwish: true},
		data: datasets.Images(64, 64, 3, 10),
	},
	{"xception", "xception", architectures.Xception{Stem: "imagenet", Middle: 8, Divisor: 8}, datasets.Images(64, 64, 3, 10)},
}

const goldenBatch = 4

// TestTorch loads weights under the names, and in the layout, in which PyTorch
// has them; logits, of a batch and of one example, and gradients, with GELU
// instead of ReLU and ReLU6 but in recurrent layers, must equal PyTorch's. So must ten steps
// of training and all tensors after them, including the running statistics.
func TestTorch(t *testing.T) {
	var want map[string]golden
	if err := json.Unmarshal(torchGolden, &want); err != nil {
		t.Fatal(err)
	}
	cases := slices.Concat(goldenCases, goldenSequences())
	if len(want) != len(cases) {
		t.Errorf("torch_golden.json has %d networks, the tables %d", len(want), len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want, ok := want[c.name]
			if !ok {
				t.Fatalf("torch_golden.json has no %s", c.name)
			}
			m := c.model(t)
			m.Options.Dropout = 0
			p := nn.NewParams(1, tensor.Float32)
			infer := build(t, p, nn.Infer, m, c.net, m.Options, goldenBatch)
			one := build(t, p, nn.Infer, m, c.net, m.Options, 1)
			nntest.FillByFormula(t, p)
			x, y := goldenExamples(m.Data, goldenBatch)
			x1, _ := goldenExamples(m.Data, 1)
			compareLogits(t, infer, x, want.Logits, 1e-5)
			compareLogits(t, one, x1, want.Logits[:len(want.Logits)/goldenBatch], 1e-5)
			// Images go through many norms and poolings, which amplify rounding.
			tolerance := 1e-4
			if m.Data.Positions() > 0 {
				tolerance = 1e-5
			}
			o := m.Options
			if c.like != "irnn" { // whose layer has no GELU
				o = smooth(o)
			}
			if slices.Contains(inDouble, c.name) {
				compareGradients(t, p, doubled(t, p, m, c.net, o), float64s(x), y, want.Gradients, tolerance)
			} else {
				compareGradients(t, p, build(t, p, nn.Train, m, c.net, o, goldenBatch), x, y, want.Gradients, tolerance)
			}
			if want.Losses == nil {
				return
			}

			train := build(t, p, nn.Train, m, c.net, m.Options, goldenBatch)
			solver, ps := goldenSolver(t, train)
			for step, loss := range want.Losses {
				have, err := train.Run(x, y)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(have-loss) > tolerance*max(1, loss) {
					t.Errorf("step %d: have the loss %.9g, want %.9g", step, have, loss)
				}
				solver.Step(goldenLR, ps)
				train.Finish()
			}
			want.After.Compare(t, "tensors after training", p.Export(), tolerance)
			compareLogits(t, infer, x, want.LogitsAfter, tolerance) // of training with kinks
		})
	}
}

// inDouble are the networks whose gradients are computed in float64. They have so many
// poolings that in float32, also in PyTorch, some window has another largest value;
// mobilenet_v2 has many norms, of few values near its end, which amplify rounding.
var inDouble = []string{"googlenet", "inception-bn", "inception_v3", "inception_v4", "inception_resnet_v2", "squeezenet1_0", "squeezenet1_1", "mobilenet_v2"}

// doubled is the training program of the network with the same parameters in float64.
func doubled(t *testing.T, p *nn.Params, m architectures.Model, net nn.Network, o nn.Options) *nn.Program {
	t.Helper()
	double := nn.NewParams(1, tensor.Float64)
	pr := build(t, double, nn.Train, m, net, o, goldenBatch)
	copyDouble(double, p)
	return pr
}

// copyDouble gives the parameters of a network in float64 those of it in float32.
func copyDouble(double, p *nn.Params) {
	for i, q := range p.All() {
		d := double.All()[i].Value.Data().([]float64)
		for k, v := range q.Value.Data().([]float32) {
			d[k] = float64(v)
		}
	}
}

func float64s(x []*tensor.Dense) (double []*tensor.Dense) {
	for _, d := range x {
		var v []float64
		for _, x := range d.Data().([]float32) {
			v = append(v, float64(x))
		}
		double = append(double, tensor.New(tensor.WithShape(d.Shape()...), tensor.WithBacking(v)))
	}
	return double
}

// goldenExamples are the first n of the script's examples.
func goldenExamples(spec datasets.Spec, n int) (x, y []*tensor.Dense) {
	of := func(f datasets.Field) *tensor.Dense {
		shape := append([]int{n}, f.Shape...)
		v := nntest.Formula(f.Name, tensor.Shape(shape).TotalSize())
		if f.Dtype != tensor.Int {
			numbers := make([]float32, len(v))
			for i, v := range v {
				numbers[i] = float32(v)
			}
			return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(numbers))
		}
		integers := make([]int, len(v))
		for i, v := range v {
			integers[i] = int((v + 1) / 2 * float64(f.Size))
		}
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(integers))
	}
	for _, f := range spec.Inputs {
		x = append(x, of(f))
	}
	if target := spec.Targets[0]; len(target.Shape) > 0 {
		return x, []*tensor.Dense{of(target)}
	}
	return x, []*tensor.Dense{tensor.New(tensor.WithShape(n), tensor.WithBacking([]int{0, 3, 6, 9}[:n]))}
}

const goldenLR = 0.02

func goldenSolver(t *testing.T, pr *nn.Program) (optim.Solver, []optim.Param) {
	t.Helper()
	var ps []optim.Param
	for _, q := range pr.Trained() {
		ps = append(ps, optim.Param{Name: q.Path, W: q.Value.Data().([]float32), G: q.Grad.Data().([]float32)})
	}
	o := optim.Defaults()
	o.Name, o.LR, o.Momentum, o.Nesterov, o.WeightDecay = "sgd", goldenLR, 0.9, false, 0
	solver, err := optim.New(o, ps)
	if err != nil {
		t.Fatal(err)
	}
	return solver, ps
}

func compareLogits(t *testing.T, pr *nn.Program, x []*tensor.Dense, want []float64, tolerance float64) {
	t.Helper()
	if _, err := pr.Run(x, nil); err != nil {
		t.Fatal(err)
	}
	have := pr.Logits().Data().([]float32)
	if len(have) != len(want) {
		t.Fatalf("have %d logits, want %d", len(have), len(want))
	}
	var largest, worst float64
	for i, v := range want {
		largest = max(largest, math.Abs(v))
		worst = max(worst, math.Abs(float64(have[i])-v))
	}
	t.Logf("logits differ by %.2g, the largest is %.3g", worst, largest)
	if !(worst <= tolerance*largest) {
		t.Errorf("logits differ by %v, the largest is %v", worst, largest)
	}
}

// compareGradients runs a training program of p's network, and compares the gradients.
func compareGradients(t *testing.T, p *nn.Params, pr *nn.Program, x, y []*tensor.Dense, want nntest.Digest, tolerance float64) {
	t.Helper()
	if _, err := pr.Run(x, y); err != nil {
		t.Fatal(err)
	}
	// The gradients take the parameters' place, so that Export gives them PyTorch's layout.
	weights, grads := map[string][]float32{}, map[string]any{}
	for _, q := range pr.Trained() {
		grads[q.Path] = q.Grad.Data()
	}
	for _, q := range p.All() {
		w := q.Value.Data().([]float32)
		weights[q.Path] = slices.Clone(w)
		switch g := grads[q.Path].(type) {
		case []float32:
			copy(w, g)
		case []float64:
			for i, v := range g {
				w[i] = float32(v)
			}
		}
	}
	tensors := p.Export()
	for _, q := range p.All() {
		copy(q.Value.Data().([]float32), weights[q.Path])
	}
	want.Compare(t, "gradients", slices.DeleteFunc(tensors, func(q nn.Published) bool { return grads[q.Name] == nil }), tolerance)
}
