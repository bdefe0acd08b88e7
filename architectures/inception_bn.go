package architectures

import (
	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// InceptionBN is the network of Ioffe & Szegedy 2015, Figure 5, which is also
// called BN-Inception and Inception-v2: GoogLeNet with batch norms, two 3×3
// convolutions in place of each 5×5, one more module of 28×28 pixels, mean pooling
// in most modules, and modules of stride 2 whose last branch is only pooling.
//
// The figure gives 576 channels for 4c and 4d, and 1024 for 4e; the filters that
// it lists for them add up to 608, 608 and 1056, which is what is built here, as
// in the published Caffe model. The first convolution is an ordinary one, where the paper
// has a separable one. Parameters have the names of GoogLeNet.
type InceptionBN struct {
	Stem    string `doc:"imagenet: 7×7 convolution of stride 2, 1×1 and 3×3, and pooling after the first and the last; small: 3×3 convolution" enum:"imagenet,small"`
	Divisor int    `doc:"divides the number of filters of every layer; 1: the paper's"`
}

func init() {
	Register(Model{
		Name: "inception-bn", Paper: "Ioffe & Szegedy 2015, Batch normalization: accelerating deep network training by reducing internal covariate shift",
		Network: InceptionBN{Stem: "imagenet", Divisor: 1},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", NormEps: 1e-3, Activation: "relu"},
		Data:    datasets.Images(224, 224, 3, 1000),
	})
}

// An inceptionBNModule is a row of Figure 5: the filters of each convolution. One
// of stride 2 has neither a 1×1 branch nor a convolution after its pooling.
type inceptionBNModule struct {
	one                  int // 1×1
	threeReduce, three   int // 1×1, 3×3
	doubleReduce, double int // 1×1, two 3×3
	pooling              layer
	pool                 int // 1×1 after pooling
}

// inceptionBNModules are those of 28×28, 14×14 and 7×7 pixels: inception3a to 5b.
var inceptionBNModules = [][]inceptionBNModule{
	{
		{64, 64, 64, 64, 96, averagePool, 32},
		{64, 64, 96, 64, 96, averagePool, 64},
		{0, 128, 160, 64, 96, nil, 0}, // stride 2
	}, {
		{224, 64, 96, 96, 128, averagePool, 128},
		{192, 96, 128, 96, 128, averagePool, 128},
		{160, 128, 160, 128, 160, averagePool, 128},
		{96, 128, 192, 160, 192, averagePool, 128},
		{0, 128, 192, 192, 256, nil, 0}, // stride 2
	}, {
		{352, 192, 320, 160, 224, averagePool, 128},
		{352, 192, 320, 192, 224, maximumPool, 128},
	},
}

// Validate reports hyperparameters that no network can have.
func (m InceptionBN) Validate() []nn.Problem { return checkFamily(m.Stem, m.Divisor) }

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m InceptionBN) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := GoogLeNet{Stem: m.Stem, Divisor: m.Divisor}.stem(s, in[0])
	for stage, modules := range inceptionBNModules {
		for i, f := range modules {
			at := s.In("inception%d%c", stage+3, 'a'+i)
			if f.pooling == nil {
				x = m.reduction(at, x, f)
			} else {
				x = m.module(at, x, f)
			}
		}
	}
	return nn.Logits(s.In("fc"), nn.Dropout(s.In("dropout"), nn.GlobalAvgPool(s.In("avgpool"), x)))
}

func (m InceptionBN) module(s *nn.Scope, x *G.Node, f inceptionBNModule) *G.Node {
	d := divisor(m.Divisor)
	return nn.Concat(s.In("concat"),
		d.conv(f.one, 1)(s.In("branch1"), x),
		chain(s, x, "branch2.%d", 0, d.conv(f.threeReduce, 1), d.conv(f.three, 3)),
		chain(s, x, "branch3.%d", 0, d.conv(f.doubleReduce, 1), d.conv(f.double, 3), d.conv(f.double, 3)),
		chain(s, x, "branch4.%d", 0, f.pooling, d.conv(f.pool, 1)))
}

// reduction is a module of stride 2. All branches are padded, so that their sizes agree for
// images of odd sizes, too.
func (m InceptionBN) reduction(s *nn.Scope, x *G.Node, f inceptionBNModule) *G.Node {
	d := divisor(m.Divisor)
	strided := func(filters int) layer {
		return d.unit(filters, nn.Filter{Size: [2]int{3, 3}, Stride: [2]int{2, 2}, Pad: [2]int{1, 1}})
	}
	return nn.Concat(s.In("concat"),
		chain(s, x, "branch2.%d", 0, d.conv(f.threeReduce, 1), strided(f.three)),
		chain(s, x, "branch3.%d", 0, d.conv(f.doubleReduce, 1), d.conv(f.double, 3), strided(f.double)),
		nn.MaxPool(s.In("branch4"), x, 3, 2, 1))
}
