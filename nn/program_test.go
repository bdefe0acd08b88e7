package nn_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/internal/rerun"
	"zoo/nn"
	"zoo/nn/signal"
)

func TestBuildErrors(t *testing.T) {
	good := settings(options(), 2, 3, 6, 6, 4)
	with := func(change func(s *nn.Settings)) nn.Settings {
		s := good
		change(&s)
		return s
	}
	logits := network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Logits(s.In("fc"), x) })
	block := func(layer network) network {
		return func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Logits(s.In("fc"), layer(s.In("layer%d", 1).In("0").In("conv1"), x))
		}
	}
	for _, c := range []struct {
		name string
		set  nn.Settings
		net  nn.Network
		want string // lines, each the beginning of an error
	}{
		{"settings", with(func(s *nn.Settings) {
			s.Batch, s.Spec.Targets, s.Norm, s.Dropout = 0, []datasets.Field{datasets.Label(1)}, "bath", 2
		}), logits,
			"norm: have \"bath\"\ndropout: have 2\nbatch: have 0, want at least 1\ndata: class: have 1 classes, want at least two"},
		{"smoothing of a criterion", with(func(s *nn.Settings) { s.LabelSmoothing = 0.1 }), criterion{logits}, "label_smoothing: have 0.1, want 0: this network has a loss of its own"},
		{"smoothing out of range", with(func(s *nn.Settings) { s.LabelSmoothing = 1 }), logits, "loss: cross-entropy: have label smoothing 1"},
		{"no logits", good, network(func(*nn.Scope, *G.Node) *G.Node { return nil }), "the network returns nothing, want (2, 3)"},
		{"images for logits", good, network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Conv(s.In("c"), x, 3, 3, 1, 1) }), "the network returns (2, 6, 6, 3), want (2, 3)"},
		{"too many logits", good, network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.FullyConnected(s.In("fc"), x, 4) }), "the network returns (2, 4), want (2, 3)"},
		{"a filter too large", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Conv(s, x, 3, 7, 1, 0) }), "layer1.0.conv1: conv2d: have input (2, 6, 6, 4), want at least 7×7 pixels"},
		{"no filters", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Conv(s, x, 0, 3, 1, -1) }), "layer1.0.conv1: convolution: have 0 filters of 3×3, stride 1, padding -1, dilation 1, want positive sizes"},
		{"no stride", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Conv(s, x, 6, 3, 0, 1) }), "layer1.0.conv1: convolution: have stride 0, want at least 1"},
		{"groups that do not divide", good, block(func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Conv2D(s, x, 6, nn.Filter{Size: [2]int{1, 3}, Groups: 3})
		}), "layer1.0.conv1: convolution: have 3 groups of 4 channels and 6 filters, want a divisor of both numbers"},
		{"negative dilation", good, block(func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Conv2D(s, x, 6, nn.Filter{Size: [2]int{1, 3}, Pad: [2]int{0, 1}, Dilation: [2]int{1, -1}})
		}), "layer1.0.conv1: convolution: have 6 filters of 1×3, stride 1, padding 0×1, dilation 1×-1, want positive sizes"},
		{"a concatenation of two sizes", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Concat(s, x, nn.MaxPool(s.In("p"), x, 2, 2, 0)) }), "layer1.0.conv1: concat: have inputs (2, 6, 6, 4) and (2, 3, 3, 4), want (N, ..., C) that differ only in C"},
		{"a concatenation of nothing", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Concat(s) }), "layer1.0.conv1: concat: have no input"},
		{"a norm over nothing", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.LRN(s, x, 0, 2, 1e-4, 0.75) }), "layer1.0.conv1: lrn: have size 0, k 2, alpha 0.0001 and beta 0.75, want"},
		{"no adaptive window", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.AdaptiveAvgPool(s, x, 0, 6) }), "layer1.0.conv1: adaptiveavgpool: have input (2, 6, 6, 4) and 0×6 windows, want"},
		{"a convolution of vectors", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Conv(s, nn.GlobalAvgPool(s, x), 3, 3, 1, 1) }), "layer1.0.conv1: have input (2, 4), want images (N, H, W, C)"},
		{"a window too large", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.MaxPool(s, x, 8, 2, 0) }), "layer1.0.conv1: maxpool: have input (2, 6, 6, 4), want at least 8×8 pixels"},
		{"no window", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.AvgPool(s, x, 0, 1, 0) }), "layer1.0.conv1: avgpool: have window [0 0]"},
		{"no units", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Linear(s, x, 0) }), "layer1.0.conv1: linear layer of 0 units"},
		{"a sum of two shapes", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Add(s, x, nn.GlobalAvgPool(s, x)) }), "layer1.0.conv1: add: have"},
		{"a shortcut to fewer channels", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Subsample(s, x, 2, 2) }), "layer1.0.conv1: channel-shortcut: have 2 channels"},
		{"odd subsampling", settings(options(), 2, 3, 5, 6, 4), block(nn.SumPool), "layer1.0.conv1: subsample: have input (2, 5, 6, 4)"},
		{"an unknown channel", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.ConvTable(s, x, [][]int{{0}, {1, 4}}, 3, 1, 0) }), "layer1.0.conv1: connection table: filter 1 sees channel 4, want one from 0 to 3"},
		{"a channel twice", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.ConvTable(s, x, [][]int{{1, 1}}, 3, 1, 0) }), "layer1.0.conv1: scatter: have index"},
		{"a filter that sees nothing", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.ConvTable(s, x, [][]int{{1}, {}}, 3, 1, 0) }), "layer1.0.conv1: connection table: filter 1 sees no channel"},
		{"one scope for two layers", good, block(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Conv(s, nn.Conv(s, x, 4, 3, 1, 1), 4, 3, 1, 1) }), "layer1.0.conv1: parameter layer1.0.conv1.weight is named twice"},
		{"a choice of one layer", good, block(func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Act(s.With(func(o *nn.Options) { o.Activation = "rellu" }), x)
		}), `layer1.0.conv1: activation: have "rellu", want one of relu`},
		{"an init of one layer", good, block(func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Linear(s.With(func(o *nn.Options) { o.Init = "he" }), x, 2)
		}), `layer1.0.conv1: init: have "he", want one of zero`},
	} {
		p := nn.NewParams(1, tensor.Float32)
		pr, err := nn.Build(p, nn.Train, c.net, c.set)
		if err == nil || pr != nil {
			t.Errorf("%s: have no error", c.name)
			continue
		}
		lines, want := strings.Split(err.Error(), "\n"), strings.Split(c.want, "\n")
		ok := len(lines) == len(want)
		for i := range want {
			ok = ok && strings.HasPrefix(lines[i], want[i])
		}
		if !ok {
			t.Errorf("%s: have error %q, want %q", c.name, err, c.want)
		}
		if len(p.All()) != 0 {
			t.Errorf("%s: the failed build left %d parameters", c.name, len(p.All()))
		}
	}
}

