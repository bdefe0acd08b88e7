package architectures

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"zoo/datasets"
	"zoo/nn"
)

// CIFARResNet is the network of He et al. 2015, section 4.2, for small images:
// a 3×3 convolution, three stages of n blocks of two 3×3 convolutions with
// Width, 2·Width and 4·Width filters, and a linear layer: Depth = 6n+2 layers.
//
// Shortcut none is the paper's plain network: the same layers, names and
// initial weights. conv, half, gate and dropout are those of Table 1 of He et al.
// 2016; where sizes change, all of them except conv use option A. Dropout doubles the values
// that it keeps, as in nn.Dropout.
//
// Option A appends its zero channels after the others. Some published weights are of
// networks that put half of them in front: these load, as their names fit, but they belong
// to another function.
type CIFARResNet struct {
	Depth    int    `doc:"layers, 6n+2 with n blocks a stage: 8, 14, 20, 32, 44, 56, 110, 1202"`
	Width    int    `doc:"filters of the first stage"`
	Shortcut string `doc:"A: identity, subsampled and padded with zero channels where sizes change; B: a 1×1 convolution where sizes change; conv: a 1×1 convolution in every block; half: A, and the sum with the branch is halved; gate: A, mixed with the branch by the sigmoid of a 1×1 convolution; dropout: A, of which half is dropped; none: plain network" enum:"A,B,conv,half,gate,dropout,none"`
	PreAct   bool   `doc:"norm and activation before each convolution (He et al. 2016)"`
}

var shortcuts = []string{"A", "B", "conv", "half", "gate", "dropout", "none"}

func init() {
	m := Model{
		Paper:   resnetPaper,
		Options: nn.Options{Init: "kaiming_normal", ResidualInit: "none", Norm: "batch", Activation: "relu"},
		Data:    datasets.Images(32, 32, 3, 10),
	}
	registerAll(m, []preset{
		{"resnet-cifar", CIFARResNet{Depth: 20, Width: 16, Shortcut: "A"}}, // for configs that choose the depth

		{"resnet20", CIFARResNet{Depth: 20, Width: 16, Shortcut: "A"}},
		{"resnet32", CIFARResNet{Depth: 32, Width: 16, Shortcut: "A"}},
		{"resnet44", CIFARResNet{Depth: 44, Width: 16, Shortcut: "A"}},
		{"resnet56", CIFARResNet{Depth: 56, Width: 16, Shortcut: "A"}},
		{"resnet110", CIFARResNet{Depth: 110, Width: 16, Shortcut: "A"}},
		{"resnet1202", CIFARResNet{Depth: 1202, Width: 16, Shortcut: "A"}},

		{"resnet20-b", CIFARResNet{Depth: 20, Width: 16, Shortcut: "B"}},
		{"resnet32-b", CIFARResNet{Depth: 32, Width: 16, Shortcut: "B"}},
		{"resnet44-b", CIFARResNet{Depth: 44, Width: 16, Shortcut: "B"}},
		{"resnet56-b", CIFARResNet{Depth: 56, Width: 16, Shortcut: "B"}},
		{"resnet110-b", CIFARResNet{Depth: 110, Width: 16, Shortcut: "B"}},

		{"plain20", CIFARResNet{Depth: 20, Width: 16, Shortcut: "none"}}, // Figure 6
		{"plain32", CIFARResNet{Depth: 32, Width: 16, Shortcut: "none"}},
		{"plain44", CIFARResNet{Depth: 44, Width: 16, Shortcut: "none"}},
		{"plain56", CIFARResNet{Depth: 56, Width: 16, Shortcut: "none"}},
	})
	m.Paper = preactPaper
	registerAll(m, []preset{
		{"preact-resnet110", CIFARResNet{Depth: 110, Width: 16, Shortcut: "A", PreAct: true}},
	})
}

