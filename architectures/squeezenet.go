package architectures

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// SqueezeNet is the network of Iandola et al. 2016, in torchvision's names: few
// parameters thanks to fire modules, in which a 1×1 convolution squeezes the channels, and a
// 1×1 and a 3×3 convolution side by side expand them. There is no linear layer: the last
// convolution has a map for each class, and the logit is the mean of its activations.
//
// The numbers in the names of features count poolings, too, so that networks with other
// Pools have other names.
type SqueezeNet struct {
	Stem    string  `doc:"first convolution: 7x7 or 3x3, of stride 2; small: 3×3 of stride 1" enum:"7x7,3x3,small"`
	Filters int     `doc:"filters of the first convolution"`
	Modules int     `doc:"fire modules"`
	Expand  int     `doc:"output channels of the first two modules, and by how many more they grow with every two modules; even"`
	Squeeze float64 `doc:"filters of a module's squeeze layer, as a share of its output channels: the squeeze ratio, in (0, 1]"`
	Pools   []int   `doc:"after how many modules 3×3 max pooling of stride 2 halves the image; 0: before the first"`
}

var squeezeStems = []string{"7x7", "3x3", "small"}

func init() {
	registerAll(Model{
		Paper:   "Iandola et al. 2016, SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size",
		Options: nn.Options{Init: "kaiming_uniform", ResidualInit: "none", Norm: "none", Activation: "relu", Dropout: 0.5},
		Data:    datasets.Images(224, 224, 3, 1000),
	}, []preset{
		{"squeezenet1_0", SqueezeNet{Stem: "7x7", Filters: 96, Modules: 8, Expand: 128, Squeeze: 0.125, Pools: []int{0, 3, 7}}},
		{"squeezenet1_1", SqueezeNet{Stem: "3x3", Filters: 64, Modules: 8, Expand: 128, Squeeze: 0.125, Pools: []int{0, 2, 4}}},
	})
}

// Validate reports hyperparameters that no network can have.
func (m SqueezeNet) Validate() (ps []nn.Problem) {
	add := func(key, format string, args ...any) {
		ps = append(ps, nn.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	ps = checkWord("stem", m.Stem, squeezeStems)
	if m.Filters < 1 {
		add("filters", "have %d, want at least 1 filter", m.Filters)
	}
	if m.Modules < 1 {
		add("modules", "have %d, want at least 1 fire module", m.Modules)
	}
	if m.Expand < 2 || m.Expand%2 != 0 {
		add("expand", "have %d channels, want an even number of at least 2", m.Expand)
	}
	if !(m.Squeeze > 0 && m.Squeeze <= 1) {
		add("squeeze", "have %v, want a share in (0, 1]", m.Squeeze)
	}
	for i, at := range m.Pools {
		if at < 0 || at >= max(1, m.Modules) || slices.Contains(m.Pools[:i], at) {
			add("pools", "have %v, want different numbers from 0 to %d", m.Pools, max(1, m.Modules)-1)
			break
		}
	}
	return ps
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m SqueezeNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	f := s.In("features")
	size, stride, pad := m.filter()
	x := nn.Conv(f.In("0").BeforeNorm(), in[0], m.Filters, size, stride, pad)
	x = nn.Act(f.In("1"), nn.Norm(f.In("0_norm"), x))
	at := 2
	for i := range m.Modules {
		if slices.Contains(m.Pools, i) {
			x = nn.MaxPoolCeil(f.In("%d", at), x, 3, 2, 0)
			at++
		}
		x = m.fire(f.In("%d", at), x, m.Expand*(1+i/2))
		at++
	}
	x = nn.Dropout(s.In("classifier.0"), x)
	last := s.In("classifier.1").With(func(o *nn.Options) { o.Init = "normal(0.01)" })
	x = nn.Act(s.In("classifier.2"), nn.Conv(last, x, s.Classes(), 1, 1, 0))
	return nn.GlobalAvgPool(s.In("classifier.3"), x)
}

// filter is the first convolution's.
func (m SqueezeNet) filter() (size, stride, pad int) {
	switch m.Stem {
	case "7x7":
		return 7, 2, 0
	case "3x3":
		return 3, 2, 0
	}
	return 3, 1, 1
}

// fire is a module with this number of output channels, half from each size of filters.
func (m SqueezeNet) fire(s *nn.Scope, x *G.Node, channels int) *G.Node {
	conv := func(name string, x *G.Node, filters, k int) *G.Node {
		x = nn.Conv(s.In("%s", name).BeforeNorm(), x, filters, k, 1, k/2)
		return nn.Act(s.In("%s_activation", name), nn.Norm(s.In("%s_norm", name), x))
	}
	x = conv("squeeze", x, max(1, int(m.Squeeze*float64(channels))), 1)
	return nn.Concat(s.In("concat"), conv("expand1x1", x, channels/2, 1), conv("expand3x3", x, channels/2, 3))
}
