package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// VGG is the network of Simonyan & Zisserman 2014, Table 1: blocks of 3×3
// convolutions with ReLU, each block followed by 2×2 max pooling, then linear
// layers. The first block has Width filters, each further one twice as many as the previous
// one, up to 8·Width.
//
// Parameters have torchvision's names, where features counts every convolution,
// norm, activation and pooling. As there, a convolution has a bias even before a
// norm. Without norm the convolutions are, block by block,
//
//	A  0 | 3   | 6 8          | 11 13          | 16 18
//	B  0 2 | 5 7 | 10 12      | 15 17          | 20 22
//	D  0 2 | 5 7 | 10 12 14   | 17 19 21       | 24 26 28        (and C)
//	E  0 2 | 5 7 | 10 12 14 16 | 19 21 23 25   | 28 30 32 34
//
// of features; with a norm every earlier convolution adds 1. The linear layers are
// classifier.0, 3 and 6 in every column, or classifier if there is only one. The
// response norm of A-LRN is not counted, so that its names are those of A.
//
// The paper initialises deeper columns with the first four convolutions and the linear
// layers of a trained A. In an experiment (weights.only) these are
//
//	[features.0.*, features.3.*=features.5.*, features.6.*=features.10.*, features.8.*=features.12.*, classifier.*]
//
// Differs from the paper: images may have any size. Images of 224×224 pixels leave 7×7
// after five poolings; others are averaged to 7×7, as in torchvision. For images of 32×32,
// which leave one pixel, one linear layer replaces the three.
type VGG struct {
	Blocks    []int `doc:"convolutions in each block"`
	Width     int   `doc:"filters of the first block"`
	Pointwise bool  `doc:"the third convolution of a block has 1×1 filters: column C"`
	LRN       bool  `doc:"local response normalisation after the first convolution: column A-LRN"`
	Pool      int   `doc:"side to which images are averaged before the linear layers; 0: no averaging"`
	Hidden    []int `doc:"units of each linear layer before the last"`
}

// The columns of Table 1.
var (
	vggA = []int{1, 1, 2, 2, 2} // 64 M 128 M 256 256 M 512 512 M 512 512 M
	vggB = []int{2, 2, 2, 2, 2}
	vggD = []int{2, 2, 3, 3, 3} // and C
	vggE = []int{2, 2, 4, 4, 4}

	vggHidden = []int{4096, 4096}
)

func init() {
	m := Model{
		Paper:   "Simonyan & Zisserman 2014, Very deep convolutional networks for large-scale image recognition",
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "none", Activation: "relu"},
		Data:    datasets.Images(32, 32, 3, 10),
	}
	registerAll(m, []preset{
		{"vgg11-cifar", VGG{Blocks: vggA, Width: 64}},
		{"vgg13-cifar", VGG{Blocks: vggB, Width: 64}},
		{"vgg16-cifar", VGG{Blocks: vggD, Width: 64}},
		{"vgg19-cifar", VGG{Blocks: vggE, Width: 64}},
	})
	m.Options.Norm = "batch"
	registerAll(m, []preset{
		{"vgg11_bn-cifar", VGG{Blocks: vggA, Width: 64}},
		{"vgg13_bn-cifar", VGG{Blocks: vggB, Width: 64}},
		{"vgg16_bn-cifar", VGG{Blocks: vggD, Width: 64}},
		{"vgg19_bn-cifar", VGG{Blocks: vggE, Width: 64}},
	})

	m.Options.Dropout = 0.5
	m.Data = datasets.Images(224, 224, 3, 1000)
	registerAll(m, []preset{
		{"vgg11_bn", VGG{Blocks: vggA, Width: 64, Pool: 7, Hidden: vggHidden}},
		{"vgg13_bn", VGG{Blocks: vggB, Width: 64, Pool: 7, Hidden: vggHidden}},
		{"vgg16_bn", VGG{Blocks: vggD, Width: 64, Pool: 7, Hidden: vggHidden}},
		{"vgg19_bn", VGG{Blocks: vggE, Width: 64, Pool: 7, Hidden: vggHidden}},
	})
	m.Options.Norm = "none"
	registerAll(m, []preset{
		{"vgg11", VGG{Blocks: vggA, Width: 64, Pool: 7, Hidden: vggHidden}},
		{"vgg-a-lrn", VGG{Blocks: vggA, Width: 64, Pool: 7, Hidden: vggHidden, LRN: true}},
		{"vgg13", VGG{Blocks: vggB, Width: 64, Pool: 7, Hidden: vggHidden}},
		{"vgg-c", VGG{Blocks: vggD, Width: 64, Pool: 7, Hidden: vggHidden, Pointwise: true}},
		{"vgg16", VGG{Blocks: vggD, Width: 64, Pool: 7, Hidden: vggHidden}},
		{"vgg19", VGG{Blocks: vggE, Width: 64, Pool: 7, Hidden: vggHidden}},
	})
}

// Validate reports hyperparameters that no network can have.
func (m VGG) Validate() (ps []nn.Problem) {
	if len(m.Blocks) == 0 {
		ps = append(ps, nn.Problem{Key: "blocks", Message: "have none, want at least one block"})
	}
	for _, n := range m.Blocks {
		if n < 1 {
			ps = append(ps, nn.Problem{Key: "blocks", Message: fmt.Sprintf("have %v, want at least 1 convolution in each", m.Blocks)})
			break
		}
	}
	if m.Width < 1 {
		ps = append(ps, nn.Problem{Key: "width", Message: fmt.Sprintf("have %d, want at least 1 filter", m.Width)})
	}
	if m.Pool < 0 {
		ps = append(ps, nn.Problem{Key: "pool", Message: fmt.Sprintf("have %d, want a side in pixels, or 0", m.Pool)})
	}
	return append(ps, checkHidden(m.Hidden)...)
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m VGG) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x, layer := in[0], 0
	next := func() *nn.Scope {
		layer++
		return s.In("features.%d", layer-1)
	}
	for i, convs := range m.Blocks {
		for j := range convs {
			k := 3
			if m.Pointwise && j == 2 {
				k = 1
			}
			x = nn.Conv(next(), x, m.Width<<min(i, 3), k, 1, k/2)
			if s.Normed() {
				x = nn.Norm(next(), x)
			}
			x = nn.Act(next(), x)
			if m.LRN && i == 0 && j == 0 {
				x = responseNorm(s.In("features.lrn"), x)
			}
		}
		x = nn.MaxPool(next(), x, 2, 2, 0)
	}
	if m.Pool > 0 {
		x = nn.AdaptiveAvgPool(s.In("avgpool"), x, m.Pool, m.Pool)
	}
	if len(m.Hidden) == 0 {
		return nn.Logits(s.In("classifier"), nn.Dropout(s.In("dropout"), x))
	}
	for i, units := range m.Hidden {
		x = nn.Act(s.In("classifier.%d", 3*i+1), nn.FullyConnected(s.In("classifier.%d", 3*i), x, units))
		x = nn.Dropout(s.In("classifier.%d", 3*i+2), x)
	}
	return nn.Logits(s.In("classifier.%d", 3*len(m.Hidden)), x)
}
