package architectures

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// MobileNetV2 is the network of Sandler et al. 2018, Table 2, in torchvision's names.
type MobileNetV2 struct {
	Stem   string  `doc:"imagenet: 3×3 convolution of stride 2; small: of stride 1, and blocks halve the image once less" enum:"imagenet,small"`
	Width  float64 `doc:"multiplies the number of filters, which are then rounded to multiples of 8; the last convolution's only if it is above 1"`
	Blocks []int   `doc:"inverted residuals in each stage; the paper has 7 stages"`
}

// mobileV2Stages are the rows of Table 2: the factor by which blocks expand their channels,
// filters, and the stride of the first block.
var mobileV2Stages = []struct{ expansion, filters, stride int }{
	{1, 16, 1}, {6, 24, 2}, {6, 32, 2}, {6, 64, 2}, {6, 96, 1}, {6, 160, 2}, {6, 320, 1},
}

func init() {
	Register(Model{
		Name: "mobilenet_v2", Paper: "Sandler et al. 2018, MobileNetV2: inverted residuals and linear bottlenecks",
		Network: MobileNetV2{Stem: "imagenet", Width: 1, Blocks: []int{1, 2, 3, 4, 3, 3, 1}},
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", Activation: "relu6", Dropout: 0.2},
		Data:    datasets.Images(224, 224, 3, 1000),
	})
}

// Validate reports hyperparameters that no network can have.
func (m MobileNetV2) Validate() []nn.Problem {
	ps := append(checkWord("stem", m.Stem, stems), checkWidth(m.Width)...)
	if n := len(mobileV2Stages); len(m.Blocks) == 0 || len(m.Blocks) > n || slices.Min(m.Blocks) < 1 {
		ps = append(ps, nn.Problem{Key: "blocks", Message: fmt.Sprintf("have %v, want 1 to %d stages, and at least 1 block in each", m.Blocks, n)})
	}
	return ps
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m MobileNetV2) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := mobileStem(s.In("features.0"), in[0], byEight(32*m.Width), m.Stem)
	blocks := m.blocks(x.Shape()[3])
	x = invertedResiduals(s, x, blocks)
	x = convNormAct(s.In("features.%d", len(blocks)+1), x, byEight(1280*max(1, m.Width)), nn.Filter{Size: [2]int{1, 1}})
	x = nn.Dropout(s.In("classifier.0"), nn.GlobalAvgPool(s.In("avgpool"), x))
	return nn.Logits(s.In("classifier.1"), x)
}

// blocks are the blocks of all stages.
func (m MobileNetV2) blocks(channels int) (blocks []invertedResidual) {
	for i, n := range m.Blocks {
		stage := mobileV2Stages[i]
		stride := stage.stride
		for range n {
			b := invertedResidual{kernel: 3, expanded: stage.expansion * channels, filters: byEight(float64(stage.filters) * m.Width), stride: stride, parts: "conv", bare: true}
			blocks = append(blocks, b)
			channels, stride = b.filters, 1
		}
	}
	return forStem(blocks, m.Stem)
}
