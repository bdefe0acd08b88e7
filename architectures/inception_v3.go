package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/datasets/images"
	"zoo/nn"
)

// InceptionV3 is the network of Szegedy et al. 2015, Table 1 and Figures 5 to 7,
// in torchvision's names: large filters are made of small ones, n×n of 1×n and n×1, and
// images shrink in modules that convolve and pool side by side. The auxiliary classifier has
// batch norms, and is computed only in training.
//
// The weights that torchvision publishes are for values from −1 to 1: it rescales pictures
// that were prepared in its usual way.
type InceptionV3 struct {
	Stem    string  `doc:"imagenet: five convolutions and two poolings, to an eighth of the size; small: 3×3 convolution" enum:"imagenet,small"`
	Modules []int   `doc:"modules of each of the three sizes, without those that halve images"`
	Divisor int     `doc:"divides the number of filters of every layer; 1: the paper's"`
	Aux     float64 `doc:"weight of the loss of the auxiliary classifier; 0: there is none"`
}

func init() {
	Register(Model{
		Name: "inception_v3", Paper: "Szegedy, Vanhoucke, Ioffe, Shlens & Wojna 2015, Rethinking the Inception architecture for computer vision",
		Network: InceptionV3{Stem: "imagenet", Modules: []int{3, 4, 2}, Divisor: 1, Aux: 0.4},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", NormEps: 1e-3, Activation: "relu", Dropout: 0.5},
		Data:    datasets.Images(299, 299, 3, 1000),
		Photos:  images.Inception(342, 299, "bilinear"), // torchvision's weights
	})
}

// Validate reports hyperparameters that no network can have.
func (m InceptionV3) Validate() (ps []nn.Problem) {
	ps = append(checkFamily(m.Stem, m.Divisor), checkModules("modules", m.Modules)...)
	return append(ps, checkAux(m.Aux)...)
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m InceptionV3) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := m.stem(s, in[0]) // 35×35 of 299×299
	for i := range m.Modules[0] {
		pool := 64
		if i == 0 {
			pool = 32
		}
		x = m.figure5(s.In("Mixed_5%c", 'b'+i), x, pool)
	}
	x = m.reduction6(s.In("Mixed_6a"), x) // 17×17
	for i := range m.Modules[1] {
		inner := 160
		switch i {
		case 0:
			inner = 128
		case m.Modules[1] - 1:
			inner = 192
		}
		x = m.figure6(s.In("Mixed_6%c", 'b'+i), x, inner)
	}
	if m.Aux > 0 {
		m.aux(s.In("AuxLogits"), x)
	}
	x = m.reduction7(s.In("Mixed_7a"), x) // 8×8
	for i := range m.Modules[2] {
		x = m.figure7(s.In("Mixed_7%c", 'b'+i), x)
	}
	return nn.Logits(s.In("fc"), nn.Dropout(s.In("dropout"), nn.GlobalAvgPool(s.In("avgpool"), x)))
}

func (m InceptionV3) stem(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	if m.Stem == "small" {
		return d.smallStem(s, x, 192)
	}
	x = d.valid(32, 3, 2)(s.In("Conv2d_1a_3x3"), x)
	x = d.valid(32, 3, 1)(s.In("Conv2d_2a_3x3"), x)
	x = d.conv(64, 3)(s.In("Conv2d_2b_3x3"), x)
	x = halve(s.In("maxpool1"), x)
	x = d.conv(80, 1)(s.In("Conv2d_3b_1x1"), x)
	x = d.valid(192, 3, 1)(s.In("Conv2d_4a_3x3"), x)
	return halve(s.In("maxpool2"), x)
}

// pooled is the branch of pooling and a 1×1 convolution.
func (m InceptionV3) pooled(s *nn.Scope, x *G.Node, filters int) *G.Node {
	x = nn.AvgPoolCountPad(s.In("pool"), x, 3, 1, 1)
	return divisor(m.Divisor).conv(filters, 1)(s.In("branch_pool"), x)
}

// figure5 has two 3×3 convolutions in place of a 5×5; one 5×5 is left.
func (m InceptionV3) figure5(s *nn.Scope, x *G.Node, pool int) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(64, 1)(s.In("branch1x1"), x),
		chain(s, x, "branch5x5_%d", 1, d.conv(48, 1), d.conv(64, 5)),
		chain(s, x, "branch3x3dbl_%d", 1, d.conv(64, 1), d.conv(96, 3), d.conv(96, 3)),
		m.pooled(s, x, pool))
}

// figure6 has 7×7 convolutions made of 1×7 and 7×1.
func (m InceptionV3) figure6(s *nn.Scope, x *G.Node, inner int) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(192, 1)(s.In("branch1x1"), x),
		chain(s, x, "branch7x7_%d", 1, d.conv(inner, 1), d.sided(inner, 1, 7), d.sided(192, 7, 1)),
		chain(s, x, "branch7x7dbl_%d", 1, d.conv(inner, 1),
			d.sided(inner, 7, 1), d.sided(inner, 1, 7), d.sided(inner, 7, 1), d.sided(192, 1, 7)),
		m.pooled(s, x, 192))
}

// figure7 has 1×3 and 3×1 convolutions side by side.
func (m InceptionV3) figure7(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	sideBySide := func(name string, x *G.Node) *G.Node {
		return nn.Concat(s.In("%s", name),
			d.sided(384, 1, 3)(s.In("%sa", name), x),
			d.sided(384, 3, 1)(s.In("%sb", name), x))
	}
	return nn.Concat(s.In("concat"),
		d.conv(320, 1)(s.In("branch1x1"), x),
		sideBySide("branch3x3_2", d.conv(384, 1)(s.In("branch3x3_1"), x)),
		sideBySide("branch3x3dbl_3", chain(s, x, "branch3x3dbl_%d", 1, d.conv(448, 1), d.conv(384, 3))),
		m.pooled(s, x, 192))
}

// reduction6 and reduction7 halve images: Figure 10.
func (m InceptionV3) reduction6(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.valid(384, 3, 2)(s.In("branch3x3"), x),
		chain(s, x, "branch3x3dbl_%d", 1, d.conv(64, 1), d.conv(96, 3), d.valid(96, 3, 2)),
		halve(s.In("branch_pool"), x))
}

func (m InceptionV3) reduction7(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		chain(s, x, "branch3x3_%d", 1, d.conv(192, 1), d.valid(320, 3, 2)),
		chain(s, x, "branch7x7x3_%d", 1, d.conv(192, 1), d.sided(192, 1, 7), d.sided(192, 7, 1), d.valid(192, 3, 2)),
		halve(s.In("branch_pool"), x))
}

// aux is the auxiliary classifier: Figure 8. Its first pooling reduces the paper's 17×17 to
// 5×5. Smaller images are averaged to 5×5 as well, as the second convolution has filters of
// that size.
func (m InceptionV3) aux(s *nn.Scope, x *G.Node) {
	const least = 5 + 4*3 // pixels, for five windows with stride 3
	d := divisor(m.Divisor)
	if h, w := x.Shape()[1], x.Shape()[2]; h < least || w < least {
		x = nn.AdaptiveAvgPool(s.In("pool"), x, 5, 5)
	} else {
		x = nn.AvgPool(s.In("pool"), x, 5, 3, 0)
	}
	x = d.conv(128, 1)(s.In("conv0"), x)
	x = d.valid(768, 5, 1)(s.In("conv1"), x)
	s.Auxiliary(m.Aux, nn.Logits(s.In("fc"), nn.GlobalAvgPool(s.In("avgpool"), x)))
}
