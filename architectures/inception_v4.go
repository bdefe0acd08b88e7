package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/datasets/images"
	"zoo/nn"
)

// InceptionV4 is the network of Szegedy et al. 2016, Figures 3 to 9, in timm's
// names: a stem of modules, and three kinds of modules, between which two others halve the
// images.
type InceptionV4 struct {
	Stem    string `doc:"imagenet: three convolutions and three modules, to an eighth of the size; small: 3×3 convolution" enum:"imagenet,small"`
	Modules []int  `doc:"modules of each of the three sizes, without those that halve images: Inception-A, B and C"`
	Divisor int    `doc:"divides the number of filters of every layer; 1: the paper's"`
}

func init() {
	Register(Model{
		Name: "inception_v4", Paper: inceptionV4Paper,
		Network: InceptionV4{Stem: "imagenet", Modules: []int{4, 7, 3}, Divisor: 1},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", NormEps: 1e-3, Activation: "relu", Dropout: 0.2},
		Data:    datasets.Images(299, 299, 3, 1000),
		Photos:  images.Inception(341, 299, "bicubic"), // timm's weights
	})
}

// Validate reports hyperparameters that no network can have.
func (m InceptionV4) Validate() []nn.Problem {
	return append(checkFamily(m.Stem, m.Divisor), checkModules("modules", m.Modules)...)
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m InceptionV4) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x, first := in[0], 0
	put := func(layers ...layer) {
		x = chain(s, x, "features.%d", first, layers...)
		first += len(layers)
	}
	repeat := func(n int, l layer) {
		for range n {
			put(l)
		}
	}
	d := divisor(m.Divisor)
	if m.Stem == "small" {
		x = d.smallStem(s, x, 384)
	} else {
		put(d.valid(32, 3, 2), d.valid(32, 3, 1), d.conv(64, 3), m.mixed3a, m.mixed4a, m.mixed5a)
	}
	repeat(m.Modules[0], m.inceptionA) // 35×35 of 299×299
	put(m.reductionA)
	repeat(m.Modules[1], m.inceptionB) // 17×17
	put(m.reductionB)
	repeat(m.Modules[2], m.inceptionC) // 8×8
	x = nn.Dropout(s.In("dropout"), nn.GlobalAvgPool(s.In("global_pool"), x))
	return nn.Logits(s.In("last_linear"), x)
}

// mixed3a, mixed4a and mixed5a are the rest of the stem: Figure 3.
func (m InceptionV4) mixed3a(s *nn.Scope, x *G.Node) *G.Node {
	return nn.Concat(s.In("concat"), halve(s.In("maxpool"), x), divisor(m.Divisor).valid(96, 3, 2)(s.In("conv"), x))
}

func (m InceptionV4) mixed4a(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		chain(s, x, "branch0.%d", 0, d.conv(64, 1), d.valid(96, 3, 1)),
		chain(s, x, "branch1.%d", 0, d.conv(64, 1), d.sided(64, 1, 7), d.sided(64, 7, 1), d.valid(96, 3, 1)))
}

func (m InceptionV4) mixed5a(s *nn.Scope, x *G.Node) *G.Node {
	return nn.Concat(s.In("concat"), divisor(m.Divisor).valid(192, 3, 2)(s.In("conv"), x), halve(s.In("maxpool"), x))
}

// inceptionA is Figure 4.
func (m InceptionV4) inceptionA(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(96, 1)(s.In("branch0"), x),
		chain(s, x, "branch1.%d", 0, d.conv(64, 1), d.conv(96, 3)),
		chain(s, x, "branch2.%d", 0, d.conv(64, 1), d.conv(96, 3), d.conv(96, 3)),
		chain(s, x, "branch3.%d", 0, averagePool, d.conv(96, 1)))
}

// reductionA is Figure 7 with the filters of Table 1.
func (m InceptionV4) reductionA(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.valid(384, 3, 2)(s.In("branch0"), x),
		chain(s, x, "branch1.%d", 0, d.conv(192, 1), d.conv(224, 3), d.valid(256, 3, 2)),
		halve(s.In("branch2"), x))
}

// inceptionB is Figure 5.
func (m InceptionV4) inceptionB(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(384, 1)(s.In("branch0"), x),
		chain(s, x, "branch1.%d", 0, d.conv(192, 1), d.sided(224, 1, 7), d.sided(256, 7, 1)),
		chain(s, x, "branch2.%d", 0, d.conv(192, 1),
			d.sided(192, 7, 1), d.sided(224, 1, 7), d.sided(224, 7, 1), d.sided(256, 1, 7)),
		chain(s, x, "branch3.%d", 0, averagePool, d.conv(128, 1)))
}

// reductionB is Figure 8.
func (m InceptionV4) reductionB(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		chain(s, x, "branch0.%d", 0, d.conv(192, 1), d.valid(192, 3, 2)),
		chain(s, x, "branch1.%d", 0, d.conv(256, 1), d.sided(256, 1, 7), d.sided(320, 7, 1), d.valid(320, 3, 2)),
		halve(s.In("branch2"), x))
}

// inceptionC is Figure 6.
func (m InceptionV4) inceptionC(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	sideBySide := func(name string, x *G.Node) *G.Node {
		return nn.Concat(s.In("%s", name),
			d.sided(256, 1, 3)(s.In("%sa", name), x),
			d.sided(256, 3, 1)(s.In("%sb", name), x))
	}
	return nn.Concat(s.In("concat"),
		d.conv(256, 1)(s.In("branch0"), x),
		sideBySide("branch1_1", d.conv(384, 1)(s.In("branch1_0"), x)),
		sideBySide("branch2_3", chain(s, x, "branch2_%d", 0, d.conv(384, 1), d.sided(448, 3, 1), d.sided(512, 1, 3))),
		chain(s, x, "branch3.%d", 0, averagePool, d.conv(256, 1)))
}
