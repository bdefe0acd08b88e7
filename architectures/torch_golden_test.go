package architectures_test

import (
	_ "embed"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/internal/optim"
	"zoo/nn"
)

// torch_golden.json is what testdata/torch_golden.py printed: PyTorch 1.13, in
// float64. Weights and images follow the formula of that script.
//
//go:embed testdata/torch_golden.json
var torchGolden []byte

type golden struct {
	Logits      []float64             `json:"logits"` // in eval mode, before training
	Losses      []float64             `json:"losses"` // of ten steps of SGD
	After       map[string][2]float64 `json:"after"`  // sum and sum of squares of each tensor after these
	LogitsAfter []float64             `json:"logits_after"`
}

var goldenCases = []struct {
	name  string
	net   nn.Network
	norm  string
	input []int
}{
	{"lenet5", architectures.LeNet5{Filters: []int{6, 16}, Hidden: []int{120, 84}, Pad: 2}, "none", []int{28, 28, 1}},
	{"resnet20-A", architectures.CIFARResNet{Depth: 20, Width: 8, Shortcut: "A"}, "batch", []int{16, 16, 3}},
	{"resnet8-B", architectures.CIFARResNet{Depth: 8, Width: 8, Shortcut: "B"}, "batch", []int{14, 14, 1}},
	{"vgg11", architectures.VGG{Blocks: []int{1, 1, 2, 2, 2}, Width: 8}, "none", []int{32, 32, 3}},
	{"vgg-batch", architectures.VGG{Blocks: []int{1, 2}, Width: 8}, "batch", []int{14, 14, 3}},
}

// det is the formula of the script.
func det(n int, a, b float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		x := float64(i)
		v[i] = math.Sin(a*x + 0.013*x*x + b)
	}
	return v
}

// fill gives the network the weights of the script, through Import.
func fill(t *testing.T, p *nn.Params) {
	t.Helper()
	tensors := p.Export()
	for _, q := range tensors {
		phase := 0
		for _, c := range []byte(q.Name) {
			phase += int(c)
		}
		for i, v := range det(len(q.Data), 0.7, float64(phase%628)/100) {
			switch {
			case len(q.Shape) > 1:
				v *= math.Sqrt(4 / float64(len(q.Data)/q.Shape[0]))
			case hasSuffix(q.Name, "running_var"):
				v = 1 + 0.5*v
			case hasSuffix(q.Name, "weight"):
				v = 1 + 0.2*v
			default:
				v *= 0.1
			}
			q.Data[i] = float32(v)
		}
	}
	if err := p.Import(tensors); err != nil {
		t.Fatal(err)
	}
}

func hasSuffix(name, suffix string) bool {
	return len(name) > len(suffix) && name[len(name)-len(suffix):] == suffix
}

const goldenBatch = 4

// TestTorch loads weights under the names, and in the layout, in which PyTorch
// has them; logits, ten steps of training and all tensors after them, the
// running statistics among these, must be PyTorch's.
func TestTorch(t *testing.T) {
	var want map[string]golden
	if err := json.Unmarshal(torchGolden, &want); err != nil {
		t.Fatal(err)
	}
	for _, c := range goldenCases {
		t.Run(c.name, func(t *testing.T) {
			want := want[c.name]
			p := nn.NewParams(1, tensor.Float32)
			set := nn.Settings{
				Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: c.norm, Activation: "relu"},
				Spec:    datasets.Spec{Inputs: []datasets.Input{{Name: "images", Dtype: tensor.Float32, Shape: c.input}}, Classes: 10},
				Batch:   goldenBatch,
			}
			programs := map[nn.Mode]*nn.Program{}
			for _, mode := range []nn.Mode{nn.Train, nn.Infer} {
				pr, err := nn.Build(p, mode, c.net, set)
				if err != nil {
					t.Fatal(err)
				}
				programs[mode] = pr
			}
			fill(t, p)
			x, y := goldenImages(c.input)
			compareLogits(t, programs[nn.Infer], x, want.Logits)

			solver, ps := goldenSolver(t, programs[nn.Train])
			for step, loss := range want.Losses {
				have, err := programs[nn.Train].Run(x, y)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(have-loss) > 1e-4*max(1, loss) {
					t.Errorf("step %d: have the loss %.9g, want %.9g", step, have, loss)
				}
				solver.Step(goldenLR, ps)
				programs[nn.Train].Finish()
			}
			compareTensors(t, p, want.After)
			compareLogits(t, programs[nn.Infer], x, want.LogitsAfter)
		})
	}
}

func goldenImages(shape []int) (x []*tensor.Dense, y *tensor.Dense) {
	shape = append([]int{goldenBatch}, shape...)
	var images []float32
	for _, v := range det(tensor.Shape(shape).TotalSize(), 0.37, 0.1) {
		images = append(images, float32(v))
	}
	x = []*tensor.Dense{tensor.New(tensor.WithShape(shape...), tensor.WithBacking(images))}
	return x, tensor.New(tensor.WithShape(goldenBatch), tensor.WithBacking([]int{0, 3, 6, 9}))
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

func compareLogits(t *testing.T, pr *nn.Program, x []*tensor.Dense, want []float64) {
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
	if !(worst <= 1e-5*largest) {
		t.Errorf("logits differ by %v, the largest is %v", worst, largest)
	}
}

// compareTensors compares the sum and the sum of squares of each tensor.
func compareTensors(t *testing.T, p *nn.Params, want map[string][2]float64) {
	t.Helper()
	names := slices.Sorted(maps.Keys(want))
	for _, q := range p.Export() {
		w, ok := want[q.Name]
		if !ok {
			t.Errorf("PyTorch has no tensor %s", q.Name)
			continue
		}
		names = slices.DeleteFunc(names, func(n string) bool { return n == q.Name })
		var sum, squares float64
		for _, v := range q.Data {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		scale := math.Sqrt(w[1]*float64(len(q.Data))) + 1e-3
		if math.Abs(sum-w[0]) > 1e-4*scale || math.Abs(squares-w[1]) > 1e-4*(w[1]+1e-3) {
			t.Errorf("%s: have the sum %.8g and the sum of squares %.8g, want %.8g and %.8g", q.Name, sum, squares, w[0], w[1])
		}
	}
	if len(names) > 0 {
		t.Errorf("PyTorch has tensors of which we know nothing: %v", names)
	}
}
