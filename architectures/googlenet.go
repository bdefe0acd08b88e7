package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/datasets/images"
	"zoo/nn"
)

// GoogLeNet is the network of Szegedy et al. 2014, Table 1: 22 layers deep, nine
// Inception modules, a global mean in place of large linear layers, and two
// auxiliary classifiers half way up that are computed only in training.
//
// Names are torchvision's, whose network differs from the paper's: it has batch
// norms instead of biases and of local response normalisation, its third branch
// has 3×3 filters where the paper has 5×5, and its poolings differ.
//
// The paper does not give the constants of its local response normalisation;
// those here are AlexNet's.
//
// The weights that torchvision publishes are for values from −1 to 1: it rescales pictures
// that were prepared in its usual way.
type GoogLeNet struct {
	Stem       string  `doc:"imagenet: 7×7 convolution of stride 2, 1×1 and 3×3, and pooling after the first and the last; small: 3×3 convolution" enum:"imagenet,small"`
	Divisor    int     `doc:"divides the number of filters and hidden units of every layer; 1: the paper's"`
	Filter     int     `doc:"side of the filters of the third branch: 5; 3 in torchvision"`
	Pooling    string  `doc:"paper: 3×3 before inception5a, 5×5 with stride 3 in the auxiliary classifiers; torchvision: 2×2, and averages to 4×4" enum:"paper,torchvision"`
	LRN        bool    `doc:"local response normalisation in the imagenet stem"`
	Aux        float64 `doc:"weight of the loss of each of the two auxiliary classifiers; 0: there are none"`
	AuxDropout float64 `doc:"probability with which the auxiliary classifiers drop a value"`
}

func init() {
	m := Model{
		Paper:   "Szegedy et al. 2014, Going deeper with convolutions",
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu", Dropout: 0.4},
		Data:    datasets.Images(224, 224, 3, 1000),
	}
	registerAll(m, []preset{
		{"googlenet-paper", GoogLeNet{Stem: "imagenet", Divisor: 1, Filter: 5, Pooling: "paper", LRN: true, Aux: 0.3, AuxDropout: 0.7}},
	})
	m.Options.Norm, m.Options.NormEps = "batch", 1e-3
	registerAll(m, []preset{
		{"googlenet-bn", GoogLeNet{Stem: "imagenet", Divisor: 1, Filter: 5, Pooling: "paper"}},
	})
	m.Options.Dropout = 0.2
	m.Photos = images.Inception(256, 224, "bilinear") // torchvision's weights
	registerAll(m, []preset{
		{"googlenet", GoogLeNet{Stem: "imagenet", Divisor: 1, Filter: 3, Pooling: "torchvision", Aux: 0.3, AuxDropout: 0.7}},
	})
}

// A googlenetModule is a row of Table 1: the filters of each convolution.
type googlenetModule struct {
	one                int // 1×1
	threeReduce, three int // 1×1, 3×3
	fiveReduce, five   int // 1×1, 5×5
	pool               int // 1×1 after pooling
	auxiliary          string
}

// googlenetModules are those of 28×28, 14×14 and 7×7 pixels: inception3a to 5b.
var googlenetModules = [][]googlenetModule{
	{
		{64, 96, 128, 16, 32, 32, ""},
		{128, 128, 192, 32, 96, 64, ""},
	}, {
		{192, 96, 208, 16, 48, 64, "aux1"},
		{160, 112, 224, 24, 64, 64, ""},
		{128, 128, 256, 24, 64, 64, ""},
		{112, 144, 288, 32, 64, 64, "aux2"},
		{256, 160, 320, 32, 128, 128, ""},
	}, {
		{256, 160, 320, 32, 128, 128, ""},
		{384, 192, 384, 48, 128, 128, ""},
	},
}

