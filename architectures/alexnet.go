package architectures

import (
	"fmt"
	"maps"
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// AlexNet is the network of Krizhevsky, Sutskever & Hinton 2012, Figure 2: five
// convolutions and three linear layers with ReLU, local response normalisation after the
// first two, and overlapping max pooling after the first, the second and the fifth. ZFNet (Zeiler & Fergus 2013) is the same with smaller filters and
// strides in the first two.
//
// With Groups 2, as on the paper's two GPUs, each group has half of the filters, and the
// second, the fourth and the fifth convolution see only their own group. The response
// normalisation is the paper's formula, over all filters of the layer.
//
// Response normalisation and overlapping pooling change neither names nor shapes
// of parameters, so that networks with and without them start from the same weights: the
// number of overlapping windows is rounded up, which leaves half of the pixels, as 2×2
// windows do.
//
// torchvision's alexnet is AlexNetOneTower.
type AlexNet struct {
	Stem    string  `doc:"the first two convolutions: alexnet: 11×11/4 and 5×5; zfnet: 7×7/2 and 5×5/2; small: 5×5 and 5×5, for images of about 32×32" enum:"alexnet,zfnet,small"`
	Filters []int   `doc:"filters of the five convolutions"`
	Groups  int     `doc:"GPUs over which the filters are divided: 1 or 2 in the paper"`
	LRN     bool    `doc:"local response normalisation after the first two convolutions"`
	Overlap bool    `doc:"pooling of 3×3 windows with a stride of 2; false: of 2×2"`
	Hidden  []int   `doc:"units of each linear layer before the last"`
	Bias    float64 `doc:"initial biases of the second, fourth and fifth convolution and of the hidden linear layers, 1 in the paper; 0: as bias_init says, like all other biases"`
}

// alexNetStems are the first two convolutions: sizes, strides and paddings.
var alexNetStems = map[string][2]struct{ size, stride, pad int }{
	"alexnet": {{11, 4, 0}, {5, 1, 2}},
	"zfnet":   {{7, 2, 1}, {5, 2, 0}},
	"small":   {{5, 1, 2}, {5, 1, 2}},
}

func init() {
	registerAll(Model{
		Paper:   "Krizhevsky, Sutskever & Hinton 2012, ImageNet classification with deep convolutional neural networks",
		Options: nn.Options{Init: "normal(0.01)", ResidualInit: "none", Norm: "none", Activation: "relu", Dropout: 0.5},
		Data:    datasets.Images(227, 227, 3, 1000),
	}, []preset{
		{"alexnet-2012", AlexNet{Stem: "alexnet", Filters: []int{96, 256, 384, 384, 256}, Groups: 2, LRN: true, Overlap: true, Hidden: []int{4096, 4096}, Bias: 1}},
		{"alexnet-2012-ungrouped", AlexNet{Stem: "alexnet", Filters: []int{96, 256, 384, 384, 256}, Groups: 1, LRN: true, Overlap: true, Hidden: []int{4096, 4096}, Bias: 1}},
	})
	registerAll(Model{
		Paper:   "Zeiler & Fergus 2013, Visualizing and understanding convolutional networks",
		Options: nn.Options{Init: "normal(0.01)", ResidualInit: "none", Norm: "none", Activation: "relu", Dropout: 0.5},
		Data:    datasets.Images(224, 224, 3, 1000),
	}, []preset{
		{"zfnet", AlexNet{Stem: "zfnet", Filters: []int{96, 256, 384, 384, 256}, Groups: 1, LRN: true, Overlap: true, Hidden: []int{4096, 4096}}},
	})
	registerAll(Model{
		Paper:   "Krizhevsky, Sutskever & Hinton 2012, ImageNet classification with deep convolutional neural networks",
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"},
		Data:    datasets.Images(32, 32, 3, 10),
	}, []preset{ // a quarter of the filters, 1/16 of the units
		{"alexnet-cifar", AlexNet{Stem: "small", Filters: []int{24, 64, 96, 96, 64}, Groups: 1, LRN: true, Overlap: true, Hidden: []int{256, 256}}},
	})
}

// Validate reports hyperparameters that no network can have.
func (m AlexNet) Validate() (ps []nn.Problem) {
	ps = append(checkWord("stem", m.Stem, slices.Sorted(maps.Keys(alexNetStems))), checkFiveFilters(m.Filters)...)
	if m.Groups < 1 {
		ps = append(ps, nn.Problem{Key: "groups", Message: fmt.Sprintf("have %d, want at least 1", m.Groups)})
	} else if slices.ContainsFunc(m.Filters, func(n int) bool { return n%m.Groups != 0 }) {
		ps = append(ps, nn.Problem{Key: "groups", Message: fmt.Sprintf("have %d, want a divisor of all the filters %v", m.Groups, m.Filters)})
	}
	return append(ps, checkHidden(m.Hidden)...)
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m AlexNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	stem, x := alexNetStems[m.Stem], in[0]
	biased := s.With(func(o *nn.Options) {
		if m.Bias != 0 {
			o.BiasInit = fmt.Sprintf("constant(%v)", m.Bias)
		}
	})
	for i, filters := range m.Filters {
		n, at := i+1, s
		f := nn.Filter{Size: [2]int{3, 3}, Pad: [2]int{1, 1}}
		if i < len(stem) {
			c := stem[i]
			f = nn.Filter{Size: [2]int{c.size, c.size}, Stride: [2]int{c.stride, c.stride}, Pad: [2]int{c.pad, c.pad}}
		}
		if n == 2 || n == 4 || n == 5 {
			at, f.Groups = biased, m.Groups
		}
		x = nn.Conv2D(at.In("conv%d", n).BeforeNorm(), x, filters, f)
		x = nn.Act(s.In("relu%d", n), nn.Norm(s.In("bn%d", n), x))
		if m.LRN && n <= 2 {
			x = responseNorm(s.In("norm%d", n), x)
		}
		if n <= 2 || n == 5 {
			x = m.pool(s.In("pool%d", n), x)
		}
	}
	for i, units := range m.Hidden {
		n := i + 6
		x = nn.FullyConnected(biased.In("fc%d", n).BeforeNorm(), x, units)
		x = nn.Act(s.In("relu%d", n), nn.Norm(s.In("bn%d", n), x))
		x = nn.Dropout(s.In("dropout%d", n), x)
	}
	return nn.Logits(s.In("fc%d", len(m.Hidden)+6), x)
}

// pool is section 3.4.
func (m AlexNet) pool(s *nn.Scope, x *G.Node) *G.Node {
	if m.Overlap {
		return nn.MaxPoolCeil(s, x, 3, 2, 0)
	}
	return nn.MaxPool(s, x, 2, 2, 0)
}
