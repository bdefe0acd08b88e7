package nn_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"zoo/nn"
)

// joined is an Inception module in small, and what else is made of filters and
// windows.
var joined = network(func(s *nn.Scope, x *G.Node) *G.Node {
	x = nn.LRN(s.In("lrn"), x, 5, 2, 1e-4, 0.75)
	tall := nn.Conv2D(s.In("tall"), x, 6, nn.Filter{Size: [2]int{7, 1}, Pad: [2]int{3, 0}})
	both := nn.Conv2D(s.In("wide"), tall, 4, nn.Filter{Size: [2]int{1, 7}, Pad: [2]int{0, 3}, Groups: 2})
	depthwise := nn.Conv2D(s.In("depthwise"), x, 4, nn.Filter{Size: [2]int{3, 3}, Stride: [2]int{1, 1}, Pad: [2]int{2, 2}, Dilation: [2]int{2, 2}, Groups: 4})
	average := nn.AvgPoolCountPad(s.In("average"), x, 3, 1, 1)
	x = nn.Concat(s.In("concat"), both, depthwise, average, x)
	x = nn.MaxPoolCeil(s.In("max"), x, 3, 2, 0)
	x = nn.Conv2D(s.In("mixed"), x, 8, nn.Filter{Size: [2]int{2, 3}, Stride: [2]int{1, 2}, Groups: 4})
	return nn.Logits(s.In("fc"), nn.AdaptiveAvgPool(s.In("adaptive"), x, 3, 2))
})

func TestConv2DSummary(t *testing.T) {
	p := nn.NewParams(1, tensor.Float32)
	pr := build(t, p, nn.Train, joined, settings(options(), 2, 5, 12, 10, 4))
	var have []string
	for _, l := range pr.Layers {
		l.Initial = nil // TestInitial
		have = append(have, fmt.Sprint(l))
	}
	var want []string
	for _, l := range []nn.Layer{
		{Path: "lrn", Op: "local response norm", Out: []int{2, 12, 10, 4}, Field: 1},
		{Path: "tall", Op: "conv 7×1/1", Out: []int{2, 12, 10, 6}, Params: 7*4*6 + 6, MACs: 120 * 7 * 4 * 6, Field: 7},
		{Path: "wide", Op: "conv 1×7/1, 2 groups", Out: []int{2, 12, 10, 4}, Params: 7*3*4 + 4, MACs: 120 * 7 * 3 * 4, Field: 7},
		{Path: "depthwise", Op: "conv 3×3/1, dilation 2, 4 groups", Out: []int{2, 12, 10, 4}, Params: 9*4 + 4, MACs: 120 * 9 * 4, Field: 5},
		{Path: "average", Op: "average pool 3×3/1", Out: []int{2, 12, 10, 4}, Field: 3},
		{Path: "concat", Op: "concat", Out: []int{2, 12, 10, 16}, Field: 7},
		{Path: "max", Op: "max pool 3×3/2, ceil", Out: []int{2, 6, 5, 16}, Field: 9},
		{Path: "mixed", Op: "conv 2×3/1×2, 4 groups", Out: []int{2, 5, 2, 8}, Params: 6*4*8 + 8, MACs: 10 * 6 * 4 * 8, Field: 13}, // 9 + 2·2 wide, 9 + 2 high
		{Path: "adaptive", Op: "adaptive average pool 3×2", Out: []int{2, 3, 2, 8}, Field: 15},                                    // windows of up to 3 pixels of 5, 2 apart: 11 + 2·2 high
		{Path: "fc", Op: "linear", Out: []int{2, 5}, Params: 48*5 + 5, MACs: 48 * 5},
	} {
		want = append(want, fmt.Sprint(l))
	}
	if strings.Join(have, "\n") != strings.Join(want, "\n") {
		t.Errorf("have\n%s\nwant\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
}

// TestGroupedFilters: PyTorch's shape and order of filters in groups, and their fans.
func TestGroupedFilters(t *testing.T) {
	net := func(groups int) network {
		return func(s *nn.Scope, x *G.Node) *G.Node {
			x = nn.Conv2D(s.In("conv"), x, 64, nn.Filter{Size: [2]int{3, 2}, Groups: groups})
			return nn.Logits(s.In("fc"), x)
		}
	}
	for _, c := range []struct {
		init   string
		groups int
		std    float64
	}{
		{"kaiming_normal", 1, math.Sqrt(2.0 / (6 * 32))},
		{"kaiming_normal", 4, math.Sqrt(2.0 / (6 * 8))},
		{"kaiming_normal_fan_out", 4, math.Sqrt(2.0 / (6 * 16))},
		{"xavier_normal", 4, math.Sqrt(2.0 / (6 * 24))},
	} {
		p := nn.NewParams(1, tensor.Float32)
		build(t, p, nn.Infer, net(c.groups), settings(options(func(o *nn.Options) { o.Init = c.init }), 1, 2, 4, 4, 32))
		w := values(t, p, "conv.weight")
		if _, v := moments(w); math.Abs(math.Sqrt(v)/c.std-1) > 0.1 {
			t.Errorf("%s in %d groups: have a standard deviation of %g, want %g", c.init, c.groups, math.Sqrt(v), c.std)
		}
		in := 32 / c.groups
		out := p.Export()[0]
		if have, want := fmt.Sprint(out.Shape), fmt.Sprint([]int{64, in, 3, 2}); have != want {
			t.Fatalf("%d groups: the published shape is %s, want %s", c.groups, have, want)
		}
		for o := range 64 {
			for i := range in {
				for k := range 6 {
					if have, want := out.Data[(o*in+i)*6+k], w[(k*in+i)*64+o]; have != want {
						t.Fatalf("%d groups: tap %d of filter %d, channel %d is %v, want %v", c.groups, k, o, i, have, want)
					}
				}
			}
		}
	}
}

// TestJoinedGradient: the whole of joined against central differences.
func TestJoinedGradient(t *testing.T) {
	set := settings(options(func(o *nn.Options) { o.Activation = "tanh" }), 2, 5, 12, 10, 4)
	set.Spec.Inputs[0].Dtype = tensor.Float64
	p := nn.NewParams(3, tensor.Float64)
	pr := build(t, p, nn.Train, joined, set)
	x, y := batchOf(set, tensor.Float64)
	run(t, pr, x, y)
	const h = 1e-6
	grads := map[string][]float64{}
	for _, q := range pr.Trained() {
		grads[q.Path] = append([]float64{}, q.Grad.Data().([]float64)...)
	}
	for _, q := range pr.Trained() {
		w := q.Value.Data().([]float64)
		for i := 0; i < len(w); i += 7 {
			v := w[i]
			w[i] = v + h
			up := run(t, pr, x, y)
			w[i] = v - h
			want := (up - run(t, pr, x, y)) / (2 * h)
			w[i] = v
			if have := grads[q.Path][i]; math.Abs(have-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("%s: the gradient at %d is %v, want %v", q.Path, i, have, want)
			}
		}
	}
}
