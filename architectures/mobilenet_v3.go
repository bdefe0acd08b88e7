package architectures

import (
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// MobileNetV3 is one of the two networks of Howard et al. 2019, Tables 1 and 2, in
// torchvision's names. In the deeper blocks, and in all layers outside of blocks, hard swish
// replaces the activation; squeeze-and-excitation keeps it.
type MobileNetV3 struct {
	Size      string  `doc:"which of the paper's two networks: small, large" enum:"small,large"`
	Stem      string  `doc:"imagenet: 3×3 convolution of stride 2; small: of stride 1, and blocks halve the image once less" enum:"imagenet,small"`
	Width     float64 `doc:"multiplies the number of filters, which are then rounded to multiples of 8"`
	HardSwish bool    `doc:"hard swish where the paper has it; false: the activation everywhere"`
}

// A mobileV3Block is a row of the tables.
type mobileV3Block struct {
	kernel, expanded, filters int
	squeeze, swish            bool
	stride                    int
}

var mobileV3Blocks = map[string][]mobileV3Block{
	"large": {
		{3, 16, 16, false, false, 1},
		{3, 64, 24, false, false, 2},
		{3, 72, 24, false, false, 1},
		{5, 72, 40, true, false, 2},
		{5, 120, 40, true, false, 1},
		{5, 120, 40, true, false, 1},
		{3, 240, 80, false, true, 2},
		{3, 200, 80, false, true, 1},
		{3, 184, 80, false, true, 1},
		{3, 184, 80, false, true, 1},
		{3, 480, 112, true, true, 1},
		{3, 672, 112, true, true, 1},
		{5, 672, 160, true, true, 2},
		{5, 960, 160, true, true, 1},
		{5, 960, 160, true, true, 1},
	},
	"small": {
		{3, 16, 16, true, false, 2},
		{3, 72, 24, false, false, 2},
		{3, 88, 24, false, false, 1},
		{5, 96, 40, true, true, 2},
		{5, 240, 40, true, true, 1},
		{5, 240, 40, true, true, 1},
		{5, 120, 48, true, true, 1},
		{5, 144, 48, true, true, 1},
		{5, 288, 96, true, true, 2},
		{5, 576, 96, true, true, 1},
		{5, 576, 96, true, true, 1},
	},
}

// mobileV3Hidden is the number of units of the hidden linear layer.
var mobileV3Hidden = map[string]float64{"large": 1280, "small": 1024}

func init() {
	registerAll(Model{
		Paper:   "Howard et al. 2019, Searching for MobileNetV3",
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", NormEps: 1e-3, Activation: "relu", Dropout: 0.2},
		Data:    datasets.Images(224, 224, 3, 1000),
	}, []preset{
		{"mobilenet_v3_small", MobileNetV3{Size: "small", Stem: "imagenet", Width: 1, HardSwish: true}},
		{"mobilenet_v3_large", MobileNetV3{Size: "large", Stem: "imagenet", Width: 1, HardSwish: true}},
	})
}

// Validate reports hyperparameters that no network can have.
func (m MobileNetV3) Validate() []nn.Problem {
	return slices.Concat(checkWord("size", m.Size, []string{"small", "large"}), checkWord("stem", m.Stem, stems), checkWidth(m.Width))
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m MobileNetV3) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	swish, blocks := withSwish(s, m.HardSwish), m.blocks()
	x := mobileStem(swish.In("features.0"), in[0], m.of(16), m.Stem)
	x = invertedResiduals(s, x, blocks)
	x = convNormAct(swish.In("features.%d", len(blocks)+1), x, 6*x.Shape()[3], nn.Filter{Size: [2]int{1, 1}})
	x = nn.GlobalAvgPool(s.In("avgpool"), x)
	x = nn.Act(swish.In("classifier.1"), nn.Linear(swish.In("classifier.0"), x, m.of(mobileV3Hidden[m.Size])))
	return nn.Logits(s.In("classifier.3"), nn.Dropout(s.In("classifier.2"), x))
}

// of is the number of filters that a layer has instead of the paper's.
func (m MobileNetV3) of(filters float64) int { return byEight(filters * m.Width) }

// blocks are the rows of the paper's table.
func (m MobileNetV3) blocks() (blocks []invertedResidual) {
	for _, row := range mobileV3Blocks[m.Size] {
		b := invertedResidual{kernel: row.kernel, expanded: m.of(float64(row.expanded)), filters: m.of(float64(row.filters)), stride: row.stride, swish: row.swish && m.HardSwish, parts: "block"}
		if row.squeeze {
			b.squeeze = byEight(float64(b.expanded / 4))
		}
		blocks = append(blocks, b)
	}
	return forStem(blocks, m.Stem)
}