// A criterion is a network with a loss of its own.
type criterion struct{ nn.Network }

func (criterion) Loss(s *nn.Scope, logits, targets *G.Node) *G.Node {
	return nn.SquaredError(s, logits, targets, 1, 0)
}

// TestSecondBuildErrors: later builds must ask for what the first one made.
func TestSecondBuildErrors(t *testing.T) {
	p := nn.NewParams(1, tensor.Float32)
	net := func(name string, units int) network {
		return func(s *nn.Scope, x *G.Node) *G.Node {
			return nn.Logits(s.In("fc"), nn.Linear(s.In("%s", name), x, units))
		}
	}
	set := settings(options(), 2, 3, 5)
	build(t, p, nn.Train, net("a", 4), set)
	before := p.SHA256()
	for want, n := range map[string]network{
		"a: parameter a.weight: have shape (5, 7), want (5, 4)":                               net("a", 7),
		"b: parameter b.weight is not one of those that the first build of this network made": net("b", 4),
	} {
		if _, err := nn.Build(p, nn.Eval, n, set); err == nil || err.Error() != want {
			t.Errorf("have error %v, want %q", err, want)
		}
	}
	if p.SHA256() != before {
		t.Error("a failed build changed the parameters")
	}
}

func TestRunErrors(t *testing.T) {
	set := settings(options(), 2, 3, 5)
	net := network(func(s *nn.Scope, x *G.Node) *G.Node { return nn.Logits(s.In("fc"), x) })
	p := nn.NewParams(1, tensor.Float32)
	pr := build(t, p, nn.Eval, net, set)
	x, y := batchOf(set, tensor.Float32)
	long := set
	long.Batch = 4
	x4, y4 := batchOf(long, tensor.Float32)
	x64, _ := batchOf(set, tensor.Float64)
	bad := []*tensor.Dense{tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{0, 3}))}
	for _, c := range []struct {
		x, y []*tensor.Dense
		want string
	}{
		{nil, y, "have 0 inputs, want 1"},
		{x4, y, "input x: have float32 (4, 5), want float32 (2, 5)"},
		{x64, y, "input x: have float64 (2, 5), want float32 (2, 5)"},
		{x, nil, "have 0 targets, want 1"},
		{x, y4, "target class: have int (4), want int (2)"},
		{x, bad, "loss: cross-entropy of (2, 3) (2): have target 3 in row 1"},
	} {
		if _, err := pr.Run(c.x, c.y); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("have error %v, want %q", err, c.want)
		}
	}
	if loss := run(t, pr, x, y); !(loss > 0) {
		t.Errorf("after errors: have the loss %v", loss)
	}
}