// Validate reports hyperparameters that no network can have.
func (m CIFARResNet) Validate() (ps []nn.Problem) {
	if m.Depth < 8 || (m.Depth-2)%6 != 0 {
		ps = append(ps, nn.Problem{Key: "depth", Message: fmt.Sprintf("have %d, want 6n+2 layers: 8, 14, 20, 26, 32, ...", m.Depth)})
	}
	if m.Width < 1 {
		ps = append(ps, nn.Problem{Key: "width", Message: fmt.Sprintf("have %d, want at least 1 filter", m.Width)})
	}
	return append(ps, checkWord("shortcut", m.Shortcut, shortcuts)...)
}

// Build takes images (N, H, W, C) and returns logits (N, classes).
func (m CIFARResNet) Build(s *nn.Scope, in ...*G.Node) *G.Node {
	blocks := (m.Depth - 2) / 6
	x := nn.Conv(s.In("conv1").BeforeNorm(), in[0], m.Width, 3, 1, 1)
	if !m.PreAct {
		x = nn.Act(s.In("relu"), nn.Norm(s.In("bn1"), x))
	}
	for stage := range 3 {
		for b := range blocks {
			stride := 1
			if stage > 0 && b == 0 {
				stride = 2
			}
			x = m.block(s.In("layer%d.%d", stage+1, b), x, m.Width<<stage, stride)
		}
	}
	if m.PreAct {
		x = nn.Act(s.In("relu"), nn.Norm(s.In("bn"), x))
	}
	return nn.Logits(s.In("linear"), nn.GlobalAvgPool(s.In("pool"), x))
}

// block is two 3×3 convolutions and their shortcut.
func (m CIFARResNet) block(s *nn.Scope, x *G.Node, width, stride int) *G.Node {
	in, end := s, s
	if m.Shortcut != "none" {
		in = s.Branch((m.Depth-2)/2, 2)
		end = in.Last()
	}
	if m.PreAct {
		y := nn.Act(in.In("relu1"), nn.Norm(in.In("bn1"), x))
		y = nn.Conv(in.In("conv1").BeforeNorm(), y, width, 3, stride, 1)
		y = nn.Act(in.In("relu2"), nn.Norm(in.In("bn2"), y))
		y = nn.Conv(end.In("conv2").NormedLater(), y, width, 3, 1, 1)
		return m.join(s, x, y, width, stride)
	}
	y := nn.Conv(in.In("conv1").BeforeNorm(), x, width, 3, stride, 1)
	y = nn.Act(in.In("relu1"), nn.Norm(in.In("bn1"), y))
	y = nn.Conv(end.In("conv2").BeforeNorm(), y, width, 3, 1, 1)
	y = nn.Norm(end.In("bn2"), y)
	return nn.Act(s.In("relu2"), m.join(s, x, y, width, stride))
}

// gateBias is the initial bias of gates: the best of the paper's values for gates that open
// the branch as they close the shortcut.
const gateBias = -6

// join combines the branch y with its shortcut.
func (m CIFARResNet) join(s *nn.Scope, x, y *G.Node, width, stride int) *G.Node {
	if m.Shortcut == "none" {
		return y
	}
	option := "A"
	switch m.Shortcut {
	case "B":
		option = "B"
	case "conv":
		option = "C"
	}
	around := shortcut(s.In("shortcut"), x, option, width, stride)
	switch m.Shortcut {
	case "half":
		return nn.Scale(s.In("half"), nn.Add(s.In("add"), y, around), 0.5)
	case "gate":
		g := s.In("gate").With(func(o *nn.Options) {
			o.Activation, o.BiasInit = "sigmoid", fmt.Sprintf("constant(%d)", gateBias)
		})
		gate := nn.Act(g.In("sigmoid"), nn.Conv(g, x, width, 1, stride, 0))
		return nn.Gate(s.In("mix"), around, y, gate)
	case "dropout":
		around = nn.Dropout(s.In("dropout").With(func(o *nn.Options) { o.Dropout = 0.5 }), around)
	}
	return nn.Add(s.In("add"), y, around)
}
