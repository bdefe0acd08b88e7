package architectures_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"zoo/architectures"
	"zoo/datasets"
	"zoo/nn"
)

// TestMobileKnobs: the choices that change the layers of an inverted residual, a
// squeeze-and-excitation or a fire module.
func TestMobileKnobs(t *testing.T) {
	for _, n := range smallNetworks {
		switch n.net.(type) {
		case architectures.SqueezeNet, architectures.MobileNetV2, architectures.MobileNetV3:
		default:
			continue
		}
		for _, k := range []struct {
			name   string
			slope  bool // is checked: not if branches end in zeros, and not for kinks or slopes that a max pooling hides
			change func(o *nn.Options)
		}{
			{"no norm", true, func(o *nn.Options) { o.Norm = "none" }},
			{"batch", true, func(o *nn.Options) { o.Norm = "batch" }},
			{"layer", true, func(o *nn.Options) { o.Norm = "layer" }},
			{"scaled", true, func(o *nn.Options) { o.ResidualInit = "scaled" }},
			{"fixup", false, func(o *nn.Options) { o.Norm, o.ResidualInit = "none", "fixup" }},
			{"hardswish", false, func(o *nn.Options) { o.Activation = "hardswish" }},
			{"prelu", false, func(o *nn.Options) { o.Activation = "prelu" }},
		} {
			t.Run(n.name+", "+k.name, func(t *testing.T) {
				m := n.model(t)
				if _, pr := outline(t, m, n.net); k.name == "fixup" && slices.Contains(pr.Unasked, "residual_init") {
					t.Skip("no branches")
				}
				k.change(&m.Options)
				checkFusion(t, m, n.net)
				if k.slope {
					checkGradient(t, m, n.net)
				}
			})
		}
	}
}

// TestHardSwish: without hard swish, MobileNetV3 has the scope's activation in
// every place but the gates of squeeze-and-excitation.
func TestHardSwish(t *testing.T) {
	m, _ := architectures.Lookup("mobilenet_v3_small")
	m.Options.Activation = "silu"
	for _, swish := range []bool{true, false} {
		net := m.Network.(architectures.MobileNetV3)
		net.HardSwish = swish
		_, pr := outline(t, m, net)
		have := map[string]int{}
		for _, l := range pr.Layers {
			have[l.Op]++
		}
		// 9 gates; two activations in each of 11 blocks but the first, which does not
		// expand; stem, last convolution and hidden layer; one in each gate's perceptron.
		want := map[string]int{"hardsigmoid": 9, "hardswish": 0, "silu": 21 + 3 + 9}
		if swish {
			want["hardswish"], want["silu"] = 2*8+3, 5+9
		}
		for op, n := range want {
			if have[op] != n {
				t.Errorf("hard swish %v: have %d layers %s, want %d", swish, have[op], op, n)
			}
		}
	}
}

// TestSmallStems: small images are halved three times.
func TestSmallStems(t *testing.T) {
	for _, c := range []struct {
		like string
		net  nn.Network
		last string // the layer whose images are looked at
		side int
	}{
		{
			like: "squeezenet1_1",
			net:  architectures.SqueezeNet{Stem: "small", Filters: 64, Modules: 8, Expand: 128, Squeeze: 0.125, Pools: []int{0, 2, 4}},
			last: "classifier.1",
			side: 4,
		},
		{
			like: "mobilenet_v2",
			net:  architectures.MobileNetV2{Stem: "small", Width: 1, Blocks: []int{1, 2, 3, 4, 3, 3, 1}},
			last: "features.18.0",
			side: 4,
		},
		{"mobilenet_v3_small", architectures.MobileNetV3{Size: "small", Stem: "small", Width: 1}, "features.12.0", 4},
		{"mobilenet_v3_large", architectures.MobileNetV3{Size: "large", Stem: "small", Width: 1}, "features.16.0", 4},
	} {
		m, _ := architectures.Lookup(c.like)
		m.Data = datasets.Images(32, 32, 3, 10)
		_, pr := outline(t, m, c.net)
		side := 0
		for _, l := range pr.Layers {
			if l.Path == c.last {
				side = l.Out[1]
			}
		}
		if side != c.side {
			t.Errorf("%s: images of 32 pixels come to %s with %d, want %d", c.like, c.last, side, c.side)
		}
	}
}

func TestMobileValidate(t *testing.T) {
	squeeze := architectures.SqueezeNet{Stem: "3x3", Filters: 64, Modules: 8, Expand: 128, Squeeze: 0.125, Pools: []int{0, 2, 4}}
	v2 := architectures.MobileNetV2{Stem: "imagenet", Width: 1, Blocks: []int{1, 2}}
	v3 := architectures.MobileNetV3{Size: "small", Stem: "imagenet", Width: 1}
	with := func(change func()) []nn.Problem {
		s, a, b := squeeze, v2, v3
		change()
		ps := append(append(squeeze.Validate(), v2.Validate()...), v3.Validate()...)
		squeeze, v2, v3 = s, a, b
		return ps
	}
	for want, change := range map[string]func(){
		"": func() {},
		`stem: have "5x5", want one of 7x7, 3x3, small`:                                                         func() { squeeze.Stem = "5x5" },
		"filters: have 0, want at least 1 filter":                                                               func() { squeeze.Filters = 0 },
		"modules: have 0, want at least 1 fire module; pools: have [0 2 4], want different numbers from 0 to 0": func() { squeeze.Modules = 0 },
		"expand: have 7 channels, want an even number of at least 2":                                            func() { squeeze.Expand = 7 },
		"squeeze: have 1.5, want a share in (0, 1]":                                                             func() { squeeze.Squeeze = 1.5 },
		"pools: have [8], want different numbers from 0 to 7":                                                   func() { squeeze.Pools = []int{8} },
		"pools: have [2 2], want different numbers from 0 to 7":                                                 func() { squeeze.Pools = []int{2, 2} },
		`stem: have "7x7", want one of imagenet, small`:                                                         func() { v2.Stem = "7x7" },
		"width: have 0, want a number above 0, and at most 1000":                                                func() { v2.Width = 0 },
		"width: have NaN, want a number above 0, and at most 1000":                                              func() { v3.Width = math.NaN() },
		"width: have 1e+300, want a number above 0, and at most 1000":                                           func() { v2.Width = 1e300 },
		"blocks: have [], want 1 to 7 stages, and at least 1 block in each":                                     func() { v2.Blocks = nil },
		"blocks: have [1 0], want 1 to 7 stages, and at least 1 block in each":                                  func() { v2.Blocks = []int{1, 0} },
		`size: have "medium", want one of small, large`:                                                         func() { v3.Size = "medium" },
		`stem: have "", want one of imagenet, small`:                                                            func() { v3.Stem = "" },
	} {
		var have []string
		for _, p := range with(change) {
			have = append(have, p.Key+": "+p.Message)
		}
		if got := strings.Join(have, "; "); got != want {
			t.Errorf("have %q, want %q", got, want)
		}
	}
}