// TestDiagnose names the layer that made the first value that is not finite.
func TestDiagnose(t *testing.T) {
	net := architectures.MLP{Depth: 4, Width: 16}
	set := settings(options(func(o *nn.Options) { o.Norm = "batch" }), 4, 3, 5)
	x, y := batchOf(set, tensor.Float32)
	for _, path := range []string{"fc1", "fc2", "fc4"} {
		p := nn.NewParams(1, tensor.Float32)
		pr := build(t, p, nn.Train, net, set)
		run(t, pr, x, y)
		if err := pr.Diagnose(); err != nil {
			t.Errorf("nothing is wrong: have error %v", err)
		}
		values(t, p, path+".weight")[1] = float32(math.Inf(1))
		if loss := run(t, pr, x, y); loss-loss == 0 {
			t.Errorf("%s: the loss is %v", path, loss)
		}
		if err := pr.Diagnose(); err == nil || !strings.HasPrefix(err.Error(), path+": linear gives ") {
			t.Errorf("have error %v, want one of %s", err, path)
		}
	}
}

// TestModes: logits of the three modes agree where there is no norm; a loss
// is there in two of them, and label smoothing only in training.
func TestModes(t *testing.T) {
	net := architectures.LeNet5{Filters: []int{2, 3}, Hidden: []int{8}, Pad: 2}
	set := settings(options(), 3, 10, 12, 12, 1)
	x, y := batchOf(set, tensor.Float32)
	p := nn.NewParams(1, tensor.Float32)
	programs := map[nn.Mode]*nn.Program{}
	for _, mode := range []nn.Mode{nn.Infer, nn.Train, nn.Eval} { // the first of which has no targets
		programs[mode] = build(t, p, mode, net, set)
	}
	train, want := run(t, programs[nn.Train], x, y), logits(t, programs[nn.Train], x, y)
	if eval := run(t, programs[nn.Eval], x, y); eval != train {
		t.Errorf("the loss is %v in training and %v in evaluation", train, eval)
	}
	wantBits(t, "evaluation", logits(t, programs[nn.Eval], x, y), want)
	wantBits(t, "inference", logits(t, programs[nn.Infer], x, nil), want)

	set.LabelSmoothing = 0.1
	var mean, picked float64
	for i, v := range want {
		mean += float64(v) / 10 / 3
		if y[0].Data().([]int)[i/10] == i%10 {
			picked += float64(v) / 3
		}
	}
	if have := run(t, build(t, p, nn.Train, net, set), x, y); math.Abs(have-(train+0.1*(picked-mean))) > 1e-6 {
		t.Errorf("with label smoothing: have %v, want %v", have, train+0.1*(picked-mean))
	}
	if have := run(t, build(t, p, nn.Eval, net, set), x, y); have != train {
		t.Errorf("evaluation with label smoothing: have %v, want %v", have, train)
	}
}

// TestScopes: paths, and what inner scopes inherit.
func TestScopes(t *testing.T) {
	var paths []string
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		if s.Path() != "" || s.Classes() != 3 || !s.Training() {
			t.Errorf("the outermost scope has path %q, %d classes, training %v", s.Path(), s.Classes(), s.Training())
		}
		a := s.In("layer%d", 1).With(func(o *nn.Options) { o.Init = "constant(0.5)" })
		paths = append(paths, a.Path(), a.In("0.conv1").Path())
		x = nn.Linear(a.In("half"), x, 3)
		x = nn.Linear(a.In("bare").NoBias(), x, 3)
		x = nn.Linear(s.In("before").BeforeNorm(), x, 3)
		x = nn.Linear(s.In("normed").With(func(o *nn.Options) { o.Norm = "batch" }).BeforeNorm(), x, 3)
		x = s.Must(G.Sub(x, s.Constant("shift", []float64{1, 2, 3, 4, 5, 6}, 2, 3)))
		return nn.Logits(s.In("fc"), x)
	})
	p := nn.NewParams(1, tensor.Float32)
	pr := build(t, p, nn.Train, net, settings(options(), 2, 3, 4))
	if have := strings.Join(paths, " "); have != "layer1 layer1.0.conv1" {
		t.Errorf("have the paths %s", have)
	}
	var names []string
	for _, q := range p.All() {
		names = append(names, q.Path)
	}
	want := "layer1.half.weight layer1.half.bias layer1.bare.weight before.weight before.bias normed.weight fc.weight fc.bias"
	if have := strings.Join(names, " "); have != want {
		t.Errorf("have the parameters\n%s, want\n%s", have, want)
	}
	for path, half := range map[string]bool{"layer1.half.weight": true, "layer1.bare.weight": true, "before.weight": false, "fc.weight": false} {
		if v := values(t, p, path)[0]; (v == 0.5) != half {
			t.Errorf("%s starts with %v", path, v)
		}
	}
	if dot := pr.Dot(); !strings.Contains(dot, "digraph") || !strings.Contains(dot, "layer1.half.weight") {
		t.Error("the graph's drawing does not show layer1.half.weight")
	}
	if _, err := nn.Build(nn.NewParams(1, tensor.Float32), nn.Infer, network(func(s *nn.Scope, x *G.Node) *G.Node {
		s.Constant("c", []float64{1}, 1)
		s.Constant("c", []float64{1}, 1)
		return x
	}), settings(options(), 2, 3, 3)); err == nil || err.Error() != "constant c is named twice" {
		t.Errorf("have error %v", err)
	}
}

