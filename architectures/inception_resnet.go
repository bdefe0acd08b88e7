package architectures

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/datasets/images"
	"zoo/nn"
)

// InceptionResNet is Inception-ResNet-v2 of Szegedy et al. 2016, Figure 15, in
// timm's names: modules whose result, brought to the channels of their input by a
// 1×1 convolution without norm and activation, is scaled down and added to it. The
// scales keep the training of wide networks stable: section 3.3.
//
// As in the published network, the last module is added without scaling, and is not followed
// by an activation.
type InceptionResNet struct {
	Stem    string    `doc:"imagenet: five convolutions and two poolings, to an eighth of the size; small: 3×3 convolution" enum:"imagenet,small"`
	Modules []int     `doc:"residual modules of each of the three sizes"`
	Scale   []float64 `doc:"factor of the branches of the modules of each size"`
	Divisor int       `doc:"divides the number of filters of every layer; 1: the paper's"`
}

func init() {
	Register(Model{
		Name: "inception_resnet_v2", Paper: inceptionV4Paper,
		Network: InceptionResNet{Stem: "imagenet", Modules: []int{10, 20, 10}, Scale: []float64{0.17, 0.10, 0.20}, Divisor: 1},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", NormEps: 1e-3, Activation: "relu", Dropout: 0.2},
		Data:    datasets.Images(299, 299, 3, 1000),
		Photos:  images.Inception(333, 299, "bicubic"), // timm's weights
	})
}

// Validate reports hyperparameters that no network can have.
func (m InceptionResNet) Validate() (ps []nn.Problem) {
	ps = append(checkFamily(m.Stem, m.Divisor), checkModules("modules", m.Modules)...)
	ok := len(m.Scale) == 3
	for _, by := range m.Scale {
		ok = ok && !math.IsNaN(by) && !math.IsInf(by, 0)
	}
	if !ok {
		ps = append(ps, nn.Problem{Key: "scale", Message: fmt.Sprintf("have %v, want three finite numbers", m.Scale)})
	}
	return ps
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m InceptionResNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := m.stem(s, in[0])
	for i := range m.Modules[0] { // 35×35 of 299×299
		x = m.residual(s.In("repeat.%d", i), x, m.Scale[0], m.block35)
	}
	x = m.mixed6a(s.In("mixed_6a"), x)
	for i := range m.Modules[1] { // 17×17
		x = m.residual(s.In("repeat_1.%d", i), x, m.Scale[1], m.block17)
	}
	x = m.mixed7a(s.In("mixed_7a"), x)
	for i := range m.Modules[2] - 1 { // 8×8
		x = m.residual(s.In("repeat_2.%d", i), x, m.Scale[2], m.block8)
	}
	last := s.In("block8").With(func(o *nn.Options) { o.Activation = "linear" })
	x = m.residual(last, x, 1, func(in *nn.Scope, x *G.Node) *G.Node {
		return m.block8(in.With(func(o *nn.Options) { o.Activation = s.Options().Activation }), x)
	})
	x = divisor(m.Divisor).conv(1536, 1)(s.In("conv2d_7b"), x)
	x = nn.Dropout(s.In("dropout"), nn.GlobalAvgPool(s.In("global_pool"), x))
	return nn.Logits(s.In("classif"), x)
}

func (m InceptionResNet) stem(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	if m.Stem == "small" {
		x = d.smallStem(s, x, 192)
	} else {
		x = d.valid(32, 3, 2)(s.In("conv2d_1a"), x)
		x = d.valid(32, 3, 1)(s.In("conv2d_2a"), x)
		x = d.conv(64, 3)(s.In("conv2d_2b"), x)
		x = halve(s.In("maxpool_3a"), x)
		x = d.conv(80, 1)(s.In("conv2d_3b"), x)
		x = d.valid(192, 3, 1)(s.In("conv2d_4a"), x)
		x = halve(s.In("maxpool_5a"), x)
	}
	return m.mixed5b(s.In("mixed_5b"), x)
}

// residual adds the scaled output of a module to its input.
func (m InceptionResNet) residual(s *nn.Scope, x *G.Node, scale float64, module layer) *G.Node {
	const deepest = 4 // weight layers in a row, including conv2d
	in := s.Branch(m.Modules[0]+m.Modules[1]+m.Modules[2], deepest)
	y := nn.Conv(in.Last().In("conv2d"), module(in, x), x.Shape()[3], 1, 1, 0)
	return nn.Act(s.In("relu"), nn.Add(s.In("add"), nn.Scale(s.In("scale"), y, scale), x))
}

// block35 is Inception-ResNet-A, Figure 16; block17 B, Figure 17; block8 C, Figure 19.
func (m InceptionResNet) block35(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(32, 1)(s.In("branch0"), x),
		chain(s, x, "branch1.%d", 0, d.conv(32, 1), d.conv(32, 3)),
		chain(s, x, "branch2.%d", 0, d.conv(32, 1), d.conv(48, 3), d.conv(64, 3)))
}

func (m InceptionResNet) block17(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(192, 1)(s.In("branch0"), x),
		chain(s, x, "branch1.%d", 0, d.conv(128, 1), d.sided(160, 1, 7), d.sided(192, 7, 1)))
}

func (m InceptionResNet) block8(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(192, 1)(s.In("branch0"), x),
		chain(s, x, "branch1.%d", 0, d.conv(192, 1), d.sided(224, 1, 3), d.sided(256, 3, 1)))
}

// mixed5b is the end of the stem; mixed6a and mixed7a, Figures 7 and 18, halve images.
func (m InceptionResNet) mixed5b(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(96, 1)(s.In("branch0"), x),
		chain(s, x, "branch1.%d", 0, d.conv(48, 1), d.conv(64, 5)),
		chain(s, x, "branch2.%d", 0, d.conv(64, 1), d.conv(96, 3), d.conv(96, 3)),
		chain(s, x, "branch3.%d", 0, averagePool, d.conv(64, 1)))
}

func (m InceptionResNet) mixed6a(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.valid(384, 3, 2)(s.In("branch0"), x),
		chain(s, x, "branch1.%d", 0, d.conv(256, 1), d.conv(256, 3), d.valid(384, 3, 2)),
		halve(s.In("branch2"), x))
}

func (m InceptionResNet) mixed7a(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		chain(s, x, "branch0.%d", 0, d.conv(256, 1), d.valid(384, 3, 2)),
		chain(s, x, "branch1.%d", 0, d.conv(256, 1), d.valid(288, 3, 2)),
		chain(s, x, "branch2.%d", 0, d.conv(256, 1), d.conv(288, 3), d.valid(320, 3, 2)),
		halve(s.In("branch3"), x))
}
