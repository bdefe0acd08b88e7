package architectures

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// DenseNet is the network of Huang et al. 2017, in torchvision's names: blocks in
// which every layer sees the outputs of all layers before it and adds Growth
// channels of its own, and transitions between the blocks that halve the image.
// A layer is a norm, an activation and a 3×3 convolution; a Bottleneck adds a norm, an
// activation and a 1×1 convolution before these.
//
// The last norm is norm5, as in torchvision, however many blocks there are.
type DenseNet struct {
	Blocks      []int   `doc:"layers in each block"`
	Growth      int     `doc:"channels that a layer adds: k"`
	Width       int     `doc:"filters of the first convolution"`
	Bottleneck  int     `doc:"filters of a layer's 1×1 convolution, in units of growth; 0: none"`
	Compression float64 `doc:"share of the channels that a transition keeps: θ, in (0, 1]"`
	Stem        string  `doc:"imagenet: 7×7 convolution of stride 2 and 3×3 max pooling of stride 2; small: 3×3 convolution, with no norm before the first layer's" enum:"imagenet,small"`
}

func init() {
	m := Model{
		Paper:   "Huang, Liu, van der Maaten & Weinberger 2017, Densely connected convolutional networks",
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", Activation: "relu"},
		Data:    datasets.Images(224, 224, 3, 1000),
	}
	registerAll(m, []preset{ // Table 1
		{"densenet121", DenseNet{Blocks: []int{6, 12, 24, 16}, Growth: 32, Width: 64, Bottleneck: 4, Compression: 0.5, Stem: "imagenet"}},
		{"densenet161", DenseNet{Blocks: []int{6, 12, 36, 24}, Growth: 48, Width: 96, Bottleneck: 4, Compression: 0.5, Stem: "imagenet"}},
		{"densenet169", DenseNet{Blocks: []int{6, 12, 32, 32}, Growth: 32, Width: 64, Bottleneck: 4, Compression: 0.5, Stem: "imagenet"}},
		{"densenet201", DenseNet{Blocks: []int{6, 12, 48, 32}, Growth: 32, Width: 64, Bottleneck: 4, Compression: 0.5, Stem: "imagenet"}},
	})
	m.Data = datasets.Images(32, 32, 3, 10)
	registerAll(m, []preset{ // the smallest ones of Table 2
		{"densenet40", DenseNet{Blocks: []int{12, 12, 12}, Growth: 12, Width: 16, Compression: 1, Stem: "small"}},
		{"densenet100-bc", DenseNet{Blocks: []int{16, 16, 16}, Growth: 12, Width: 24, Bottleneck: 4, Compression: 0.5, Stem: "small"}},
	})
}

// Validate reports hyperparameters that no network can have.
func (m DenseNet) Validate() (ps []nn.Problem) {
	add := func(key, format string, args ...any) {
		ps = append(ps, nn.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	if len(m.Blocks) == 0 || slices.Min(m.Blocks) < 1 {
		add("blocks", "have %v, want at least one block, and at least 1 layer in each", m.Blocks)
	}
	if m.Growth < 1 {
		add("growth", "have %d, want at least 1 channel", m.Growth)
	}
	if m.Width < 1 {
		add("width", "have %d, want at least 1 filter", m.Width)
	}
	if m.Bottleneck < 0 {
		add("bottleneck", "have %d, want at least 1, or 0 for none", m.Bottleneck)
	}
	if !(m.Compression > 0 && m.Compression <= 1) {
		add("compression", "have %v, want a share in (0, 1]", m.Compression)
	}
	return append(ps, checkWord("stem", m.Stem, stems)...)
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m DenseNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	f := s.In("features")
	size, stride := stemFilter(m.Stem)
	x := nn.Conv(f.In("conv0").BeforeNorm(), in[0], m.Width, size, stride, size/2)
	if m.Stem == "imagenet" {
		x = nn.Act(f.In("relu0"), nn.Norm(f.In("norm0"), x))
		x = nn.MaxPool(f.In("pool0"), x, 3, 2, 1)
	}
	for i, layers := range m.Blocks {
		if i > 0 {
			x = m.transition(f.In("transition%d", i), x)
		}
		for l := range layers {
			// All features so far are one node, to which a layer appends its own. This copies
			// as many values as concatenating single outputs, but gradients need only one
			// sum per layer, and not one for each pair of layers.
			at := f.In("denseblock%d.denselayer%d", i+1, l+1)
			x = nn.Concat(at.In("concat"), x, m.layer(at, x))
		}
	}
	x = nn.Act(s.In("relu"), nn.Norm(f.In("norm5"), x))
	return nn.Logits(s.In("classifier"), nn.GlobalAvgPool(s.In("avgpool"), x))
}

// layer returns the Growth new channels of a layer.
func (m DenseNet) layer(s *nn.Scope, x *G.Node) *G.Node {
	conv := 1
	if m.Bottleneck > 0 {
		x = nn.Act(s.In("relu1"), nn.Norm(s.In("norm1"), x))
		x = nn.Conv(s.In("conv1").BeforeNorm(), x, m.Bottleneck*m.Growth, 1, 1, 0)
		conv = 2
	}
	x = nn.Act(s.In("relu%d", conv), nn.Norm(s.In("norm%d", conv), x))
	x = nn.Conv(s.In("conv%d", conv).NormedLater(), x, m.Growth, 3, 1, 1)
	return nn.Dropout(s.In("dropout"), x)
}

// transition keeps Compression of the channels, and halves the image.
func (m DenseNet) transition(s *nn.Scope, x *G.Node) *G.Node {
	keep := max(1, int(float64(x.Shape()[3])*m.Compression))
	x = nn.Act(s.In("relu"), nn.Norm(s.In("norm"), x))
	x = nn.Conv(s.In("conv").NormedLater(), x, keep, 1, 1, 0)
	return nn.AvgPool(s.In("pool"), nn.Dropout(s.In("dropout"), x), 2, 2, 0)
}