// TestMeasurements: the profile counts calls, and memory is shared.
func TestMeasurements(t *testing.T) {
	set := settings(options(), 4, 10, 12, 12, 1)
	set.Profile = true
	pr := build(t, nn.NewParams(1, tensor.Float32), nn.Train, architectures.LeNet5{Filters: []int{2, 3}, Hidden: []int{8}, Pad: 2}, set)
	x, y := batchOf(set, tensor.Float32)
	run(t, pr, x, y)
	run(t, pr, x, y)
	calls := map[string]int{}
	for _, o := range pr.Profile() {
		calls[o.Op] = o.Calls
	}
	if calls["conv2d"] != 4 || calls["linear"] != 4 || calls["cross-entropy"] != 2 {
		t.Errorf("have the calls %v", calls)
	}
	if m := pr.Memory(); m.Arena <= 0 || m.Arena >= m.Sum || m.Scratch <= 0 {
		t.Errorf("have the memory %+v", m)
	}
}

// trainedHash are the initial signals of a few networks, and the hashes of their
// weights after some steps.
func trainedHash(t testing.TB) string {
	var hashes []string
	for _, c := range []struct {
		net   nn.Network
		o     nn.Options
		shape []int
	}{
		{architectures.CIFARResNet{Depth: 8, Width: 8, Shortcut: "B"}, options(func(o *nn.Options) { o.Norm = "batch" }), []int{14, 14, 3}},
		{architectures.CIFARResNet{Depth: 8, Width: 8, Shortcut: "A", PreAct: true}, options(func(o *nn.Options) { o.Norm, o.Activation = "group(4)", "prelu" }), []int{14, 14, 3}},
		{architectures.LeNet5{Filters: []int{6, 16}, Hidden: []int{120, 84}, Pad: 2}, options(func(o *nn.Options) { o.Dropout = 0.2 }), []int{28, 28, 1}},
		{architectures.LeNet5Classic{}, options(func(o *nn.Options) { o.Init, o.Activation = "lecun1989", "scaled_tanh" }), []int{32, 32, 1}},
		{ownOps{16}, ownOptions, []int{8, 8, 1}},
	} {
		p := nn.NewParams(9, tensor.Float32)
		set := settings(c.o, 20, 10, c.shape...)
		x, y := batchOf(set, tensor.Float32)
		signals, _, err := signal.Probe(p, c.net, set, x, y)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(signals)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, string(text))
		pr := build(t, p, nn.Train, c.net, set)
		for step := range 3 {
			pr.SetStep(uint64(step))
			run(t, pr, x, y)
			sgdStep(pr, 0.02)
		}
		hashes = append(hashes, p.SHA256())
	}
	return strings.Join(hashes, "\n")
}

// TestBytesDoNotDependOnThreads trains in processes of their own, with one thread
// and with three.
func TestBytesDoNotDependOnThreads(t *testing.T) {
	have := trainedHash(t)
	if os.Getenv("PROCESS_WITHIN") != "" {
		fmt.Printf("hashes\n%s\nend\n", have)
		return
	}
	if again := trainedHash(t); again != have {
		t.Fatal("the same training gives other weights the second time")
	}
	for _, procs := range []int{1, 3} {
		cmd := rerun.Command("-test.run=^TestBytesDoNotDependOnThreads$")
		cmd.Env = append(os.Environ(), "PROCESS_WITHIN=1", fmt.Sprintf("GOMAXPROCS=%d", procs))
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "hashes\n"+have+"\nend\n") {
			t.Errorf("GOMAXPROCS=%d: %v\n%s\nwant\n%s", procs, err, out, have)
		}
	}
}
