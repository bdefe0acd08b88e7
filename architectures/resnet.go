package architectures

import (
	"fmt"
	"slices"
	"strings"

	G "gorgonia.org/gorgonia"

	"zoo/internal/problem"
	"zoo/nn"
)

// ResNet is the network of He et al. 2015, Table 1, in torchvision's names: a
// stem, stages of residual blocks with Width filters and then twice as many from
// stage to stage, and a linear layer. A basic block is two 3×3 convolutions; a
// bottleneck is a 1×1 down, a 3×3, and a 1×1 up to four times the filters.
//
// Shortcut none is the paper's plain network: the same layers, names and initial
// weights. Where PreAct, the units are those of He et al. 2016: the stem's norm
// and activation take the place of the first unit's, a projection takes what
// they give in the other units, without a norm of its own, and after the last
// unit there are one more of each, bn_last and relu_last.
type ResNet struct {
	Block       string `doc:"basic: two 3×3 convolutions; bottleneck: 1×1, 3×3 and 1×1, four times as wide at its end" enum:"basic,bottleneck"`
	Blocks      []int  `doc:"blocks in each stage"`
	Width       int    `doc:"filters of the first stage; each further one has twice as many"`
	Stem        string `doc:"imagenet: 7×7 convolution of stride 2 and 3×3 max pooling of stride 2; small: 3×3 convolution" enum:"imagenet,small"`
	Shortcut    string `doc:"A: identity, subsampled and padded with zero channels where sizes change; B: there a 1×1 convolution; C: that in every block; none: plain network" enum:"A,B,C,none"`
	StrideFirst bool   `doc:"a bottleneck strides in its first 1×1 convolution, as in the paper, and not in its 3×3, as in torchvision (v1.5)"`
	PreAct      bool   `doc:"norm and activation before each convolution (He et al. 2016)"`
}

func init() {
	register := func(name, paper string, net ResNet) {
		net.Width, net.Stem = 64, "imagenet"
		Register(Model{
			Name: name, Paper: paper, Network: net,
			Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", Activation: "relu"},
			Input:   [3]int{224, 224, 3}, Classes: 1000,
		})
	}
	for _, c := range []struct { // the columns of Table 1, and those of He et al. 2016
		depth  int
		block  string
		blocks []int
	}{
		{18, "basic", []int{2, 2, 2, 2}},
		{34, "basic", []int{3, 4, 6, 3}},
		{50, "bottleneck", []int{3, 4, 6, 3}},
		{101, "bottleneck", []int{3, 4, 23, 3}},
		{152, "bottleneck", []int{3, 8, 36, 3}},
		{200, "bottleneck", []int{3, 24, 36, 3}},
	} {
		net := ResNet{Block: c.block, Blocks: c.blocks, Shortcut: "B"}
		preact := net
		preact.PreAct = true
		register(fmt.Sprintf("preact-resnet%d", c.depth), preactPaper, preact)
		if c.depth == 200 {
			continue
		}
		register(fmt.Sprintf("resnet%d", c.depth), resnetPaper, net)
		if c.block == "bottleneck" {
			net.StrideFirst = true
			register(fmt.Sprintf("resnet%d-v1", c.depth), resnetPaper, net)
			continue
		}
		for suffix, shortcut := range map[string]string{"resnet%d-a": "A", "resnet%d-c": "C", "plain%d": "none"} {
			net.Shortcut = shortcut
			register(fmt.Sprintf(suffix, c.depth), resnetPaper, net)
		}
	}
}

// Validate reports hyperparameters that make no network.
func (m ResNet) Validate() (ps []problem.Problem) {
	add := func(key, format string, args ...any) {
		ps = append(ps, problem.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	for _, c := range []struct {
		key, have string
		want      []string
	}{
		{"block", m.Block, []string{"basic", "bottleneck"}},
		{"stem", m.Stem, []string{"imagenet", "small"}},
		{"shortcut", m.Shortcut, []string{"A", "B", "C", "none"}},
	} {
		if !slices.Contains(c.want, c.have) {
			add(c.key, "have %q, want one of %s", c.have, strings.Join(c.want, ", "))
		}
	}
	if len(m.Blocks) == 0 || slices.Min(m.Blocks) < 1 {
		add("blocks", "have %v, want at least one stage, and at least 1 block in each", m.Blocks)
	}
	if m.Width < 1 {
		add("width", "have %d, want at least 1 filter", m.Width)
	}
	if m.StrideFirst && m.Block == "basic" {
		add("stride_first", "have true for basic blocks, which have no 1×1 convolution before the 3×3")
	}
	return ps
}

// Build takes images (N, H, W, C).
func (m ResNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	x := m.stem(s, in[0])
	for stage, blocks := range m.Blocks {
		for b := range blocks {
			stride := 1
			if stage > 0 && b == 0 {
				stride = 2
			}
			convs := m.convs(m.Width<<stage, stride)
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
	size, stride := 3, 1
	if m.Stem == "imagenet" {
		size, stride = 7, 2
	}
	x = nn.Conv(s.In("conv1").BeforeNorm(), x, m.Width, size, stride, size/2)
	x = nn.Act(s.In("relu"), nn.Norm(s.In("bn1"), x))
	if m.Stem == "imagenet" {
		x = nn.MaxPool(s.In("maxpool"), x, 3, 2, 1)
	}
	return x
}

// A blockConv is a convolution of a residual block, padded to keep the size.
type blockConv struct{ filters, size, stride int }

func (c blockConv) apply(s *nn.Scope, x *G.Node) *G.Node {
	return nn.Conv(s, x, c.filters, c.size, c.stride, c.size/2)
}

// convs are the convolutions of a block of a stage.
func (m ResNet) convs(width, stride int) []blockConv {
	if m.Block == "basic" {
		return []blockConv{{width, 3, stride}, {width, 3, 1}}
	}
	first, second := 1, stride
	if m.StrideFirst {
		first, second = stride, 1
	}
	return []blockConv{{width, 1, first}, {width, 3, second}, {4 * width, 1, 1}}
}

// branch returns the scopes of a branch of so many convolutions: of those before
// the last, and of the last. A plain network has none.
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

// postAct is a block of 2015: norms behind the convolutions, and the last
// activation behind the sum.
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
		y = nn.Add(s.In("add"), y, around(s.In("downsample"), x, m.Shortcut, c.filters, stride))
	}
	return nn.Act(s.In("relu%d", end), y)
}

// preAct is a unit of 2016: norms and activations before the convolutions, and
// none behind the sum. The input of the first unit is activated already.
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
		x = around(s.In("downsample"), x, m.Shortcut, width, stride)
	}
	return nn.Add(s.In("add"), y, x)
}

// around is the way around a block that makes x width channels: section 3.3 of
// He et al. 2015. Option A has no parameters, B is a 1×1 convolution with a norm
// where sizes change, C in every block.
func around(s *nn.Scope, x *G.Node, option string, width, stride int) *G.Node {
	switch {
	case projects(option, x, width, stride):
		return nn.Norm(s.In("1"), nn.Conv(s.In("0").BeforeNorm(), x, width, 1, stride, 0))
	case unchanged(x, width, stride):
		return x
	}
	return nn.Subsample(s, x, width, stride)
}

func projects(option string, x *G.Node, width, stride int) bool {
	return option == "C" || option == "B" && !unchanged(x, width, stride)
}

func unchanged(x *G.Node, width, stride int) bool {
	return stride == 1 && x.Shape()[3] == width
}
