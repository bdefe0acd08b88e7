package architectures

import (
	"cmp"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// ResNet is the network of He et al. 2015, Table 1, in torchvision's names: a
// stem, stages of residual blocks, and a linear layer. The first stage has Width filters, each
// further one twice as many. A basic block is two 3×3 convolutions; a
// bottleneck is a 1×1 down, a 3×3, and a 1×1 up to four times the filters.
// Cardinality and GroupWidth turn it into ResNeXt (C×d of Xie et al. 2017) and into the wide
// network of Zagoruyko & Komodakis 2016.
//
// Shortcut none is the paper's plain network: the same layers, names and initial
// weights. With PreAct, the units are those of He et al. 2016: the stem's norm and
// activation replace the first unit's; in the other units a projection, which has no norm of
// its own, sees the activated input; and a norm and an activation follow the last unit,
// bn_last and relu_last.
type ResNet struct {
	Block       string `doc:"basic: two 3×3 convolutions; bottleneck: 1×1, 3×3 and 1×1, the last four times as wide" enum:"basic,bottleneck"`
	Blocks      []int  `doc:"blocks in each stage"`
	Width       int    `doc:"filters of the first stage; each further one has twice as many"`
	Cardinality int    `doc:"groups of a bottleneck's 3×3 convolution (Xie et al. 2017)"`
	GroupWidth  int    `doc:"filters of each group in the first stage; each further one has twice as many; 0: width / cardinality"`
	Stem        string `doc:"imagenet: 7×7 convolution of stride 2 and 3×3 max pooling of stride 2; small: 3×3 convolution" enum:"imagenet,small"`
	Shortcut    string `doc:"A: identity, subsampled and padded with zero channels where sizes change; B: a 1×1 convolution where sizes change; C: a 1×1 convolution in every block; none: plain network" enum:"A,B,C,none"`
	StrideFirst bool   `doc:"a bottleneck strides in its first 1×1 convolution, as in the paper, and not in its 3×3, as in torchvision (v1.5)"`
	PreAct      bool   `doc:"norm and activation before each convolution (He et al. 2016)"`
}

const (
	resnextPaper    = "Xie, Girshick, Dollár, Tu & He 2017, Aggregated residual transformations for deep neural networks"
	wideResNetPaper = "Zagoruyko & Komodakis 2016, Wide residual networks"
)

func init() {
	model := func(paper string) Model {
		return Model{
			Paper:   paper,
			Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", Activation: "relu"},
			Data:    datasets.Images(224, 224, 3, 1000),
		}
	}
	basic := func(shortcut string, blocks ...int) ResNet {
		return ResNet{Block: "basic", Blocks: blocks, Width: 64, Cardinality: 1, Stem: "imagenet", Shortcut: shortcut}
	}
	bottleneck := func(cardinality, groupWidth int, blocks ...int) ResNet {
		return ResNet{Block: "bottleneck", Blocks: blocks, Width: 64, Cardinality: cardinality, GroupWidth: groupWidth, Stem: "imagenet", Shortcut: "B"}
	}
	v1 := func(m ResNet) ResNet { m.StrideFirst = true; return m }
	preact := func(m ResNet) ResNet { m.PreAct = true; return m }

	registerAll(model(resnetPaper), []preset{
		{"plain18", basic("none", 2, 2, 2, 2)},
		{"plain34", basic("none", 3, 4, 6, 3)},
		{"resnet18", basic("B", 2, 2, 2, 2)},
		{"resnet18-a", basic("A", 2, 2, 2, 2)},
		{"resnet18-c", basic("C", 2, 2, 2, 2)},
		{"resnet34", basic("B", 3, 4, 6, 3)},
		{"resnet34-a", basic("A", 3, 4, 6, 3)},
		{"resnet34-c", basic("C", 3, 4, 6, 3)},
		{"resnet50", bottleneck(1, 0, 3, 4, 6, 3)},
		{"resnet101", bottleneck(1, 0, 3, 4, 23, 3)},
		{"resnet152", bottleneck(1, 0, 3, 8, 36, 3)},
		{"resnet50-v1", v1(bottleneck(1, 0, 3, 4, 6, 3))},
		{"resnet101-v1", v1(bottleneck(1, 0, 3, 4, 23, 3))},
		{"resnet152-v1", v1(bottleneck(1, 0, 3, 8, 36, 3))},
	})
	registerAll(model(preactPaper), []preset{
		{"preact-resnet18", preact(basic("B", 2, 2, 2, 2))},
		{"preact-resnet34", preact(basic("B", 3, 4, 6, 3))},
		{"preact-resnet50", preact(bottleneck(1, 0, 3, 4, 6, 3))},
		{"preact-resnet101", preact(bottleneck(1, 0, 3, 4, 23, 3))},
		{"preact-resnet152", preact(bottleneck(1, 0, 3, 8, 36, 3))},
		{"preact-resnet200", preact(bottleneck(1, 0, 3, 24, 36, 3))},
	})
	registerAll(model(resnextPaper), []preset{
		{"resnext50_32x4d", bottleneck(32, 4, 3, 4, 6, 3)},
		{"resnext101_32x8d", bottleneck(32, 8, 3, 4, 23, 3)},
		{"resnext101_64x4d", bottleneck(64, 4, 3, 4, 23, 3)},
	})
	registerAll(model(wideResNetPaper), []preset{
		{"wide_resnet50_2", bottleneck(1, 128, 3, 4, 6, 3)},
		{"wide_resnet101_2", bottleneck(1, 128, 3, 4, 23, 3)},
	})
}

// Validate reports hyperparameters that no network can have.
func (m ResNet) Validate() (ps []nn.Problem) {
	add := func(key, format string, args ...any) {
		ps = append(ps, nn.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	ps = slices.Concat(
		checkWord("block", m.Block, []string{"basic", "bottleneck"}),
		checkWord("stem", m.Stem, stems),
		checkWord("shortcut", m.Shortcut, []string{"A", "B", "C", "none"}))
	if len(m.Blocks) == 0 || slices.Min(m.Blocks) < 1 {
		add("blocks", "have %v, want at least one stage, and at least 1 block in each", m.Blocks)
	}
	if m.Width < 1 {
		add("width", "have %d, want at least 1 filter", m.Width)
	}
	if m.Cardinality < 1 {
		add("cardinality", "have %d, want at least 1 group", m.Cardinality)
	} else if m.GroupWidth == 0 && m.Width%m.Cardinality != 0 {
		add("cardinality", "have %d groups of %d filters, want a divisor, or group_width", m.Cardinality, m.Width)
	}
	if m.GroupWidth < 0 {
		add("group_width", "have %d, want at least 1 filter, or 0 for width / cardinality", m.GroupWidth)
	}
	if m.Block == "basic" && (m.Cardinality > 1 || m.GroupWidth > 0) {
		add("block", "have basic blocks and a cardinality of %d with group_width %d, want bottleneck, 1 or 0", m.Cardinality, m.GroupWidth)
	}
	if m.StrideFirst && m.Block == "basic" {
		add("stride_first", "have true for basic blocks, which have no 1×1 convolution before the 3×3")
	}
	return ps
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m ResNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := m.stem(s, in[0])
	for stage, blocks := range m.Blocks {
		for b := range blocks {
			stride := 1
			if stage > 0 && b == 0 {
				stride = 2
			}
			convs := m.convs(stage, stride)
			at := s.In("layer%d.%d", stage+1, b)
			if m.PreAct {
				x = m.preAct(at, x, convs, stride, stage == 0 && b == 0)
			} else {
				x = m.postAct(at, x, convs, stride)
			}
		}
	}
	if m.PreAct {
		x = nn.Act(s.In("relu_last"), nn.Norm(s.In("bn_last"), x))
	}
	return nn.Logits(s.In("fc"), nn.GlobalAvgPool(s.In("avgpool"), x))
}

func (m ResNet) stem(s *nn.Scope, x *G.Node) *G.Node {
	size, stride := stemFilter(m.Stem)
	x = nn.Conv(s.In("conv1").BeforeNorm(), x, m.Width, size, stride, size/2)
	x = nn.Act(s.In("relu"), nn.Norm(s.In("bn1"), x))
	if m.Stem == "imagenet" {
		x = nn.MaxPool(s.In("maxpool"), x, 3, 2, 1)
	}
	return x
}

// A blockConv is a convolution of a residual block, padded to keep the size.
type blockConv struct{ filters, size, stride, groups int }

func (c blockConv) apply(s *nn.Scope, x *G.Node) *G.Node {
	square := func(n int) [2]int { return [2]int{n, n} }
	return nn.Conv2D(s, x, c.filters, nn.Filter{Size: square(c.size), Stride: square(c.stride), Pad: square(c.size / 2), Groups: c.groups})
}

// convs are the convolutions of a block of a stage.
func (m ResNet) convs(stage, stride int) []blockConv {
	width := m.Width << stage
	if m.Block == "basic" {
		return []blockConv{{width, 3, stride, 1}, {width, 3, 1, 1}}
	}
	first, second := 1, stride
	if m.StrideFirst {
		first, second = stride, 1
	}
	inner := cmp.Or(m.Cardinality*m.GroupWidth, m.Width) << stage
	return []blockConv{{inner, 1, first, 1}, {inner, 3, second, m.Cardinality}, {4 * width, 1, 1, 1}}
}

// branch returns the scopes of a branch with this number of convolutions: of those before
// the last, and of the last. A plain network has no branches.
func (m ResNet) branch(s *nn.Scope, convs int) (in, last *nn.Scope) {
	if m.Shortcut == "none" {
		return s, s
	}
	branches := 0
	for _, n := range m.Blocks {
		branches += n
	}
	in = s.Branch(branches, convs)
	return in, in.Last()
}

// postAct is a block of 2015: norms after the convolutions, and the last activation after the
// sum.
func (m ResNet) postAct(s *nn.Scope, x *G.Node, convs []blockConv, stride int) *G.Node {
	y, end := x, len(convs)
	in, last := m.branch(s, end)
	for i, c := range convs[:end-1] {
		y = nn.Norm(in.In("bn%d", i+1), c.apply(in.In("conv%d", i+1).BeforeNorm(), y))
		y = nn.Act(in.In("relu%d", i+1), y)
	}
	c := convs[end-1]
	y = nn.Norm(last.In("bn%d", end), c.apply(last.In("conv%d", end).BeforeNorm(), y))
	if m.Shortcut != "none" {
		y = nn.Add(s.In("add"), y, shortcut(s.In("downsample"), x, m.Shortcut, c.filters, stride))
	}
	return nn.Act(s.In("relu%d", end), y)
}

// preAct is a unit of 2016: norms and activations before the convolutions, and none after
// the sum. The input of the first unit is activated already.
func (m ResNet) preAct(s *nn.Scope, x *G.Node, convs []blockConv, stride int, first bool) *G.Node {
	y, activated, end := x, x, len(convs)
	in, last := m.branch(s, end)
	for i, c := range convs {
		if i > 0 || !first {
			y = nn.Act(in.In("relu%d", i+1), nn.Norm(in.In("bn%d", i+1), y))
		}
		if i == 0 {
			activated = y
		}
		if i < end-1 {
			y = c.apply(in.In("conv%d", i+1).BeforeNorm(), y)
		} else {
			y = c.apply(last.In("conv%d", i+1).NormedLater(), y)
		}
	}
	width := convs[end-1].filters
	switch {
	case m.Shortcut == "none":
		return y
	case projects(m.Shortcut, x, width, stride):
		x = nn.Conv(s.In("downsample.0").NormedLater(), activated, width, 1, stride, 0)
	default:
		x = shortcut(s.In("downsample"), x, m.Shortcut, width, stride)
	}
	return nn.Add(s.In("add"), y, x)
}