// Validate reports hyperparameters that no network can have.
func (m GoogLeNet) Validate() (ps []nn.Problem) {
	ps = append(checkFamily(m.Stem, m.Divisor), checkAux(m.Aux)...)
	if m.Filter < 1 || m.Filter%2 == 0 {
		ps = append(ps, nn.Problem{Key: "filter", Message: fmt.Sprintf("have %d, want an odd side", m.Filter)})
	}
	ps = append(ps, checkWord("pooling", m.Pooling, []string{"paper", "torchvision"})...)
	if !(m.AuxDropout >= 0 && m.AuxDropout < 1) {
		ps = append(ps, nn.Problem{Key: "aux_dropout", Message: fmt.Sprintf("have %v, want a probability in [0, 1)", m.AuxDropout)})
	}
	return ps
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m GoogLeNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := m.stem(s, in[0])
	for stage, modules := range googlenetModules {
		switch {
		case stage == 1:
			x = nn.MaxPoolCeil(s.In("maxpool3"), x, 3, 2, 0)
		case stage == 2 && m.Pooling == "torchvision":
			x = nn.MaxPoolCeil(s.In("maxpool4"), x, 2, 2, 0)
		case stage == 2:
			x = nn.MaxPoolCeil(s.In("maxpool4"), x, 3, 2, 0)
		}
		for i, f := range modules {
			x = m.module(s.In("inception%d%c", stage+3, 'a'+i), x, f)
			if f.auxiliary != "" && m.Aux > 0 {
				m.aux(s.In("%s", f.auxiliary), x)
			}
		}
	}
	x = nn.Dropout(s.In("dropout"), nn.GlobalAvgPool(s.In("avgpool"), x))
	return nn.Logits(s.In("fc"), x)
}

func (m GoogLeNet) stem(s *nn.Scope, x *G.Node) *G.Node {
	d := divisor(m.Divisor)
	if m.Stem == "small" {
		return d.smallStem(s, x, 192)
	}
	x = d.unit(64, nn.Filter{Size: [2]int{7, 7}, Stride: [2]int{2, 2}, Pad: [2]int{3, 3}})(s.In("conv1"), x)
	x = m.lrn(s.In("lrn1"), nn.MaxPoolCeil(s.In("maxpool1"), x, 3, 2, 0))
	x = d.conv(64, 1)(s.In("conv2"), x)
	x = m.lrn(s.In("lrn2"), d.conv(192, 3)(s.In("conv3"), x))
	return nn.MaxPoolCeil(s.In("maxpool2"), x, 3, 2, 0)
}

func (m GoogLeNet) lrn(s *nn.Scope, x *G.Node) *G.Node {
	if !m.LRN {
		return x
	}
	return responseNorm(s, x)
}

// module is an Inception module, Figure 2(b).
func (m GoogLeNet) module(s *nn.Scope, x *G.Node, f googlenetModule) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(f.one, 1)(s.In("branch1"), x),
		chain(s, x, "branch2.%d", 0, d.conv(f.threeReduce, 1), d.conv(f.three, 3)),
		chain(s, x, "branch3.%d", 0, d.conv(f.fiveReduce, 1), d.conv(f.five, m.Filter)),
		chain(s, x, "branch4.%d", 0, maximumPool, d.conv(f.pool, 1)))
}

// aux is an auxiliary classifier: section 5.
func (m GoogLeNet) aux(s *nn.Scope, x *G.Node) {
	d := divisor(m.Divisor)
	if m.Pooling == "torchvision" {
		x = nn.AdaptiveAvgPool(s.In("pool"), x, 4, 4)
	} else {
		x = nn.AvgPool(s.In("pool"), x, 5, 3, 0)
	}
	x = d.conv(128, 1)(s.In("conv"), x)
	x = nn.Act(s.In("relu"), nn.FullyConnected(s.In("fc1"), x, d.of(1024)))
	x = nn.Dropout(s.In("dropout").With(func(o *nn.Options) { o.Dropout = m.AuxDropout }), x)
	s.Auxiliary(m.Aux, nn.Logits(s.In("fc2"), x))
}
