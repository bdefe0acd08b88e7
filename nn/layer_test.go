package nn_test

import (
	"fmt"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/architectures"
	"zoo/nn"
)

// layers builds a network and returns its summary by path, where each path has
// one layer with the given beginning of an operation.
func layers(t *testing.T, net nn.Network, o nn.Options, shape ...int) map[string]nn.Layer {
	t.Helper()
	p := nn.NewParams(1, tensor.Float32)
	pr := build(t, p, nn.Infer, net, settings(o, 2, 10, shape...))
	m := map[string]nn.Layer{}
	sum, macs := 0, 0
	for _, l := range pr.Layers {
		m[l.Path+" "+strings.Fields(l.Op)[0]] = l
		sum += l.Params
		macs += l.MACs
	}
	if sum != p.Count() || macs != pr.MACs() {
		t.Errorf("the layers have %d parameters and %d multiply-adds, the network %d and %d", sum, macs, p.Count(), pr.MACs())
	}
	return m
}

func wantFields(t *testing.T, name string, have map[string]nn.Layer, want map[string]int) {
	t.Helper()
	for path, f := range want {
		l, ok := have[path]
		if !ok || l.Field != f {
			t.Errorf("%s: %s has the receptive field %d, want %d (%+v)", name, path, l.Field, f, l)
		}
	}
}

// TestReceptiveFields against those that papers state or that are worked out by
// hand; what changes no field, such as Fixup's scalars, must not.
func TestReceptiveFields(t *testing.T) {
	lenet := map[string]int{"conv1 conv": 5, "act1 relu": 5, "pool1 max": 6, "conv2 conv": 14, "pool2 max": 16, "fc1 linear": 0}
	wantFields(t, "lenet5", layers(t, architectures.LeNet5{Filters: []int{6, 16}, Hidden: []int{120, 84}, Pad: 2}, options(), 28, 28, 1), lenet)
	fixup := options(func(o *nn.Options) { o.ResidualInit = "fixup" })

	tanh := options(func(o *nn.Options) { o.Activation = "scaled_tanh" })
	wantFields(t, "lenet5-classic", layers(t, architectures.LeNet5Classic{}, tanh, 32, 32, 1),
		map[string]int{"c1 conv": 5, "s2 sum": 6, "c3 conv": 14, "s4 sum": 16, "c5 conv": 32})
	// The second layer's filters see 5 units of the first, 2 pixels apart.
	wantFields(t, "lenet1989", layers(t, architectures.LeNet1989{}, tanh, 16, 16, 1), map[string]int{"h1 conv": 5, "h2 conv": 13})

	vgg := network(func(s *nn.Scope, x *G.Node) *G.Node {
		for stage, convs := range []int{2, 2, 3, 3, 3} {
			for i := range convs {
				b := s.In("conv%d_%d", stage+1, i+1)
				x = nn.Act(b.In("act"), nn.Conv(b, x, 2, 3, 1, 1))
			}
			x = nn.MaxPool(s.In("pool%d", stage+1), x, 2, 2, 0)
		}
		return nn.Logits(s.In("fc"), x)
	})
	wantFields(t, "vgg16", layers(t, vgg, options(), 32, 32, 3), map[string]int{
		"conv1_1 conv": 3, "conv1_2 conv": 5, "pool1 max": 6, "conv2_1 conv": 10, "conv2_2 conv": 14, "conv3_3 conv": 40, "pool3 max": 44, "pool5 max": 212})

	res := map[string]int{"conv1 conv": 3, "layer1.0.conv2 conv": 7, "layer1.0.add add": 7, "layer2.0.shortcut shortcut": 7, "layer2.0.conv1 conv": 9, "layer2.0.conv2 conv": 13, "layer3.0.conv2 conv": 25}
	net := architectures.CIFARResNet{Depth: 8, Width: 2, Shortcut: "A"}
	wantFields(t, "resnet8", layers(t, net, options(func(o *nn.Options) { o.Norm = "batch" }), 16, 16, 3), res)
	wantFields(t, "resnet8 with fixup", layers(t, net, fixup, 16, 16, 3), res)

	pointwise := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.Conv(s.In("a"), x, 2, 1, 2, 0)
		x = nn.AvgPool(s.In("p"), x, 3, 1, 1)
		return nn.Logits(s.In("fc"), x)
	})
	wantFields(t, "1×1 filters with stride 2", layers(t, pointwise, options(), 12, 12, 1), map[string]int{"a conv": 1, "p average": 5})
}

// TestSummary: operations, shapes, parameters and multiply-adds, line by line.
func TestSummary(t *testing.T) {
	net := network(func(s *nn.Scope, x *G.Node) *G.Node {
		x = nn.BiasMap(s.In("map"), x)
		x = nn.ConvTable(s.In("table"), x, [][]int{{0}, {0, 1}, {2}}, 3, 1, 0)
		x = nn.Act(s.In("act"), nn.Norm(s.In("bn"), x))
		return nn.Logits(s.In("fc"), nn.GlobalAvgPool(s.In("pool"), x))
	})
	o := options(func(o *nn.Options) { o.Norm, o.Activation = "batch", "prelu" })
	pr := build(t, nn.NewParams(1, tensor.Float32), nn.Train, net, settings(o, 2, 4, 6, 6, 3))
	var have []string
	for _, l := range pr.Layers {
		l.Initial = nil // TestInitial
		have = append(have, fmt.Sprint(l))
	}
	want := []string{
		fmt.Sprint(nn.Layer{Path: "table", Op: "conv 3×3/1", Out: []int{2, 4, 4, 3}, Params: 9*4 + 3, MACs: 16 * 9 * 4, Field: 3}),
		fmt.Sprint(nn.Layer{Path: "bn", Op: "batch norm", Out: []int{2, 4, 4, 3}, Params: 6, Field: 3}),
		fmt.Sprint(nn.Layer{Path: "act", Op: "prelu", Out: []int{2, 4, 4, 3}, Params: 3, Field: 3}),
		fmt.Sprint(nn.Layer{Path: "pool", Op: "global average pool", Out: []int{2, 3}}),
		fmt.Sprint(nn.Layer{Path: "fc", Op: "linear", Out: []int{2, 4}, Params: 16, MACs: 12}),
		fmt.Sprint(nn.Layer{Path: "map", Op: "parameters", Params: 108}), // a scope without a layer
	}
	if strings.Join(have, "\n") != strings.Join(want, "\n") {
		t.Errorf("have\n%s\nwant\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}

	classic := layers(t, architectures.LeNet5Classic{}, options(), 32, 32, 1)
	for path, want := range map[string][2]int{ // parameters and multiply-adds: the paper's tables of connections
		"c1 conv": {156, 117600}, "s2 sum": {12, 0}, "c3 conv": {1516, 150000}, "s4 sum": {32, 0}, "c5 conv": {48120, 48000}, "f6 linear": {10164, 10080},
	} {
		if l := classic[path]; l.Params != want[0] || l.MACs != want[1] {
			t.Errorf("lenet5-classic: %s has %d parameters and %d multiply-adds, want %d and %d", path, l.Params, l.MACs, want[0], want[1])
		}
	}
}
